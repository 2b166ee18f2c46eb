//! What figures are split by: release, device, connection, navigation, browser. And web vitals so.
use super::percentile::p75;
use super::view_count::{FEW, view_count};
use crate::base::at;
use crate::components::{Cell, Columns, Panel, Rating, ReportNotice, Select, Table};
use crate::data::{ReportQuery, use_splits};
use crate::format;
use crate::view_state::{Dimension, Split, ViewState, use_change_view_state, use_view_state};
use leptos::prelude::*;
use whippet_api::{Split as OneSplit, SplitVital, Vital, Vitals};

/// Selects what the figures are split by.
#[component]
pub(super) fn SplitSelect() -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    let mut choices = vec![(String::new(), "Nothing".to_owned())];
    choices.extend(Dimension::ALL.map(|by| (by.name().to_owned(), by.words().to_owned())));
    let chosen = move || view.with(|view| view.split.as_ref().map_or("", |split| split.by.name()).to_owned());
    view! {
        <Select
            label="Split by"
            choices=Signal::stored(choices)
            chosen=Signal::derive(chosen)
            choose=move |name: String| change(&|view| view.split = Split::parse(&name))
        />
    }
}

/// The selected value, with a button to show all.
#[component]
pub(super) fn SplitFilter() -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    move || {
        let change = change.clone();
        let selected = view.get().split.and_then(|split| Some((split.by.words(), split.value?)));
        selected.map(|(words, value)| {
            let all = move |_| {
                change(&|view| {
                    if let Some(split) = &mut view.split {
                        split.value = None;
                    }
                });
            };
            view! {
                <span class="chip">
                    <span>{words} " " <b>{value}</b></span>
                    <button type="button" class="icon" aria-label="Show all values" on:click=all>"×"</button>
                </span>
            }
        })
    }
}

/// The values of the selected dimension. Hidden while none is selected.
#[component]
pub(super) fn Splits(vitals: ReportQuery<Vitals>) -> impl IntoView {
    let by = use_view_state();
    let by = Memo::new(move |_| by.with(|view| view.split.as_ref().map(|split| split.by)));
    view! {
        {move || by.get().map(|by| view! { <SplitTable by vitals/> })}
        <SelectedNote/>
    }
}

/// What is not shown of a selected value.
#[component]
fn SelectedNote() -> impl IntoView {
    let view = use_view_state();
    let selected = move || view.with(|view| view.split.as_ref().is_some_and(|split| split.value.is_some()));
    view! {
        <Show when=selected>
            <p class="note">"Phases and attributions are kept of all page views together, and not shown for a part of them."</p>
        </Show>
    }
}

#[component]
fn SplitTable(by: Dimension, vitals: ReportQuery<Vitals>) -> impl IntoView {
    let view = use_view_state();
    let splits = use_splits();
    let rows = Signal::derive(move || {
        let report = splits.data.get()?;
        // The thresholds; and until the answer for this dimension is there, the one before it is.
        let vitals = vitals.data.get()?;
        let state = view.get();
        let row =
            |split: &OneSplit| row(split, &vitals.data.metrics, at(&address("/vitals", split, by, &state)));
        (report.data.by == by.name()).then(|| report.data.values.iter().map(row).collect())
    });
    let shown = "75th percentiles, and the share of good page views";
    let note =
        Signal::derive(move || note(shown, splits.data.get().map_or(0, |report| report.data.left_out)));
    let figures = ["Views", "LCP", "INP", "CLS", "FCP", "TTFB"].map(str::to_owned);
    view! {
        <Panel title="By value" note busy=splits.is_placeholder_data>
            <ReportNotice query=splits of="By value"/>
            <Table
                caption="Web vitals by value, most viewed first, 75th percentiles and shares of good page views"
                columns=Columns::of_figures(by.words().to_owned(), figures)
                rows
                nothing="No page view in this time range."
            />
        </Panel>
    }
}

/// What a table shows, and how many values it does not.
pub(super) fn note(shown: &str, left_out: usize) -> String {
    match left_out {
        0 => shown.to_owned(),
        1 => format!("{shown}; one value is left out"),
        more => format!("{shown}; {more} values are left out"),
    }
}

/// What a value is called: `1.2.0 · phone`.
pub(super) fn label(split: &OneSplit) -> String {
    match &split.device {
        None => split.value.clone(),
        Some(device) => format!("{} · {device}", split.value),
    }
}

/// The page at `path` of the page views with a value.
pub(super) fn address(path: &str, split: &OneSplit, by: Dimension, view: &ViewState) -> String {
    let value = match &split.device {
        None => split.value.clone(),
        Some(device) => format!("{}:{device}", split.value),
    };
    let mut link = view.clone();
    link.split = Some(Split { by, value: Some(value) });
    format!("{path}{link}")
}

fn row(split: &OneSplit, metrics: &[Vital], link: String) -> Vec<Cell> {
    let mut cells = vec![Cell::Link(label(split), link), Cell::Figure(view_count(split.views))];
    cells.extend(metrics.iter().map(|vital| {
        let found = split.metrics.iter().find(|found| found.name == vital.name);
        found.map_or_else(|| Cell::Figure(format::NOTHING.to_owned()), |found| cell(found, vital))
    }));
    cells
}

fn cell(found: &SplitVital, vital: &Vital) -> Cell {
    let Some(value) = found.quantiles.p75 else { return Cell::Figure(format::NOTHING.to_owned()) };
    let rating = Rating::of(value, vital.good, vital.poor);
    Cell::RatedTwoLines(p75(Some(value), vital), rating, share(found))
}

/// The share of good page views, unless there are too few to tell.
fn share(found: &SplitVital) -> String {
    let all: u64 = found.ratings.iter().sum();
    match all {
        0 => String::new(),
        few if few < FEW => format!("of {few}"),
        all => format!("{} good", format::per_cent(found.ratings[0] as f64 / all as f64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::{Quantiles, Unit};

    fn vital() -> Vital {
        Vital {
            name: "LCP".to_owned(),
            unit: Unit::Ms,
            count: 0,
            p75: None,
            good: 2500.0,
            poor: 4000.0,
            ratings: [0; 3],
            parts: Vec::new(),
            elements: Vec::new(),
            urls: Vec::new(),
            states: Vec::new(),
            chart: whippet_api::Chart::default(),
        }
    }

    fn split(ratings: [u64; 3], p75: Option<f64>) -> OneSplit {
        let quantiles = Quantiles { count: ratings.iter().sum(), p75, ..Quantiles::default() };
        OneSplit {
            value: "1.2".to_owned(),
            device: Some("phone".to_owned()),
            views: 100,
            metrics: vec![SplitVital { name: "LCP".to_owned(), ratings, quantiles }],
            ..OneSplit::default()
        }
    }

    #[test]
    fn a_row_links_to_its_page_views() {
        let split = split([80, 10, 10], Some(2600.0));
        let link = address("/vitals", &split, Dimension::ReleaseAndDevice, &ViewState::default());
        assert_eq!(link, "/vitals?split=release_device%3A1.2%3Aphone");
        let cells = row(&split, &[vital()], link.clone());
        assert_eq!(cells[0], Cell::Link("1.2 · phone".to_owned(), link));
        let Cell::RatedTwoLines(_, rating, share) = &cells[2] else { panic!("{cells:?}") };
        assert_eq!((*rating, share.replace('\u{a0}', " ").as_str()), (Rating::Fair, "80 % good"));
    }

    #[test]
    fn few_page_views_have_no_share() {
        assert_eq!(share(&split([3, 1, 0], None).metrics[0]), "of 4");
        assert_eq!(share(&split([0, 0, 0], None).metrics[0]), "");
        let nothing = Cell::Figure(format::NOTHING.to_owned());
        assert_eq!(cell(&split([0, 0, 0], None).metrics[0], &vital()), nothing);
        assert_eq!([0, 1, 3].map(|count| note("p75", count).contains("left out")), [false, true, true]);
    }
}
