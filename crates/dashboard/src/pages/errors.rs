//! Errors: JavaScript errors of the pages, and those that backends list.
use super::backend_errors::BackendErrors;
use crate::components::Column::{Figures, Words};
use crate::components::{AppFilter, BeaconHint, Cell, Page, Panel, ReportNotice, Table};
use crate::data::{ApiError, use_errors};
use crate::format;
use leptos::prelude::*;
use whippet_api::{PageError, Status};
use whippet_leptos::Query;

/// At `/errors`.
#[component]
pub fn Errors() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let errors = use_errors();
    let never = Memo::new(move |_| status.data.get().is_some_and(|status| status.beacons == 0));
    let several = Memo::new(move |_| status.data.get().is_some_and(|status| status.apps.len() > 1));
    let rows = Signal::derive(move || {
        let report = errors.data.get()?;
        let row = |error| row(error, report.range.to, several.get());
        Some(report.data.errors.iter().map(row).collect())
    });
    view! {
        <Page title="Errors" aside=|| view! { <AppFilter/> }>
            <ReportNotice query=errors/>
            <Show when=move || never.get()><BeaconHint/></Show>
            <Panel title="JavaScript errors" note=Signal::stored("most frequent first".to_owned())>
                <Table
                    caption="JavaScript errors, most frequent first"
                    columns=&[Words("Error"), Figures("Count"), Words("Page"), Figures("First"), Figures("Last")]
                    rows
                    nothing="No page reported an error in this time range."
                />
            </Panel>
            <BackendErrors errors/>
        </Page>
    }
}

/// A row of the table. `several`: whether to show the app's name.
fn row(error: &PageError, now: i64, several: bool) -> Vec<Cell> {
    vec![
        match error.stack.as_str() {
            "" => Cell::TwoLines(error.message.clone(), error.source.clone()),
            stack => Cell::Expandable(error.message.clone(), error.source.clone(), stack.to_owned()),
        },
        Cell::Figure(format::count(error.count)),
        if several {
            Cell::TwoLines(error.page.clone(), error.app.clone())
        } else {
            Cell::Text(error.page.clone())
        },
        Cell::Figure(format::ago(error.first, now)),
        Cell::Figure(format::ago(error.last, now)),
    ]
}
