//! The errors that backends list, for the page of errors.
use crate::components::Column::{Figures, Words};
use crate::components::{Cell, Panel, Table};
use crate::data::ReportQuery;
use crate::format;
use leptos::prelude::*;
use whippet_api::{BackendError, Errors};

/// The panel. It is there once a backend has listed an error in the time range.
#[component]
pub fn BackendErrors(
    /// The errors of pages and of backends.
    errors: ReportQuery<Errors>,
) -> impl IntoView {
    let any = Memo::new(move |_| errors.data.get().is_some_and(|report| !report.data.backends.is_empty()));
    let rows = Signal::derive(move || {
        let report = errors.data.get()?;
        Some(report.data.backends.iter().map(|error| row(error, report.asked)).collect())
    });
    view! {
        <Show when=move || any.get()>
            <Panel
                title="Backend errors"
                note=Signal::stored("as backends list them, most frequent first".to_owned())
                busy=errors.is_placeholder_data
            >
                <Table
                    caption="Backend errors, most frequent first"
                    columns=&[Words("Error"), Figures("Count"), Words("Route"), Figures("First"), Figures("Last")]
                    rows
                    nothing="No backend listed an error in this time range."
                />
            </Panel>
        </Show>
    }
}

fn row(error: &BackendError, now: i64) -> Vec<Cell> {
    vec![
        match error.stack.as_str() {
            "" => Cell::TwoLines(error.message.clone(), error.source.clone()),
            stack => Cell::Expandable(error.message.clone(), error.source.clone(), stack.to_owned()),
        },
        Cell::Figure(format::count(error.count)),
        Cell::TwoLines(error.route.clone(), error.target.clone()),
        Cell::Figure(format::ago(error.first, now)),
        Cell::Figure(format::ago(error.last, now)),
    ]
}
