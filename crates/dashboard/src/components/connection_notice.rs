//! The notice below the header while the collector does not respond.
use crate::data::Connection;
use leptos::prelude::*;

/// Shows why the connection is lost. Screen readers read changes.
#[component]
pub fn ConnectionNotice(connection: Signal<Connection>) -> impl IntoView {
    let error = move || match connection.get() {
        Connection::Lost(error) => Some(view! {
            <p class="notice notice-poor">
                <strong>"No connection. "</strong>
                {error.to_string()}
                " The last known figures are shown; new ones come as soon as it answers again."
            </p>
        }),
        Connection::Opening | Connection::Open | Connection::Slow => None,
    };
    view! { <div class="live" role="status" aria-live="polite">{error}</div> }
}
