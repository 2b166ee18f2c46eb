//! What stands under the header while the collector does not answer.
use crate::data::Connection;
use leptos::prelude::*;

/// Says what is wrong; silent while nothing is. A screen reader reads it when it changes.
#[component]
pub fn ConnectionNotice(connection: Signal<Connection>) -> impl IntoView {
    let trouble = move || match connection.get() {
        Connection::Lost(trouble) => Some(view! {
            <p class="notice notice-poor">
                <strong>"No connection. "</strong>
                {trouble.to_string()}
                " The last known figures are shown; new ones come as soon as it answers again."
            </p>
        }),
        Connection::Opening | Connection::Open | Connection::Slow => None,
    };
    view! { <div class="live" role="status" aria-live="polite">{trouble}</div> }
}
