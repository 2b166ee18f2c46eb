//! Debounces a value.
use crate::on_change::on_change;
use crate::{Wait, use_debounce_fn};
use leptos::prelude::{RwSignal, Set, Signal, untrack};

/// Debounces `source`: the signal takes its value once it has not changed for `wait`. Use it for a query whose key is
/// typed, where each change would be a request. The query cache cancels requests that are not needed any more, and shares
/// and retries the others.
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
    wait: impl Into<Wait>,
    source: impl Fn() -> T + 'static,
) -> Signal<T> {
    let value = RwSignal::new(untrack(&source));
    let update = use_debounce_fn(wait, move |next| value.set(next));
    on_change(source, update);
    value.into()
}
