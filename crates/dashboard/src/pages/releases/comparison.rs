//! Two sides beside one another: the verdict, all pages together, and page by page.
use super::verdict;
use crate::base::at;
use crate::components::{Cell, Columns, Panel, ReportNotice, Select, Table};
use crate::data::{ComparedSubject, ReportQuery, use_comparison};
use crate::format;
use crate::view_state::{Split, ViewState, use_change_view_state, use_view_state};
use leptos::prelude::*;
use whippet_api::{Compared, ComparedPage, Comparison, Side};

/// The answer in panels.
#[component]
pub(super) fn ComparisonPanels(subject: ComparedSubject) -> impl IntoView {
    let answer = use_comparison(subject);
    let is_backend = Memo::new(move |_| subject.get().is_some_and(|about| about.backend));
    move || {
        let words = if is_backend.get() { &BACKEND } else { &APP };
        view! {
            <Summary answer words/>
            <Pages answer words/>
        }
    }
}

/// What things are called.
struct Names {
    all: &'static str,
    counted: &'static str,
    page: &'static str,
    by_page: &'static str,
}

const APP: Names = Names { all: "All pages together", counted: "Views", page: "Page", by_page: "By page" };
const BACKEND: Names =
    Names { all: "All requests together", counted: "Requests", page: "Route", by_page: "By route" };

/// The verdict, and all pages together, or the selected one.
#[component]
fn Summary(answer: ReportQuery<Comparison>, words: &'static Names) -> impl IntoView {
    let names = words;
    let view = use_view_state();
    let known =
        Memo::new(move |_| answer.data.with(|report| report.as_ref().map(|report| report.data.clone())));
    let rows = Signal::derive(move || {
        known.with(|known| {
            known.as_ref().map(|known| {
                known.metrics.iter().map(|metric| row(metric, Cell::Text(metric.metric.clone()))).collect()
            })
        })
    });
    let sides =
        move || known.with(|known| known.as_ref().map(|known| sides(known, names.counted, format::moment)));
    let badge = move || {
        known.with(|known| {
            let known = known.as_ref()?;
            Some((verdict::words(known.verdict), verdict::class(known.verdict)))
        })
    };
    let words = move || known.with(|known| known.as_ref().map(|known| known.words.clone()));
    let mix = move || known.with(|known| known.as_ref().and_then(mix));
    let title = move || match view.with(|view| view.page.clone()) {
        None => names.all.to_owned(),
        Some(page) => page,
    };
    let is_busy = move || answer.is_placeholder_data.get().then_some("true");
    view! {
        <section class="panel" aria-busy=is_busy>
            <div class="panel-head">
                <h2>{title}</h2>
                {move || badge().map(|(words, class)| view! { <span class=format!("badge {class}")>{words}</span> })}
            </div>
            <ReportNotice query=answer of="Comparison"/>
            <p role="status">{words}</p>
            {move || sides().map(|sides| view! { <p class="note">{sides}</p> })}
            <Table caption="Both sides, by metric" columns=columns("Metric", names) rows nothing="Neither side has data in its time range."/>
            {move || mix().map(|mix| view! { <p class="note below-table">{mix}</p> })}
        </section>
    }
}

/// Page by page, the worst impact first.
#[component]
fn Pages(answer: ReportQuery<Comparison>, words: &'static Names) -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    let of = Memo::new(move |_| view.with(|view| view.of.clone()));
    let rows = Signal::derive(move || {
        let report = answer.data.get()?;
        let state = view.get();
        let of = of.get();
        let link = |page: &str| at(&address(page, &state));
        Some(
            report
                .data
                .pages
                .iter()
                .filter_map(|page| page_row(page, of.as_deref(), link(&page.page)))
                .collect(),
        )
    });
    let note = Signal::derive(move || {
        let left_out = answer.data.with(|report| report.as_ref().map_or(0, |report| report.data.left_out));
        note(left_out, words)
    });
    let metrics = Memo::new(move |_| {
        let mut choices = vec![(String::new(), "the worst of each".to_owned())];
        answer.data.with(|report| {
            let names =
                report.iter().flat_map(|report| &report.data.metrics).map(|metric| metric.metric.clone());
            choices.extend(names.map(|name| (name.clone(), name)));
        });
        if let Some(of) = of.get()
            && !choices.iter().any(|choice| choice.0 == of)
        {
            choices.push((of.clone(), of));
        }
        choices
    });
    view! {
        <Panel title=words.by_page note busy=answer.is_placeholder_data>
            <div class="filters">
                <Select
                    label="Metric"
                    choices=metrics
                    chosen=Signal::derive(move || of.get().unwrap_or_default())
                    choose=move |name: String| change(&|view| view.of = Some(name.clone()).filter(|name| !name.is_empty()))
                />
            </div>
            <Table
                caption="Both sides by page, the worst impact first"
                columns=columns(words.page, words)
                rows
                nothing="Nothing has data in the two time ranges."
            />
        </Panel>
    }
}

fn columns(head: &str, names: &Names) -> Columns {
    let figures = ["Before", "Now", "Change", names.counted, "Impact"];
    Columns::of_figures(head.to_owned(), figures.map(str::to_owned)).and_words("Verdict")
}

/// What both sides are, and how many views they have. `moment`: formats a time.
fn sides(comparison: &Comparison, counted: &str, moment: impl Fn(i64) -> String) -> String {
    let counted = counted.to_lowercase();
    let one = |side: &Side| {
        let of = side.split.as_deref().and_then(Split::parse).and_then(|split| split.value);
        let of = of.map_or_else(String::new, |value| format!("{value}, "));
        format!("{of}{} to {} ({} {counted})", moment(side.from), moment(side.to), format::count(side.views))
    };
    let quantile = &comparison.quantile;
    let sure = format::per_cent(comparison.confidence);
    let new = one(&comparison.new);
    match &comparison.old {
        None => format!("{quantile}. Now: {new}."),
        Some(old) => format!(
            "{quantile}, and the interval that is right {sure} of the time. Before: {}. Now: {new}.",
            one(old)
        ),
    }
}

/// The mix of devices that both sides are weighed by.
fn mix(comparison: &Comparison) -> Option<String> {
    let told =
        |share: &whippet_api::DeviceShare| format!("{} {}", share.device, format::per_cent(share.share));
    let shares: Vec<String> = comparison.devices.iter().filter(|share| share.share > 0.0).map(told).collect();
    (!shares.is_empty())
        .then(|| format!("Both sides are weighed by the same mix of devices: {}.", shares.join(", ")))
}

/// The cells of a metric after the first one.
fn row(metric: &Compared, first: Cell) -> Vec<Cell> {
    let views = format!("{} → {}", format::count(metric.old_count), format::count(metric.new_count));
    vec![
        first,
        Cell::Figure(format::maybe(metric.old, metric.unit)),
        Cell::Figure(format::maybe(metric.new, metric.unit)),
        verdict::change(metric.change, metric.low, metric.high),
        Cell::Figure(views),
        verdict::impact(metric),
        verdict::cell(metric.verdict, &metric.words),
    ]
}

/// A page by one metric, or by its worst; `None` where it has not the metric.
fn page_row(page: &ComparedPage, of: Option<&str>, link: String) -> Option<Vec<Cell>> {
    let metric = match of {
        Some(of) => page.metrics.iter().find(|metric| metric.metric == of)?,
        None => worst(&page.metrics)?,
    };
    Some(row(metric, Cell::LinkTwoLines(page.page.clone(), link, metric.metric.clone())))
}

/// The metric that a page is listed for: the worst verdict, and of these the greatest change.
fn worst(metrics: &[Compared]) -> Option<&Compared> {
    let change = |metric: &Compared| metric.change.unwrap_or(f64::NEG_INFINITY);
    metrics.iter().max_by(|a, b| a.verdict.cmp(&b.verdict).then(change(a).total_cmp(&change(b))))
}

/// The same comparison, of one page.
fn address(page: &str, view: &ViewState) -> String {
    let mut link = view.clone();
    link.page = Some(page.to_owned());
    format!("/releases{link}")
}

fn note(left_out: usize, names: &Names) -> String {
    let (unit, page) = (names.counted.to_lowercase(), names.page.to_lowercase());
    let text = format!("the worst impact first: the difference times the {unit} now");
    match left_out {
        0 => text,
        1 => format!("{text}; one {page} is left out"),
        more => format!("{text}; {} {page}s are left out", format::count(more as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::{DeviceShare, Unit, Verdict};

    fn metric(name: &str, verdict: Verdict, change: Option<f64>) -> Compared {
        Compared {
            metric: name.to_owned(),
            unit: Unit::Ms,
            new: Some(1200.0),
            old: Some(1000.0),
            new_count: 900,
            old_count: 1100,
            change,
            verdict,
            ..Compared::default()
        }
    }

    #[test]
    fn a_page_is_listed_for_its_worst_metric() {
        let metrics = vec![
            metric("LCP", Verdict::Worse, Some(0.2)),
            metric("INP", Verdict::Worse, Some(0.4)),
            metric("CLS", Verdict::Better, Some(-0.9)),
            metric("FCP", Verdict::Unclear, Some(2.0)),
        ];
        let page = ComparedPage { page: "/cart".to_owned(), metrics, ..ComparedPage::default() };
        let told = |of| page_row(&page, of, String::new()).map(|cells| cells[0].clone());
        let named =
            |metric: &str| Some(Cell::LinkTwoLines("/cart".to_owned(), String::new(), metric.to_owned()));
        assert_eq!(told(None), named("INP"));
        assert_eq!(told(Some("CLS")), named("CLS"));
        assert_eq!(told(Some("TTFB")), None);
        assert!(worst(&[]).is_none());
    }

    #[test]
    fn sides_say_what_they_are() {
        let side =
            |split: Option<&str>, views| Side { split: split.map(str::to_owned), from: 1, to: 2, views };
        let comparison = Comparison {
            quantile: "p75".to_owned(),
            confidence: 0.95,
            new: side(Some("release:1.2"), 900),
            old: Some(side(None, 1)),
            ..Comparison::default()
        };
        let told = |comparison: &Comparison| {
            sides(comparison, "Views", |time| format!("@{time}")).replace('\u{a0}', " ")
        };
        assert_eq!(
            told(&comparison),
            "p75, and the interval that is right 95 % of the time. Before: @1 to @2 (1 views). Now: 1.2, @1 to @2 (900 views)."
        );
        assert_eq!(told(&Comparison { old: None, ..comparison }), "p75. Now: 1.2, @1 to @2 (900 views).");
    }

    #[test]
    fn the_mix_names_devices_that_count() {
        let share =
            |device: &str, share| DeviceShare { device: device.to_owned(), share, ..DeviceShare::default() };
        let comparison = Comparison {
            devices: vec![share("phone", 0.6), share("desktop", 0.4), share("tablet", 0.0)],
            ..Comparison::default()
        };
        let told = mix(&comparison).unwrap().replace('\u{a0}', " ");
        assert_eq!(told, "Both sides are weighed by the same mix of devices: phone 60 %, desktop 40 %.");
        assert_eq!(mix(&Comparison::default()), None);
    }
}
