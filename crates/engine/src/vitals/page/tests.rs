//! A page's life, told in entries, and what it reports.
use super::*;
use crate::vitals::Reporter;
use expect_test::{Expect, expect};
use std::format;
use std::string::String;

const SHOWN: Arrival =
    Arrival { navigation: Navigation::Navigate, activation: 0.0, first_hidden: f64::INFINITY };

/// What a listener is told, a line per report.
struct Page {
    view: PageView<char>,
    listeners: [Reporter; 5],
    told: String,
}

impl Page {
    fn new(arrival: Arrival, all_changes: bool) -> Self {
        let listeners = core::array::from_fn(|_| Reporter::new(all_changes));
        Self { view: PageView::new(arrival), listeners, told: String::new() }
    }

    fn does(&mut self, what: impl FnOnce(&mut PageView<char>)) -> &mut Self {
        what(&mut self.view);
        while let Some(report) = self.view.poll_report() {
            if let Some(delta) = self.listeners[report.metric as usize].news(&report) {
                self.told += &format!(
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

    fn interacts(&mut self, count: f64, event: Event, entry: char) -> &mut Self {
        self.does(|page| {
            page.handle_event(event, entry);
            page.handle_interaction_count(Some(count));
        })
    }

    fn check(&mut self, expect: Expect) -> &mut Self {
        expect.assert_eq(&core::mem::take(&mut self.told));
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
fn a_visit() {
    let mut page = Page::new(SHOWN, false);
    page.does(|page| page.handle_shift(shift(50.0, 0.25), 's'))
        .does(|page| page.handle_paint(300.0, 'f'))
        .does(|page| page.handle_largest_paint(300.0, 'l'))
        .does(|page| page.handle_largest_paint(2600.0, 'L'))
        .does(|page| page.handle_first_byte(120.0, 'n'))
        .check(expect![[r#"
            FCP 300 (+300) good ['f'] navigate
            TTFB 120 (+120) good ['n'] navigate
        "#]]);
    page.does(|page| page.handle_input())
        .interacts(1.0, event(7.0, 208.0), 'e')
        .does(|page| page.handle_largest_paint(9000.0, 'x'))
        .check(expect![[r#"
            LCP 2600 (+2600) needs-improvement ['L'] navigate
        "#]]);
    page.does(|page| page.handle_hidden(5000.0)).check(expect![[r#"
        INP 208 (+208) needs-improvement ['e'] navigate
        CLS 0.25 (+0.25) needs-improvement ['s'] navigate
    "#]]);
    // Hidden again without news: nothing. With news: what was added.
    page.does(|page| page.handle_hidden(6000.0)).check(expect![""]);
    page.does(|page| page.handle_shift(shift(6100.0, 0.5), 't'))
        .does(|page| page.handle_hidden(7000.0))
        .check(expect![[r#"
            CLS 0.5 (+0.25) poor ['t'] navigate
        "#]]);
}

#[test]
fn all_changes_are_told_to_those_who_ask() {
    let mut page = Page::new(SHOWN, true);
    page.does(|page| page.handle_largest_paint(100.0, 'l'))
        .does(|page| page.handle_paint(100.0, 'f'))
        .does(|page| page.handle_largest_paint(200.0, 'L'))
        .does(|page| page.handle_shift(shift(300.0, 0.0625), 's'))
        .interacts(1.0, event(7.0, 48.0), 'e')
        .interacts(2.0, event(14.0, 40.0), 'x')
        .does(|page| page.handle_hidden(5000.0))
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
fn a_page_without_shifts_reports_zero_and_one_without_paint_nothing() {
    Page::new(SHOWN, false)
        .does(|page| page.handle_paint(100.0, 'f'))
        .does(|page| page.handle_hidden(200.0))
        .check(expect![[r#"
            FCP 100 (+100) good ['f'] navigate
            CLS 0 (+0) good [] navigate
        "#]]);
    Page::new(SHOWN, false)
        .does(|page| page.handle_shift(shift(10.0, 0.5), 's'))
        .does(|page| page.handle_hidden(200.0))
        .check(expect![""]);
}

#[test]
fn what_was_painted_out_of_sight_does_not_count() {
    Page::new(Arrival { first_hidden: 0.0, ..SHOWN }, false)
        .does(|page| page.handle_paint(100.0, 'f'))
        .does(|page| page.handle_largest_paint(100.0, 'l'))
        .does(|page| page.handle_input())
        .check(expect![""]);
    Page::new(SHOWN, false)
        .does(|page| page.handle_hidden(150.0))
        .does(|page| page.handle_paint(200.0, 'f'))
        .check(expect![""]);
}

#[test]
fn a_prerendered_page_is_measured_from_its_activation() {
    Page::new(Arrival { navigation: Navigation::Prerender, activation: 1000.0, ..SHOWN }, false)
        .does(|page| page.handle_first_byte(100.0, 'n'))
        .does(|page| page.handle_paint(900.0, 'f'))
        .does(|page| page.handle_largest_paint(1250.0, 'l'))
        .does(|page| page.handle_input())
        .check(expect![[r#"
            TTFB 0 (+0) good ['n'] prerender
            FCP 0 (+0) good ['f'] prerender
            LCP 250 (+250) good ['l'] prerender
        "#]]);
}

#[test]
fn shifts_after_input_do_not_count() {
    let input = Shift { had_recent_input: true, ..shift(100.0, 0.5) };
    Page::new(SHOWN, false)
        .does(|page| page.handle_paint(50.0, 'f'))
        .does(|page| page.handle_shift(input, 's'))
        .does(|page| page.handle_hidden(200.0))
        .check(expect![[r#"
            FCP 50 (+50) good ['f'] navigate
            CLS 0 (+0) good [] navigate
        "#]]);
}

#[test]
fn the_first_input_counts_however_short_others_from_the_threshold_on() {
    let mut page = Page::new(SHOWN, false);
    page.interacts(1.0, event(7.0, 16.0), 'a')
        .interacts(1.0, event(0.0, 500.0), 'b')
        .does(|page| page.handle_hidden(200.0))
        .check(expect![""]);
    page.interacts(1.0, Event { is_first: true, ..event(7.0, 16.0) }, 'c')
        .does(|page| page.handle_hidden(300.0))
        .check(expect![[r#"
            INP 16 (+16) good ['c'] navigate
        "#]]);
}

#[test]
fn a_restored_page_is_a_new_page_view() {
    let mut page = Page::new(SHOWN, false);
    page.does(|page| page.handle_paint(100.0, 'f'))
        .does(|page| page.handle_largest_paint(100.0, 'l'))
        .does(|page| page.handle_first_byte(50.0, 'n'))
        .interacts(1.0, event(7.0, 600.0), 'e')
        .does(|page| page.handle_hidden(1000.0))
        .check(expect![[r#"
            FCP 100 (+100) good ['f'] navigate
            TTFB 50 (+50) good ['n'] navigate
            LCP 100 (+100) good ['l'] navigate
            INP 600 (+600) poor ['e'] navigate
            CLS 0 (+0) good [] navigate
        "#]]);
    page.does(|page| page.handle_restored(Some(1.0)))
        .does(|page| page.handle_restored_paint(18.0))
        .does(|page| page.handle_hidden(9000.0))
        .check(expect![[r#"
            TTFB 0 (+0) good [] back-forward-cache
            LCP 18 (+18) good [] back-forward-cache
            FCP 18 (+18) good [] back-forward-cache
            CLS 0 (+0) good [] back-forward-cache
        "#]]);
    // An interaction too short for an entry is known by the count alone.
    page.does(|page| page.handle_restored(Some(1.0)))
        .does(|page| page.handle_interaction_count(Some(2.0)))
        .does(|page| page.handle_hidden(9500.0))
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
    let mut page = Page::new(SHOWN, true);
    page.does(|page| page.handle_paint(100.0, 'f'))
        .does(|page| page.handle_largest_paint(100.0, 'l'))
        .does(|page| page.handle_first_byte(50.0, 'n'))
        .does(|page| page.handle_shift(shift(300.0, 0.25), 's'))
        // A paint that no navigation followed.
        .does(|page| page.handle_interaction_paint(paint(7.0, 900.0, 950.0), 'x'))
        .check(expect![[r#"
            CLS 0 (+0) good [] navigate
            FCP 100 (+100) good ['f'] navigate
            LCP 100 (+100) good ['l'] navigate
            TTFB 50 (+50) good ['n'] navigate
            CLS 0.25 (+0.25) needs-improvement ['s'] navigate
        "#]]);
    page.does(|page| page.handle_input())
        .does(|page| page.handle_soft_navigation(navigation(1000.0, 1030.0)))
        .does(|page| page.handle_interaction_paint(paint(7.0, 1000.0, 1040.0), 'p'))
        // Another interaction's.
        .does(|page| page.handle_interaction_paint(paint(14.0, 2000.0, 2500.0), 'x'))
        .interacts(1.0, event(14.0, 80.0), 'e')
        .does(|page| page.handle_shift(shift(3000.0, 0.125), 't'))
        .check(expect![[r#"
            CLS 0 (+0) good [] soft-navigation
            FCP 30 (+30) good [] soft-navigation
            TTFB 0 (+0) good [] soft-navigation
            LCP 40 (+40) good ['p'] soft-navigation
            INP 80 (+80) good ['e'] soft-navigation
            CLS 0.125 (+0.125) needs-improvement ['t'] soft-navigation
        "#]]);
    page.does(|page| page.handle_hidden(5000.0))
        .does(|page| page.handle_interaction_paint(paint(7.0, 1000.0, 6000.0), 'x'))
        .check(expect![""]);
}

#[test]
fn the_documents_first_byte_stays_the_documents() {
    let mut page: PageView<char> = PageView::new(Arrival { activation: 10.0, ..SHOWN });
    page.handle_soft_navigation(navigation(1000.0, 1030.0));
    page.handle_first_byte(50.0, 'n');
    let mut told = Vec::new();
    while let Some(report) = page.poll_report() {
        if report.metric == Metric::Ttfb {
            told.push((report.view, report.value, report.navigation));
        }
    }
    assert_eq!(told, [(0, 40.0, Navigation::Navigate), (1, 0.0, Navigation::SoftNavigation)]);
}

#[test]
fn a_listener_who_comes_late_is_told_what_is_settled() {
    let mut page: PageView<char> = PageView::new(SHOWN);
    page.handle_largest_paint(100.0, 'l');
    assert!(!page.current(Metric::Lcp).unwrap().settled);
    assert_eq!(page.current(Metric::Fcp), None);
    page.handle_input();
    assert!(page.current(Metric::Lcp).unwrap().settled);
}
