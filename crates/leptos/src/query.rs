//! What a query hook gives.
use crate::component::Component;
use crate::dependencies;
use crate::derived::derived;
use crate::host::{IN_BROWSER, Refetcher, SENT_WITH_THE_PAGE};
use crate::live::{Live, live, live_by};
use crate::query_flags::{QueryFlags, by_flag};
use crate::query_source::Fetch;
use crate::ready::Ready;
use crate::scalar::{Scalar, same_number};
use crate::seen::{FirstView, Seen, same};
use crate::settled::Settled;
use crate::suspense::{nothing_will_come, quietly};
use leptos::prelude::*;
use leptos::reactive::computed::suspense::SuspenseContext;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use whippet_engine::query::pages::Direction;
use whippet_engine::query::{FetchStatus, Status};

/// The result of [`use_query`](crate::use_query): signals, each of which changes only when its value does. They are
/// consistent: what one of them says and what another one says is of one key and one time.
///
/// Under `<Suspense/>` or `<Transition/>`, reading `data`, `error` or `status` waits for the first result. So does awaiting
/// the query, which gives the data or the error.
#[non_exhaustive]
pub struct Query<T: Send + Sync + 'static, E: Send + Sync + 'static> {
    /// The data; `None` until the first fetch succeeded.
    pub data: Signal<Option<Arc<T>>>,
    /// The error of the last fetch, after its retries; `None` if it succeeded.
    pub error: Signal<Option<Arc<E>>>,
    /// Pending, error or success.
    pub status: Signal<Status>,
    /// Fetching, paused or idle.
    pub fetch_status: Signal<FetchStatus>,
    /// Whether the data is stale.
    pub is_stale: Signal<bool>,
    /// Whether `data` is that of the previous key ([`QueryOptions::keep_previous_data`](crate::QueryOptions::keep_previous_data)).
    pub is_placeholder_data: Signal<bool>,
    /// The number of failed attempts of the fetch that runs, or ran last.
    pub failure_count: Signal<u32>,
    /// When the data was fetched or set, in ms since 1970; 0 where there never was any.
    pub data_updated_at: Signal<f64>,
    /// When the last fetch failed, in ms since 1970; 0 where none did.
    pub error_updated_at: Signal<f64>,
    /// The error of the last attempt that failed, even if a retry follows.
    pub failure_reason: Signal<Option<Arc<E>>>,
    /// Whether it has a key, and its options enable it.
    pub is_enabled: Signal<bool>,
    pub(crate) flags: QueryFlags,
    suspends: Suspends<T, E>,
    refetcher: Refetcher,
}

impl<T: Send + Sync, E: Send + Sync> Clone for Query<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync, E: Send + Sync> Copy for Query<T, E> {}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Query<T, E> {
    pub(crate) fn new(
        seen: Live<Seen<T, E>>,
        outside: Signal<f64>,
        ready: Ready<T, E>,
        refetcher: Refetcher,
    ) -> Self {
        Self::with(Suspends::new(seen, outside, ready, false), refetcher)
    }

    /// A query that a browser fetches, on a server: its result is on its way, and does not come.
    pub(crate) fn of_browsers(ready: Ready<T, E>, refetcher: Refetcher) -> Self {
        let pending = || Seen { fetch_status: FetchStatus::Fetching, ..Seen::nothing() };
        let (seen, outside) = (live(pending), Signal::derive(|| FirstView::Over.number()));
        Self::with(Suspends::new(seen, outside, ready, true), refetcher)
    }

    fn with(suspends: Suspends<T, E>, refetcher: Refetcher) -> Self {
        Self {
            data: suspends.before(|seen| seen.data.clone(), |a, b| same(a.as_ref(), b.as_ref())),
            error: suspends.before(|seen| seen.error.clone(), |a, b| same(a.as_ref(), b.as_ref())),
            status: suspends.scalar(|seen| seen.status.number()),
            fetch_status: suspends.scalar(|seen| seen.fetch_status.number()),
            is_stale: suspends.scalar(|seen| seen.is_stale.number()),
            is_placeholder_data: suspends.scalar(|seen| seen.is_placeholder.number()),
            failure_count: suspends.scalar(|seen| seen.failure_count.number()),
            data_updated_at: suspends.scalar(|seen| seen.data_updated_at),
            error_updated_at: suspends.scalar(|seen| seen.error_updated_at),
            failure_reason: suspends
                .before(|seen| seen.failure_reason.clone(), |a, b| same(a.as_ref(), b.as_ref())),
            is_enabled: suspends.scalar(|seen| seen.is_enabled.number()),
            flags: QueryFlags::new(),
            suspends,
            refetcher,
        }
    }

    /// Fetches, even if the data is fresh. Once the component was disposed, nothing happens.
    pub fn refetch(&self) {
        self.observe_what_is_wanted();
        self.refetcher.refetch();
    }

    /// The data once there is any, or the error; as awaiting the query gives it. Where the query has no key or is
    /// disabled, it waits.
    pub fn suspend(&self) -> impl Future<Output = Result<Arc<T>, Arc<E>>> + Send + use<T, E> {
        self.into_future()
    }
}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Query<T, E> {
    /// What `compute` makes of this query.
    pub(crate) fn derived<R: Clone + PartialEq + Send + Sync + 'static>(
        &self,
        compute: impl Fn() -> R + Send + Sync + 'static,
    ) -> Signal<R> {
        let query = *self;
        derived(move || query.is_first_view(), move || query.waits(), compute)
    }

    /// Whether a server renders it, or a browser hydrates it.
    pub(crate) fn is_first_view(&self) -> bool {
        self.suspends.first_view() != FirstView::Over
    }

    /// Lets the `<Suspense/>` around who calls this wait for the first result.
    pub(crate) fn waits(&self) {
        let _ = self.data.try_with_untracked(|_| ());
    }

    /// The signal of a flag: see [`QueryFlags`].
    pub(crate) fn signal_of(&self, flag: u32) -> Signal<bool> {
        self.suspends.scalar(by_flag(flag))
    }

    /// What part of the data the last fetch was of.
    pub(crate) fn part(&self) -> Option<Direction> {
        self.suspends.seen.with(|seen| seen.part)
    }

    /// Fetches a part of the data: `function` gives all of it.
    pub(crate) fn fetch_part(
        &self,
        part: Direction,
        component: Component,
        function: Arc<dyn Fn() -> Fetch<T, E> + Send + Sync>,
    ) {
        self.observe_what_is_wanted();
        self.refetcher.fetch_part(part, component, function);
    }

    /// Where the key has just changed, and no effect has run since, the query of the key before is still observed.
    fn observe_what_is_wanted(&self) {
        if IN_BROWSER {
            let _ = self.suspends.seen.try_with_untracked(|_| ());
        }
    }
}

/// Lets `<Suspense/>` wait.
struct Suspends<T: Send + Sync + 'static, E: Send + Sync + 'static> {
    seen: Live<Seen<T, E>>,
    /// A [`FirstView`].
    outside: Signal<f64>,
    ready: Ready<T, E>,
    /// Whether the first result is on its way. Apart from `seen`: who reads `data` under a `<Suspense/>` hears of this, and not of all else
    /// that is seen.
    #[cfg(all(target_family = "wasm", not(feature = "ssr")))]
    waits: Live<bool>,
    /// This is a server, and only a browser can fetch it.
    #[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
    never: bool,
}

impl<T: Send + Sync, E: Send + Sync> Clone for Suspends<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync, E: Send + Sync> Copy for Suspends<T, E> {}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Suspends<T, E> {
    fn new(seen: Live<Seen<T, E>>, outside: Signal<f64>, ready: Ready<T, E>, never: bool) -> Self {
        // For servers.
        let _ = never;
        Self {
            seen,
            outside,
            ready,
            #[cfg(all(target_family = "wasm", not(feature = "ssr")))]
            waits: live(move || seen.with(Seen::waits)),
            #[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
            never,
        }
    }

    #[cfg(all(target_family = "wasm", not(feature = "ssr")))]
    fn waits(self) -> bool {
        self.waits.get()
    }

    #[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
    fn waits(self) -> bool {
        self.seen.with(Seen::waits)
    }

    /// Tracks whether it waits.
    fn track(self) {
        #[cfg(all(target_family = "wasm", not(feature = "ssr")))]
        let _ = self.waits.try_get();
    }

    #[cfg(all(target_family = "wasm", not(feature = "ssr")))]
    fn never_comes(self) -> bool {
        false
    }

    #[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
    fn never_comes(self) -> bool {
        self.never
    }

    /// A signal that registers with the `<Suspense/>` around who reads it, as long as there is no result.
    fn before<V: Clone + Send + Sync + 'static>(
        self,
        of: fn(&Seen<T, E>) -> V,
        equal: fn(&V, &V) -> bool,
    ) -> Signal<V> {
        let value = live_by(move || self.seen.with(of), equal);
        Signal::derive(move || self.read(of, value))
    }

    #[inline(never)]
    fn read<V: Clone + Send + Sync + 'static>(self, of: fn(&Seen<T, E>) -> V, value: Live<V>) -> V {
        if self.is_outside()
            && let Some(shown) = self.first_view().seen()
        {
            return of(&shown);
        }
        value.get()
    }

    fn first_view(self) -> FirstView {
        if SENT_WITH_THE_PAGE {
            FirstView::of(self.outside.try_get().unwrap_or_default())
        } else {
            FirstView::Over
        }
    }

    /// The same of what is no value of the user's.
    fn scalar<V: Scalar>(self, of: fn(&Seen<T, E>) -> f64) -> Signal<V> {
        let value = self.number(of);
        Signal::derive(move || V::of(self.read(of, value)))
    }

    /// Apart, so that it is one function for all shapes.
    #[inline(never)]
    fn number(self, of: fn(&Seen<T, E>) -> f64) -> Live<f64> {
        live_by(move || self.seen.with(of), same_number)
    }

    /// Whether no `<Suspense/>` is around who reads it. Where there is one, it waits for the first result. Apart from what
    /// is read, so that it is one function for each type of query.
    #[inline(never)]
    fn is_outside(self) -> bool {
        let suspense = use_context::<SuspenseContext>();
        if suspense.is_none() && !dependencies::is_collecting() {
            return true;
        }
        if self.never_comes() {
            nothing_will_come();
        } else if self.waits() {
            self.ready.is_read(suspense);
        }
        false
    }
}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> IntoFuture for Query<T, E> {
    type Output = Result<Arc<T>, Arc<E>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let (Suspends { seen, ready, .. }, refetcher) = (self.suspends, self.refetcher);
        let never = self.suspends.never_comes();
        let (data, error, is_placeholder) = (self.data, self.error, self.is_placeholder_data);
        let idle =
            |seen: &Seen<T, E>| seen.status == Status::Pending && seen.fetch_status == FetchStatus::Idle;
        if never || seen.try_with_untracked(idle) == Some(true) {
            nothing_will_come();
        }
        let suspends = self.suspends;
        let first = ready.first_result(seen, refetcher, move || suspends.track());
        Box::pin(async move {
            match first.await {
                Settled::Idle => std::future::pending().await,
                // Read here, so that who awaits hears of what is fetched later.
                Settled::Data { value, .. } => quietly(|| Ok(data.try_get().flatten().unwrap_or(value))),
                // A refetch may have succeeded since, or failed for another reason.
                Settled::Error { value, .. } => quietly(|| match data.try_get().flatten() {
                    Some(data) if is_placeholder.try_get() != Some(true) => Ok(data),
                    _ => Err(error.try_get().flatten().unwrap_or(value)),
                }),
            }
        })
    }
}
