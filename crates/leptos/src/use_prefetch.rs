//! Fetches what a component below is going to show.
use crate::host::page_is_hydrated;
use crate::{MaybeKey, QueryOptions, use_query_client};
use leptos::prelude::*;
use serde::Serialize;
use std::future::Future;
use std::sync::Arc;

/// Fetches the query of `key` without showing it, at once and whenever the key changes: so that a component that comes
/// later, such as one behind a `<Suspense/>`, finds it. While the key is `None`, nothing is fetched. On a server it does nothing: what
/// shows the query fetches it. See [`QueryClient::prefetch`](crate::QueryClient::prefetch).
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{QueryOptions, use_prefetch};
/// # async fn fetch_comments(id: u32) -> Result<String, String> { Ok(String::new()) }
/// # #[component] fn Article(id: Signal<u32>) -> impl IntoView {
/// use_prefetch(move || ("comments", id.get()), |(_, id)| fetch_comments(id), QueryOptions::new());
/// # }
/// ```
pub fn use_prefetch<I, K, T, E, F>(
    key: impl Fn() -> I + Send + Sync + 'static,
    fetcher: impl Fn(K) -> F + Send + Sync + 'static,
    options: QueryOptions,
) where
    I: MaybeKey<K>,
    K: Serialize + Clone + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let (client, fetcher) = (use_query_client(), Arc::new(fetcher));
    let hydrated = page_is_hydrated();
    let prefetch = move |is_first: bool| {
        let is_hydrated = hydrated.as_ref().is_none_or(Get::get);
        let Some(key) = key().into_key().filter(|_| is_hydrated) else { return is_first };
        // What a component below shows came with the page.
        let is_there = hydrated.is_some() && is_first && client.data::<T>(&key).is_some();
        if !is_there {
            let fetcher = fetcher.clone();
            untrack(|| client.prefetch(key, move |key| fetcher(key), options.clone()));
        }
        false
    };
    // At once, and not after the components below.
    let effect = RenderEffect::new(move |is_first: Option<bool>| prefetch(is_first.unwrap_or(true)));
    on_cleanup(move || drop(effect));
}
