//! The same in an app that is rendered in the browser alone: nothing is sent, and the query itself keeps who waits for it. An async value of
//! Leptos would be another 4 KB after gzip.
use crate::QueryKey;
use crate::host::{Observer, Refetcher};
use crate::live::Live;
use crate::seen::Seen;
use crate::settled::{Sent, Settled};
use leptos::reactive::computed::suspense::SuspenseContext;
use std::future::Future;
use std::marker::PhantomData;

/// How the first fetch of each key ends.
pub(crate) struct Ready<T, E>(Refetcher, Sent<T, E>);

impl<T, E> Clone for Ready<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Ready<T, E> {}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Ready<T, E> {
    pub(crate) fn new<K>(
        source: impl Fn() -> Option<QueryKey> + Send + Sync + 'static,
        observer: &Observer<K, T, E>,
    ) -> (Self, Sent<T, E>)
    where
        K: Clone + Send + Sync + 'static,
        T: PartialEq,
    {
        Self::local(source, observer)
    }

    pub(crate) fn local<K>(
        _: impl Fn() -> Option<QueryKey> + Send + Sync + 'static,
        observer: &Observer<K, T, E>,
    ) -> (Self, Sent<T, E>)
    where
        K: Clone + Send + Sync + 'static,
        T: PartialEq,
    {
        (Self(observer.refetcher(), PhantomData), PhantomData)
    }

    /// For servers.
    pub(crate) fn never() -> Self {
        Self(Refetcher::none(), PhantomData)
    }

    pub(crate) fn is_read(self, suspense: Option<SuspenseContext>) {
        if let Some(suspense) = suspense {
            self.0.suspend(&suspense);
        }
    }

    pub(crate) fn first_result(
        self,
        seen: Live<Seen<T, E>>,
        refetcher: Refetcher,
        track: impl Fn() + Send + 'static,
    ) -> impl Future<Output = Settled<T, E>> + Send {
        refetcher.first_result(seen, track)
    }
}
