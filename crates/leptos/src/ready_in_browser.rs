//! When the first result of a query is there, in a browser: the query itself keeps who awaits it, and which `<Suspense/>` waits. An async
//! value of Leptos would be another 11 KB after gzip in an app that has no other; where a page may come from a server, it is there for what
//! comes with the page, and for routers.
use crate::QueryKey;
use crate::host::{Observer, Refetcher, SENT_WITH_THE_PAGE};
use crate::live::Live;
use crate::seen::Seen;
use crate::settled::{SentResult, Settled};
use leptos::prelude::*;
use leptos::reactive::computed::AsyncDerived;
use leptos::reactive::computed::suspense::SuspenseContext;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::marker::PhantomData;

/// How the first fetch of each key ends.
pub(crate) struct Ready<T, E>(Refetcher, PhantomData<fn() -> (T, E)>);

impl<T, E> Clone for Ready<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Ready<T, E> {}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Ready<T, E> {
    /// Fetched where the page is rendered, if it was.
    pub(crate) fn new<K>(
        _: impl Fn() -> Option<QueryKey> + Send + Sync + 'static,
        observer: &Observer<K, T, E>,
    ) -> (Self, SentResult<T, E>)
    where
        K: Clone + Send + Sync + 'static,
        T: Serialize + DeserializeOwned + PartialEq,
        E: Serialize + DeserializeOwned,
    {
        let mut sent = None;
        if SENT_WITH_THE_PAGE {
            let first = observer.clone();
            let resource = ArcResource::new(|| (), move |()| first.settled());
            // As what it is made of, which may be read anywhere.
            let resource: AsyncDerived<Settled<T, E>> = (*resource).clone().into();
            if observer.is_hydrating() {
                sent = resource.try_get_untracked().flatten();
            }
        }
        (Self::of(observer), sent)
    }

    /// Fetched in the browser.
    pub(crate) fn local<K>(
        _: impl Fn() -> Option<QueryKey> + Send + Sync + 'static,
        observer: &Observer<K, T, E>,
    ) -> (Self, SentResult<T, E>)
    where
        K: Clone + Send + Sync + 'static,
        T: PartialEq,
    {
        if SENT_WITH_THE_PAGE {
            let first = observer.clone();
            // For a router with `set_is_routing`, which waits for each that a new page makes.
            AsyncDerived::new_unsync(move || first.settled());
        }
        (Self::of(observer), None)
    }

    fn of<K>(observer: &Observer<K, T, E>) -> Self
    where
        K: Clone + Send + Sync + 'static,
        T: PartialEq,
    {
        Self(observer.refetcher(), PhantomData)
    }

    /// For servers.
    pub(crate) fn never() -> Self {
        Self(Refetcher::none(), PhantomData)
    }

    /// A query that has no result yet is read.
    pub(crate) fn is_read(self, suspense: Option<SuspenseContext>) {
        if let Some(suspense) = suspense {
            self.0.suspend(&suspense);
        }
    }

    /// The first data or error. Calls `track`, so that who awaits it hears that it waits again.
    pub(crate) fn first_result(
        self,
        seen: Live<Seen<T, E>>,
        refetcher: Refetcher,
        track: impl Fn() + Send + 'static,
    ) -> impl Future<Output = Settled<T, E>> + Send {
        refetcher.first_result(seen, track)
    }
}
