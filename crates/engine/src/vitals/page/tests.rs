//! Page views from load to hidden, as entries, and their reports.
use super::*;
use crate::vitals::Reporter;
use expect_test::{Expect, expect};
use std::format;
use std::string::String;

const VISIBLE: PageLoad =
    PageLoad { navigation: Navigation::Navigate, activation_start: 0.0, first_hidden: f64::INFINITY };

/// A page view, and what its listeners got: one line per report.
struct Page {
    view: PageView<char>,
    listeners: [Reporter; 5],
    reports: String,
}

impl Page {
    fn new(load: PageLoad, all_changes: bool) -> Self {
        let listeners = core::array::from_fn(|_| Reporter::new(all_changes));
        Self { view: PageView::new(load), listeners, reports: String::new() }
    }

    fn apply(&mut self, input: impl FnOnce(&mut PageView<char>)) -> &mut Self {
        input(&mut self.view);
        while let Some(report) = self.view.poll_report() {
            if let Some(delta) = self.listeners[report.metric as usize].delta(&report) {
                self.reports += &format!(
                    "{} {} (+{}) {} {:?} {}\n",
                    report.metric.as_str(),
                    report.value,
                    delta,
                    report.rating().as_str(),
                    report.entries,
                    report.navigation.as_str()
                );
            }
        }
        self
    }

    fn interact(&mut self, count: f64, event: Event, entry: char) -> &mut Self {
        self.apply(|page| {
            page.handle_event(event, entry);
            page.handle_interaction_count(Some(count));
        })
    }

    fn check(&mut self, expect: Expect) -> &mut Self {
        expect.assert_eq(&core::mem::take(&mut self.reports));
        self
    }
}

fn event(interaction: f64, duration: f64) -> Event {
    Event { interaction, start: 100.0, duration, is_first: false }
}

fn shift(start: f64, value: f64) -> Shift {
    Shift { start, value, had_recent_input: false }
}

#[test]
fn each_metric_is_reported_once_it_is_settled() {
    let mut page = Page::new(VISIBLE, false);
    page.apply(|page| page.handle_shift(shift(50.0, 0.25), 's'))
        .apply(|page| page.handle_paint(300.0, 'f'))
        .apply(|page| page.handle_largest_paint(300.0, 'l'))
        .apply(|page| page.handle_largest_paint(2600.0, 'L'))
        .apply(|page| page.handle_first_byte(120.0, 'n'))
        .check(expect![[r#"
            FCP 300 (+300) good ['f'] navigate
            TTFB 120 (+120) good ['n'] navigate
        "#]]);
    page.apply(|page| page.handle_input())
        .interact(1.0, event(7.0, 208.0), 'e')
        .apply(|page| page.handle_largest_paint(9000.0, 'x'))
        .check(expect![[r#"
            LCP 2600 (+2600) needs-improvement ['L'] navigate
        "#]]);
    page.apply(|page| page.handle_hidden(5000.0)).check(expect![[r#"
        INP 208 (+208) needs-improvement ['e'] navigate
        CLS 0.25 (+0.25) needs-improvement ['s'] navigate
    "#]]);
    // Hiding the page again reports only what changed.
    page.apply(|page| page.handle_hidden(6000.0)).check(expect![""]);
    page.apply(|page| page.handle_shift(shift(6100.0, 0.5), 't'))
        .apply(|page| page.handle_hidden(7000.0))
        .check(expect![[r#"
            CLS 0.5 (+0.25) poor ['t'] navigate
        "#]]);
}

#[test]
fn a_listener_of_all_changes_gets_every_value() {
    let mut page = Page::new(VISIBLE, true);
    page.apply(|page| page.handle_largest_paint(100.0, 'l'))
        .apply(|page| page.handle_paint(100.0, 'f'))
        .apply(|page| page.handle_largest_paint(200.0, 'L'))
        .apply(|page| page.handle_shift(shift(300.0, 0.0625), 's'))
        .interact(1.0, event(7.0, 48.0), 'e')
        .interact(2.0, event(14.0, 40.0), 'x')
        .apply(|page| page.handle_hidden(5000.0))
        .check(expect![[r#"
            LCP 100 (+100) good ['l'] navigate
            CLS 0 (+0) good [] navigate
            FCP 100 (+100) good ['f'] navigate
            LCP 200 (+100) good ['L'] navigate
            CLS 0.0625 (+0.0625) good ['s'] navigate
            INP 48 (+48) good ['e'] navigate
        "#]]);
}

#[test]
fn cls_is_zero_without_shifts_and_missing_without_a_paint() {
    Page::new(VISIBLE, false)
        .apply(|page| page.handle_paint(100.0, 'f'))
        .apply(|page| page.handle_hidden(200.0))
        .check(expect![[r#"
            FCP 100 (+100) good ['f'] navigate
            CLS 0 (+0) good [] navigate
        "#]]);
    Page::new(VISIBLE, false)
        .apply(|page| page.handle_shift(shift(10.0, 0.5), 's'))
        .apply(|page| page.handle_hidden(200.0))
        .check(expect![""]);
}

#[test]
fn paints_of_a_hidden_page_do_not_count() {
    Page::new(PageLoad { first_hidden: 0.0, ..VISIBLE }, false)
        .apply(|page| page.handle_paint(100.0, 'f'))
        .apply(|page| page.handle_largest_paint(100.0, 'l'))
        .apply(|page| page.handle_input())
        .check(expect![""]);
    Page::new(VISIBLE, false)
        .apply(|page| page.handle_hidden(150.0))
        .apply(|page| page.handle_paint(200.0, 'f'))
        .check(expect![""]);
}

#[test]
fn a_prerendered_page_is_measured_from_its_activation() {
    Page::new(PageLoad { navigation: Navigation::Prerender, activation_start: 1000.0, ..VISIBLE }, false)
        .apply(|page| page.handle_first_byte(100.0, 'n'))
        .apply(|page| page.handle_paint(900.0, 'f'))
        .apply(|page| page.handle_largest_paint(1250.0, 'l'))
        .apply(|page| page.handle_input())
        .check(expect![[r#"
            TTFB 0 (+0) good ['n'] prerender
            FCP 0 (+0) good ['f'] prerender
            LCP 250 (+250) good ['l'] prerender
        "#]]);
}

#[test]
fn a_shift_with_recent_input_does_not_count() {
    let input = Shift { had_recent_input: true, ..shift(100.0, 0.5) };
    Page::new(VISIBLE, false)
        .apply(|page| page.handle_paint(50.0, 'f'))
        .apply(|page| page.handle_shift(input, 's'))
        .apply(|page| page.handle_hidden(200.0))
        .check(expect![[r#"
            FCP 50 (+50) good ['f'] navigate
            CLS 0 (+0) good [] navigate
        "#]]);
}

#[test]
fn the_first_input_counts_at_any_duration_and_others_from_the_threshold_on() {
    let mut page = Page::new(VISIBLE, false);
    page.interact(1.0, event(7.0, 16.0), 'a')
        .interact(1.0, event(0.0, 500.0), 'b')
        .apply(|page| page.handle_hidden(200.0))
        .check(expect![""]);
    page.interact(1.0, Event { is_first: true, ..event(7.0, 16.0) }, 'c')
        .apply(|page| page.handle_hidden(300.0))
        .check(expect![[r#"
            INP 16 (+16) good ['c'] navigate
        "#]]);
}

#[test]
fn a_restored_page_is_a_new_page_view() {
    let mut page = Page::new(VISIBLE, false);
    page.apply(|page| page.handle_paint(100.0, 'f'))
        .apply(|page| page.handle_largest_paint(100.0, 'l'))
        .apply(|page| page.handle_first_byte(50.0, 'n'))
        .interact(1.0, event(7.0, 600.0), 'e')
        .apply(|page| page.handle_hidden(1000.0))
        .check(expect![[r#"
            FCP 100 (+100) good ['f'] navigate
            TTFB 50 (+50) good ['n'] navigate
            LCP 100 (+100) good ['l'] navigate
            INP 600 (+600) poor ['e'] navigate
            CLS 0 (+0) good [] navigate
        "#]]);
    page.apply(|page| page.handle_restored(Some(1.0)))
        .apply(|page| page.handle_restored_paint(18.0))
        .apply(|page| page.handle_hidden(9000.0))
        .check(expect![[r#"
            TTFB 0 (+0) good [] back-forward-cache
            LCP 18 (+18) good [] back-forward-cache
            FCP 18 (+18) good [] back-forward-cache
            CLS 0 (+0) good [] back-forward-cache
        "#]]);
    // An interaction that is too short for an entry shows in the count alone.
    page.apply(|page| page.handle_restored(Some(1.0)))
        .apply(|page| page.handle_interaction_count(Some(2.0)))
        .apply(|page| page.handle_hidden(9500.0))
        .check(expect![[r#"
            TTFB 0 (+0) good [] back-forward-cache
            INP 8 (+8) good [] back-forward-cache
            CLS 0 (+0) good [] back-forward-cache
        "#]]);
}

fn navigation(start: f64, painted: f64) -> SoftNavigation {
    SoftNavigation { start, painted, interaction: 7.0 }
}

fn paint(interaction: f64, start: f64, rendered: f64) -> InteractionPaint {
    InteractionPaint { start, rendered, interaction: Some(interaction) }
}

#[test]
fn a_soft_navigation_is_a_new_page_view_measured_from_its_interaction() {
    let mut page = Page::new(VISIBLE, true);
    page.apply(|page| page.handle_paint(100.0, 'f'))
        .apply(|page| page.handle_largest_paint(100.0, 'l'))
        .apply(|page| page.handle_first_byte(50.0, 'n'))
        .apply(|page| page.handle_shift(shift(300.0, 0.25), 's'))
        // No navigation followed this paint.
        .apply(|page| page.handle_interaction_paint(paint(7.0, 900.0, 950.0), 'x'))
        .check(expect![[r#"
            CLS 0 (+0) good [] navigate
            FCP 100 (+100) good ['f'] navigate
            LCP 100 (+100) good ['l'] navigate
            TTFB 50 (+50) good ['n'] navigate
            CLS 0.25 (+0.25) needs-improvement ['s'] navigate
        "#]]);
    page.apply(|page| page.handle_input())
        .apply(|page| page.handle_soft_navigation(navigation(1000.0, 1030.0)))
        .apply(|page| page.handle_interaction_paint(paint(7.0, 1000.0, 1040.0), 'p'))
        // This paint belongs to another interaction.
        .apply(|page| page.handle_interaction_paint(paint(14.0, 2000.0, 2500.0), 'x'))
        .interact(1.0, event(14.0, 80.0), 'e')
        .apply(|page| page.handle_shift(shift(3000.0, 0.125), 't'))
        .check(expect![[r#"
            CLS 0 (+0) good [] soft-navigation
            FCP 30 (+30) good [] soft-navigation
            TTFB 0 (+0) good [] soft-navigation
            LCP 40 (+40) good ['p'] soft-navigation
            INP 80 (+80) good ['e'] soft-navigation
            CLS 0.125 (+0.125) needs-improvement ['t'] soft-navigation
        "#]]);
    page.apply(|page| page.handle_hidden(5000.0))
        .apply(|page| page.handle_interaction_paint(paint(7.0, 1000.0, 6000.0), 'x'))
        .check(expect![""]);
}

#[test]
fn ttfb_belongs_to_the_document_also_after_a_soft_navigation() {
    let mut page: PageView<char> = PageView::new(PageLoad { activation_start: 10.0, ..VISIBLE });
    page.handle_soft_navigation(navigation(1000.0, 1030.0));
    page.handle_first_byte(50.0, 'n');
    let mut reports = Vec::new();
    while let Some(report) = page.poll_report() {
        if report.metric == Metric::Ttfb {
            reports.push((report.view, report.value, report.navigation));
        }
    }
    assert_eq!(reports, [(0, 40.0, Navigation::Navigate), (1, 0.0, Navigation::SoftNavigation)]);
}

#[test]
fn the_current_value_says_whether_it_is_settled() {
    let mut page: PageView<char> = PageView::new(VISIBLE);
    page.handle_largest_paint(100.0, 'l');
    assert!(!page.current(Metric::Lcp).unwrap().settled);
    assert_eq!(page.current(Metric::Fcp), None);
    page.handle_input();
    assert!(page.current(Metric::Lcp).unwrap().settled);
}
