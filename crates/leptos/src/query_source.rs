//! What a query hook observes: its key, function and options.
use crate::dependencies::Dependencies;
use crate::live::Live;
use crate::seen::FirstView;
use crate::{QueryKey, QueryOptions};
use leptos::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A key as the component wrote it, and as the cache has it.
#[derive(Clone)]
pub(crate) struct Wanted<K> {
    pub(crate) value: K,
    pub(crate) key: QueryKey,
}

impl<K> PartialEq for Wanted<K> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

pub(crate) type Fetch<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// Reads options, and tracks what they depend on.
pub(crate) type Options = Arc<dyn Fn() -> QueryOptions + Send + Sync>;

/// What is observed.
pub(crate) struct QuerySource<K: Send + Sync + 'static, T, E> {
    /// `None` waits: nothing is fetched.
    pub(crate) wanted: Live<Option<Wanted<K>>>,
    pub(crate) fetcher: Arc<dyn Fn(K) -> Fetch<T, E> + Send + Sync>,
    /// Those of the component, completed by the client's.
    pub(crate) options: Options,
    /// Other queries that the key or the options have read before there was a result.
    pub(crate) dependencies: Dependencies,
}

impl<K: Clone + Send + Sync + 'static, T: Send + Sync + 'static, E: Send + Sync + 'static>
    QuerySource<K, T, E>
{
    /// What is to be fetched now.
    pub(crate) fn enabled(&self) -> Option<Wanted<K>> {
        let enabled = self.dependencies.collect(|| (self.options)().observer.enabled);
        self.wanted.try_get().flatten().filter(|_| enabled)
    }

    /// What is shown before there is any result.
    pub(crate) fn first_view(&self) -> FirstView {
        match self.enabled() {
            Some(_) => FirstView::Pending,
            None if self.dependencies.waited() => FirstView::Waiting,
            None => FirstView::Nothing,
        }
    }

    /// What is seen before there is any result, where a server renders or a browser hydrates.
    #[cfg(any(feature = "hydrate", feature = "ssr", not(feature = "csr"), not(target_family = "wasm")))]
    pub(crate) fn unsettled(&self) -> crate::seen::Seen<T, E> {
        use crate::seen::Seen;
        match self.enabled() {
            Some(wanted) => Seen::pending(Some(wanted.key)),
            None if self.dependencies.waited() => Seen::pending(None),
            None => Seen::nothing(),
        }
    }
}

impl<K: Send + Sync + 'static, T, E> Clone for QuerySource<K, T, E> {
    fn clone(&self) -> Self {
        Self {
            wanted: self.wanted,
            fetcher: self.fetcher.clone(),
            options: self.options.clone(),
            dependencies: self.dependencies.clone(),
        }
    }
}
