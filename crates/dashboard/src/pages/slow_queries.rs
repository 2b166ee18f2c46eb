//! The slow queries that a backend lists, for its page.
use crate::components::Column::{Figures, Words};
use crate::components::{Cell, Panel, ReportNotice, Table};
use crate::data::use_slow_queries;
use crate::format;
use leptos::prelude::*;
use whippet_api::{SlowQuery, Unit};

/// The panel. It is there once the target has listed a slow query in the time range.
#[component]
pub fn SlowQueries(
    /// The target.
    target: Signal<Option<String>>,
) -> impl IntoView {
    let report = use_slow_queries(target);
    let any = Memo::new(move |_| report.data.get().is_some_and(|report| !report.data.queries.is_empty()));
    let rows = Signal::derive(move || {
        let report = report.data.get()?;
        Some(report.data.queries.iter().map(|query| row(query, report.asked)).collect())
    });
    view! {
        <ReportNotice query=report of="Slow queries"/>
        <Show when=move || any.get()>
            <Panel title="Slow queries" note=Signal::stored("as the backend lists them".to_owned()) busy=report.is_placeholder_data>
                <Table
                    caption="Slow queries, those that took longest in total first"
                    columns=&[Words("Query"), Figures("Count"), Figures("Mean"), Figures("Slowest"), Figures("Last")]
                    rows
                    nothing="No slow query in this time range."
                />
            </Panel>
        </Show>
    }
}

fn row(query: &SlowQuery, now: i64) -> Vec<Cell> {
    vec![
        match query.database.as_str() {
            "" => Cell::Text(query.query.clone()),
            database => Cell::TwoLines(query.query.clone(), database.to_owned()),
        },
        Cell::Figure(format::count(query.count)),
        Cell::Figure(format::maybe(query.mean, Unit::Ms)),
        Cell::Figure(format::maybe(query.slowest, Unit::Ms)),
        Cell::Figure(format::ago(query.last, now)),
    ]
}
