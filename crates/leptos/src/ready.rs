//! When the first result of a query is there, on a server: for who awaits it, and for the `<Suspense/>` around who reads it. It is an async
//! value of Leptos, which is sent with the page.
use crate::QueryKey;
use crate::dependencies;
use crate::host::{Observer, Refetcher};
use crate::live::{Live, live};
use crate::seen::Seen;
use crate::settled::{SentResult, Settled};
use crate::suspense::nothing_will_come;
use futures::FutureExt;
use leptos::prelude::*;
use leptos::reactive::computed::suspense::SuspenseContext;
use leptos::reactive::computed::{ArcAsyncDerived, AsyncDerived};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::{Future, IntoFuture};

/// How the first fetch of each key ends.
pub(crate) struct Ready<T: Send + Sync + 'static, E: Send + Sync + 'static>(AsyncDerived<Settled<T, E>>);

impl<T: Send + Sync, E: Send + Sync> Clone for Ready<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync, E: Send + Sync> Copy for Ready<T, E> {}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Ready<T, E> {
    /// Fetched where the page is rendered. `source` gives what is to be fetched.
    pub(crate) fn new<K>(
        source: impl Fn() -> Option<QueryKey> + Send + Sync + 'static,
        observer: &Observer<K, T, E>,
    ) -> (Self, SentResult<T, E>)
    where
        K: Clone + Send + Sync + 'static,
        T: Serialize + DeserializeOwned + PartialEq,
        E: Serialize + DeserializeOwned,
    {
        let observer = observer.clone();
        let resource = ArcResource::new(source, move |_| observer.settled());
        Self::of((*resource).clone())
    }

    /// Fetched in a browser.
    pub(crate) fn local<K>(
        source: impl Fn() -> Option<QueryKey> + Send + Sync + 'static,
        observer: &Observer<K, T, E>,
    ) -> (Self, SentResult<T, E>)
    where
        K: Clone + Send + Sync + 'static,
        T: PartialEq,
    {
        // The options may change where the key does not.
        let (source, observer) = (live(source), observer.clone());
        Self::of(ArcAsyncDerived::new_unsync(move || {
            // Not `track`, which computes nothing: a memo that was never read tells nobody of changes.
            let _ = source.try_with(|_| ());
            observer.settled()
        }))
    }

    /// Fetched in a browser, and this is a server.
    pub(crate) fn never() -> Self {
        Self(ArcAsyncDerived::new_mock(std::future::pending).into())
    }

    fn of(ready: ArcAsyncDerived<Settled<T, E>>) -> (Self, SentResult<T, E>) {
        (Self(ready.clone().into()), ready)
    }

    /// A query that has no result yet is read.
    pub(crate) fn is_read(self, suspense: Option<SuspenseContext>) {
        let ready = self.0;
        dependencies::read(|| ready.into_future().map(drop).boxed());
        if suspense.is_some() {
            ready.track();
            // Reading is what registers.
            let _ = ready.try_with_untracked(|_| ());
        }
    }

    /// The first data or error. Tracks what changes it.
    pub(crate) fn first_result(
        self,
        seen: Live<Seen<T, E>>,
        refetcher: Refetcher,
        _: impl Fn() + Send + 'static,
    ) -> impl Future<Output = Settled<T, E>> + Send {
        let ready = self.0;
        async move {
            match ready.await {
                Settled::Idle => {
                    nothing_will_come();
                    // It may get a key, be enabled, or be fetched by `refetch`.
                    refetcher.first_result(seen, || ()).await
                }
                settled => settled,
            }
        }
    }
}
