//! Errors: JavaScript errors of the pages, and those that backends list.
use super::backend_errors::BackendErrors;
use crate::components::Column::{Figures, Words};
use crate::components::{AppFilter, BeaconHint, Cell, Page, Panel, ReportNotice, Table};
use crate::data::{ApiError, Report, use_errors};
use crate::format;
use leptos::prelude::*;
use whippet_api::{Errors as Told, PageError, Status};
use whippet_leptos::Query;

/// At `/errors`.
#[component]
pub fn Errors() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let errors = use_errors();
    let never = Memo::new(move |_| status.data.get().is_some_and(|status| status.beacons == 0));
    let several = Memo::new(move |_| status.data.get().is_some_and(|status| status.apps.len() > 1));
    let rows = Signal::derive(move || errors.data.get().map(|report| listed(&report, several.get())));
    view! {
        <Page title="Errors" aside=|| view! { <AppFilter/> }>
            <ReportNotice query=errors/>
            <Show when=move || never.get()><BeaconHint/></Show>
            <Panel title="JavaScript errors" note=Signal::stored("most frequent first".to_owned()) busy=errors.is_placeholder_data>
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

/// The rows of the table. `several`: whether to show the apps' names.
fn listed(report: &Report<Told>, several: bool) -> Vec<Vec<Cell>> {
    report.data.errors.iter().map(|error| row(error, report.asked, several)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view_state::TimeRange;
    use whippet_api::Range;

    #[test]
    fn how_long_ago_does_not_depend_on_the_end_of_the_range() {
        const HOUR: i64 = 3_600_000;
        let error = PageError {
            message: "x is not a function".to_owned(),
            source: "app.js:1:2".to_owned(),
            stack: String::new(),
            page: "/cart".to_owned(),
            app: "shop".to_owned(),
            count: 3,
            first: 0,
            last: HOUR,
        };
        let report = Report {
            range: Range { from: 0, to: HOUR },
            choice: TimeRange::Between(0, Some(HOUR)),
            filters: Vec::new(),
            data: Told { errors: vec![error], ..Told::default() },
            cost: 0.0,
            asked: 25 * HOUR,
        };
        let cells = listed(&report, false).swap_remove(0);
        assert_eq!(cells[3..], ["25\u{a0}h ago", "24\u{a0}h ago"].map(|text| Cell::Figure(text.to_owned())));
    }
}
