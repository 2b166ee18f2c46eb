//! One of the application's own timings by what page views have in common.
use super::splits::{address, label, note};
use crate::base::at;
use crate::components::{Cell, Columns, Panel, ReportNotice, Table};
use crate::data::use_split_timing;
use crate::format;
use crate::view_state::{Dimension, Split, ViewState, use_change_view_state, use_view_state};
use leptos::prelude::*;
use whippet_api::{Quantiles, Split as OneSplit, Unit};

/// The selected timing by the selected dimension. Hidden while no dimension is selected.
#[component]
pub(super) fn SplitTiming() -> impl IntoView {
    let view = use_view_state();
    let by = Memo::new(move |_| view.with(|view| view.split.as_ref().map(|split| split.by)));
    let has_timing = Memo::new(move |_| view.with(|view| view.timing.is_some()));
    move || {
        by.get().map(|by| match has_timing.get() {
            true => view! { <SplitTable by/> }.into_any(),
            false => view! { <p class="note">"Choose a timing below to see it by value."</p> }.into_any(),
        })
    }
}

/// The selected timing, with a button to show none.
#[component]
pub(super) fn TimingFilter() -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    move || {
        let change = change.clone();
        view.get().timing.map(|timing| {
            let none = move |_| change(&|view| view.timing = None);
            view! {
                <span class="chip">
                    <span>"Timing " <b>{timing}</b></span>
                    <button type="button" class="icon" aria-label="Show no timing by value" on:click=none>"×"</button>
                </span>
            }
        })
    }
}

#[component]
fn SplitTable(by: Dimension) -> impl IntoView {
    let view = use_view_state();
    let splits = use_split_timing();
    let rows = Signal::derive(move || {
        let report = splits.data.get()?;
        let state = view.get();
        let row =
            |split: &OneSplit| Some(row(split, split.timing?, at(&address("/custom", split, by, &state))));
        // Until the answer for this choice is there, the one before it is.
        let is_chosen = report.data.by == by.name() && report.of("timing") == state.timing.as_deref();
        is_chosen.then(|| report.data.values.iter().filter_map(row).collect())
    });
    let note = Signal::derive(move || {
        let name = view.with(|view| view.timing.clone()).unwrap_or_default();
        note(&name, splits.data.get().map_or(0, |report| report.data.left_out))
    });
    let figures = ["Count", "p50", "p75", "p95", "p99"].map(str::to_owned);
    view! {
        <Panel title="By value" note busy=splits.is_placeholder_data>
            <ReportNotice query=splits of="By value"/>
            <Table
                caption="The selected timing by value, most viewed first"
                columns=Columns::of_figures(by.words().to_owned(), figures)
                rows
                nothing="This timing was not reported in this time range."
            />
        </Panel>
    }
}

fn row(split: &OneSplit, timing: Quantiles, link: String) -> Vec<Cell> {
    let Quantiles { count, p50, p75, p95, p99 } = timing;
    let mut cells = vec![Cell::Link(label(split), link), Cell::Figure(format::count(count))];
    cells.extend([p50, p75, p95, p99].map(|value| Cell::Figure(format::maybe(value, Unit::Ms))));
    cells
}

/// The page with a timing by value: by the selected dimension, or by device.
pub(super) fn timing_address(timing: &str, view: &ViewState) -> String {
    let mut link = view.clone();
    link.timing = Some(timing.to_owned());
    link.split.get_or_insert(Split { by: Dimension::Device, value: None });
    format!("/custom{link}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timing_links_to_its_values_and_a_value_to_its_page_views() {
        let view = ViewState::default();
        assert_eq!(timing_address("pay", &view), "/custom?split=device&timing=pay");
        let view = ViewState { split: Split::parse("release"), ..view };
        assert_eq!(timing_address("a b", &view), "/custom?split=release&timing=a%20b");
        let quantiles = Quantiles { count: 12, p75: Some(240.0), ..Quantiles::default() };
        let split = OneSplit { value: "1.3".to_owned(), timing: Some(quantiles), ..OneSplit::default() };
        let link = address("/custom", &split, Dimension::Release, &view);
        assert_eq!(link, "/custom?split=release%3A1.3");
        let cells = row(&split, quantiles, link.clone());
        assert_eq!(cells[0], Cell::Link("1.3".to_owned(), link));
        assert_eq!(cells[1], Cell::Figure("12".to_owned()));
        assert_eq!(cells[2], Cell::Figure(format::NOTHING.to_owned()));
        assert_eq!(cells.len(), 6);
    }
}
