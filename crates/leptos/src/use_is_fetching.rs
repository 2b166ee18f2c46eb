//! How much is under way.
use crate::host::IN_BROWSER;
use crate::{FetchStatus, QueryClient, QueryFilter, QueryKey, use_query_client};
use leptos::prelude::*;
use serde::Serialize;

/// How many queries are being fetched, of those that `filter` selects: for a progress bar of the whole page. On a server,
/// none.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::use_is_fetching;
/// # #[component] fn Page() -> impl IntoView {
/// let fetching = use_is_fetching(&());
/// view! { <progress hidden=move || fetching.get() == 0></progress> }
/// # }
/// ```
pub fn use_is_fetching(filter: impl Into<QueryFilter>) -> Signal<usize> {
    let filter = filter.into().fetch_status(FetchStatus::Fetching);
    counted(move |client| client.queries(filter.clone()).len())
}

/// How many mutations are under way, waiting ones too, whose [`key`](crate::MutationOptions::key) begins with `prefix`;
/// `&()` counts all. On a server, none.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::use_is_mutating;
/// # #[component] fn Page() -> impl IntoView {
/// let saving = use_is_mutating(&());
/// view! { <p role="status">{move || if saving.get() > 0 { "Saving…" } else { "Saved" }}</p> }
/// # }
/// ```
pub fn use_is_mutating(prefix: &(impl Serialize + ?Sized)) -> Signal<usize> {
    let prefix = QueryKey::new(prefix);
    counted(move |client| client.mutating(&prefix))
}

fn counted(count: impl Fn(QueryClient) -> usize + Send + Sync + 'static) -> Signal<usize> {
    if !IN_BROWSER {
        return Signal::stored(0);
    }
    let (client, changed) = (use_query_client(), ArcTrigger::new());
    let trigger = changed.clone();
    let listening = StoredValue::new_local(client.host(|host| host.subscribe(move || trigger.notify())));
    on_cleanup(move || {
        let _ended = listening.try_update_value(Option::take);
    });
    let count = Memo::new(move |_| {
        changed.track();
        untrack(|| count(client))
    });
    count.into()
}
