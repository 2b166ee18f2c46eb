//! The notice below the header while the collector does not respond, or cannot keep what arrives.
use crate::data::{ApiError, Connection};
use leptos::prelude::*;

/// Shows why the connection is lost. Screen readers read changes.
#[component]
pub fn ConnectionNotice(connection: Signal<Connection>) -> impl IntoView {
    let error = move || match connection.get() {
        // The token has changed while the page was open: the collector answers, and only signing in helps.
        Connection::Lost(ApiError::Refused(problem)) if problem.code == "unauthorized" => Some(
            view! {
                <p class="notice notice-poor">
                    <strong>"Signed out: "</strong>
                    {problem.message}
                    ". Reload the page to sign in."
                </p>
            }
            .into_any(),
        ),
        Connection::Lost(error) => Some(
            view! {
                <p class="notice notice-poor">
                    <strong>"No connection. "</strong>
                    {error.to_string()}
                    " What is shown is older; new figures come once the collector answers."
                </p>
            }
            .into_any(),
        ),
        Connection::NotKept(trouble) => Some(
            view! {
                <p class="notice notice-poor">
                    <strong>"New data is not kept: "</strong>
                    {trouble}
                    ". Pages keep their beacons, and send them again."
                </p>
            }
            .into_any(),
        ),
        Connection::Busy(share) => Some(
            view! {
                <p class="notice notice-fair">
                    <strong>{format!("The store is busy {:.0} % of the time. ", share * 100.0)}</strong>
                    "It cannot take much more than now: docs/scale.md says what to do."
                </p>
            }
            .into_any(),
        ),
        Connection::Opening | Connection::Open | Connection::Slow => None,
    };
    view! { <div class="live" role="status" aria-live="polite">{error}</div> }
}
