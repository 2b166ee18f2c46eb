//! What a query hook observes: its key, function and options.
use crate::dependencies::Dependencies;
use crate::seen::Seen;
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

/// What is observed.
pub(crate) struct QuerySource<K: Send + Sync + 'static, T, E> {
    /// `None` waits: nothing is fetched.
    pub(crate) wanted: Signal<Option<Wanted<K>>>,
    pub(crate) fetcher: Arc<dyn Fn(K) -> Fetch<T, E> + Send + Sync>,
    pub(crate) options: Signal<QueryOptions>,
    /// Other queries that the key or the options have read before there was a result.
    pub(crate) dependencies: Dependencies,
}

impl<K: Clone + Send + Sync + 'static, T: Send + Sync + 'static, E: Send + Sync + 'static>
    QuerySource<K, T, E>
{
    /// What is to be fetched now.
    pub(crate) fn enabled(&self) -> Option<Wanted<K>> {
        let enabled = self.dependencies.collect(|| self.options.try_with(|it| it.observer.enabled));
        self.wanted.try_get().flatten().filter(|_| enabled.unwrap_or_default())
    }

    /// What is seen before there is any result.
    pub(crate) fn unsettled(&self) -> Seen<T, E> {
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
            options: self.options,
            dependencies: self.dependencies.clone(),
        }
    }
}
