//! The notice above a report that is slow, stale or failed.
use crate::data::{ApiError, Connection, ReportQuery, ReportState, use_report_state};
use crate::format;
use leptos::prelude::*;

/// Shows the state of `query` unless it is fresh. If the connection is lost, the header says so instead.
#[component]
pub fn ReportNotice<T: Send + Sync + 'static>(
    /// The report.
    query: ReportQuery<T>,
    /// The report's subject, if the panel has several reports.
    #[prop(optional)]
    of: &'static str,
) -> impl IntoView {
    let state = use_report_state(query);
    let connection: Signal<Connection> = expect_context();
    let again =
        move || view! { <button type="button" on:click=move |_| query.refetch()>"Try again"</button> };
    let about = if of.is_empty() { String::new() } else { format!("{of}: ") };
    let notice = move || {
        match state.get() {
        ReportState::Idle | ReportState::Loading | ReportState::Fresh => None,
        // The seconds are hidden from screen readers, which would read every change.
        ReportState::Slow(seconds) => Some(
            view! {
                <p class="notice notice-fair">
                    <span>{about.clone()} "The collector is slow. "</span>
                    <span aria-hidden="true">{format!("Waiting for {seconds}\u{a0}s.")}</span>
                </p>
            }
            .into_any(),
        ),
        ReportState::Stale(since) => Some(
            view! {
                <p class="notice notice-fair">
                    <span>{format!("{about}These figures are of {}; newer ones did not come.", format::moment(since))}</span>
                    {again()}
                </p>
            }
            .into_any(),
        ),
        ReportState::Failed(..) if matches!(connection.get(), Connection::Lost(_)) => None,
        ReportState::Failed(error, since) => {
            let why = match error {
                ApiError::Unreachable => "The collector is there, but this got no answer.".to_owned(),
                error => error.to_string(),
            };
            let shown = since.map_or_else(String::new, |since| {
                format!(" The figures of {} are shown.", format::moment(since))
            });
            Some(
                view! {
                    <p class="notice notice-poor">
                        <span>{format!("{about}{why}{shown}")}</span>
                        {again()}
                    </p>
                }
                .into_any(),
            )
        }
    }
    };
    view! { <div class="live" role="status" aria-live="polite">{notice}</div> }
}
