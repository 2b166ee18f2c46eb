//! A value that follows another once that has come to rest.
use crate::use_debounce_fn;
use leptos::prelude::{Effect, LocalStorage, RwSignal, Set, Signal, WithValue, untrack};
use whippet_engine::time::Duration;

/// Follows `source` once it has not changed for `wait`: for a query whose key is typed, where each change would be a
/// request. The query cache cancels those that are no longer wanted, shares and retries the others.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{Duration, QueryOptions, use_debounced, use_query};
/// # async fn search(text: String) -> Result<String, String> { Ok(text) }
/// # #[component] fn Search() -> impl IntoView {
/// let text = RwSignal::new(String::new());
/// let wanted = use_debounced(Duration::from_ms(300.0), move || text.get());
/// let found = use_query(move || ("search", wanted.get()), |(_, text)| search(text), QueryOptions::new());
/// view! { <input bind:value=text/> {move || found.data.get().map(|text| text.to_string())} }
/// # }
/// ```
pub fn use_debounced<T: Clone + Send + Sync + 'static>(
    wait: Duration,
    source: impl Fn() -> T + 'static,
) -> Signal<T> {
    let value = RwSignal::new(untrack(&source));
    let follow = use_debounce_fn(wait, move |next| value.set(next));
    Effect::<LocalStorage>::watch(
        source,
        move |next, _, _| {
            follow.with_value(|follow| follow.call(next.clone()));
        },
        false,
    );
    value.into()
}
