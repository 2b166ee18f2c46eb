//! Fetches what a component below is going to show.
use crate::{MaybeKey, QueryOptions, use_query_client};
use leptos::prelude::*;
use serde::Serialize;
use std::future::Future;
use std::sync::Arc;

/// Fetches the query of `key` without showing it, at once and whenever the key changes: so that a component that comes
/// later, such as one behind a `<Suspense/>`, finds it. While the key is `None`, nothing is fetched. See
/// [`QueryClient::prefetch`](crate::QueryClient::prefetch).
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
    let prefetch = move || {
        if let Some(key) = key().into_key() {
            let fetcher = fetcher.clone();
            untrack(|| client.prefetch(key, move |key| fetcher(key), options.clone()));
        }
    };
    // At once, and not after the components below.
    let effect = RenderEffect::new(move |_| prefetch());
    on_cleanup(move || drop(effect));
}
