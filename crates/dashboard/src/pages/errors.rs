//! Errors: what went wrong in the pages' scripts.
use crate::data::{Trouble, use_errors};
use crate::format;
use crate::parts::Column::{Figures, Words};
use crate::parts::{AppFilter, BeaconHint, Cell, Page, Panel, Table, TroubleNotice};
use leptos::prelude::*;
use whippet_api::{PageError, Status};
use whippet_leptos::Query;

/// At `/errors`.
#[component]
pub fn Errors() -> impl IntoView {
    let status: Query<Status, Trouble> = expect_context();
    let errors = use_errors();
    let never = Memo::new(move |_| status.data.get().is_some_and(|status| status.beacons == 0));
    let several = Memo::new(move |_| status.data.get().is_some_and(|status| status.apps.len() > 1));
    let rows = Signal::derive(move || {
        let data = errors.data.get()?;
        let row = |error| row(error, data.range.to, several.get());
        Some(data.answer.errors.iter().map(row).collect())
    });
    view! {
        <Page title="Errors" aside=|| view! { <AppFilter/> }>
            <TroubleNotice query=errors/>
            <Show when=move || never.get()><BeaconHint/></Show>
            <Panel title="JavaScript errors" note=Signal::stored("most frequent first".to_owned())>
                <Table
                    caption="JavaScript errors, most frequent first"
                    columns=&[Words("Error"), Figures("Count"), Words("Page"), Figures("First"), Figures("Last")]
                    rows
                    nothing="No page reported an error in this time range."
                />
            </Panel>
        </Page>
    }
}

/// With the application's name where there are `several`.
fn row(error: &PageError, now: i64, several: bool) -> Vec<Cell> {
    vec![
        match error.stack.as_str() {
            "" => Cell::Twofold(error.message.clone(), error.source.clone()),
            stack => Cell::Folded(error.message.clone(), error.source.clone(), stack.to_owned()),
        },
        Cell::Figure(format::count(error.count)),
        if several {
            Cell::Twofold(error.page.clone(), error.app.clone())
        } else {
            Cell::Text(error.page.clone())
        },
        Cell::Figure(format::ago(error.first, now)),
        Cell::Figure(format::ago(error.last, now)),
    ]
}
