//! Queries on a server: each is fetched once per request, without retries or timers, and nothing outlives the request.
use crate::component::Component;
use crate::live::{Live, live};
use crate::query_key::typed;
use crate::query_source::{Fetch, Options, QuerySource, Wanted};
use crate::scalar::Scalar;
use crate::seen::Seen;
use crate::settled::{SentResult, Settled};
use futures::FutureExt;
use futures::future::Shared;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use whippet_engine::query::Limits;
use whippet_web::query::{Key, MutationOptions, Progress, Stats, Value};

/// A host that ends with its app.
pub(crate) type HostHandle = StoredValue<Host, SyncStorage>;

/// The queries of a request. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Host(Arc<Mutex<Queries>>);

#[derive(Default)]
struct Queries {
    values: HashMap<Key, Known>,
    /// [`Running`] of the types that stand beside the key.
    running: HashMap<(Key, TypeId), Box<dyn Any + Send + Sync>>,
    on_settled: Option<OnSettled>,
}

/// Data, and since when, in ms by [`now`].
#[derive(Clone)]
pub(super) struct Known {
    pub(super) data: Value,
    pub(super) at: f64,
}

type OnSettled = Arc<dyn Fn(&Key, Result<&Value, &Value>) + Send + Sync>;

/// How many queries may depend on one another in a row.
const MOST_DEPENDENCIES: usize = 32;

pub(super) type Running<T, E> = Shared<Pin<Box<dyn Future<Output = Settled<T, E>> + Send>>>;

impl Host {
    fn queries(&self) -> MutexGuard<'_, Queries> {
        // Nothing panics while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets these queries.
    pub(super) fn forget(&self, keys: &HashSet<&Key>) {
        let mut queries = self.queries();
        let data = queries.values.extract_if(|known, _| keys.contains(known)).collect::<Vec<_>>();
        let running = queries.running.extract_if(|(known, _), _| keys.contains(known)).collect::<Vec<_>>();
        drop(queries);
        // Not locked: a destructor of the user's may use the cache. All at once: what it stores stays.
        drop((data, running));
    }

    /// What was fetched so far.
    pub(super) fn all(&self) -> Vec<(Key, Known)> {
        self.queries().values.iter().map(|(key, known)| (key.clone(), known.clone())).collect()
    }

    pub(super) fn known(&self, key: &Key) -> Option<Known> {
        self.queries().values.get(key).cloned()
    }

    /// Calls `on_settled` with each fetch that succeeded or failed.
    pub(crate) fn on_settled(
        &self,
        on_settled: impl Fn(&Key, Result<&Value, &Value>) + Send + Sync + 'static,
    ) {
        self.queries().on_settled = Some(Arc::new(on_settled));
    }

    fn tell(&self, key: &Key, outcome: Result<&Value, &Value>) {
        let on_settled = self.queries().on_settled.clone();
        if let Some(on_settled) = on_settled {
            // Where a listener panics, the page is sent all the same.
            let _ = catch_unwind(AssertUnwindSafe(|| on_settled(key, outcome)));
        }
    }

    pub(crate) fn set_data(&self, key: &Key, data: Value) {
        self.keep(key, data, now());
    }

    fn keep(&self, key: &Key, data: Value, at: f64) {
        let before = self.queries().values.insert(key.clone(), Known { data, at });
        // Not locked: a destructor of the user's may use the cache.
        drop(before);
    }

    pub(crate) fn data(&self, key: &Key) -> Option<Value> {
        self.known(key).map(|known| known.data)
    }

    /// Servers are measured elsewhere.
    pub(crate) fn stats(&self) -> Stats {
        Stats::default()
    }

    /// What is fetched ends with the request.
    pub(crate) fn set_limits(&self, _: Limits) {}

    pub(crate) fn on_fetched(&self, _: impl Fn(f64) + 'static) {}

    /// Nobody clicks on a server.
    pub(crate) fn mutate(&self, _: MutationOptions, _: impl Fn(Progress) + 'static) {}

    /// Fetches a query, or joins who fetches it. Whoever awaits it first calls the function: threads that ask for a query at the same
    /// time call it once, and nobody calls it while Leptos lists routes.
    pub(super) fn fetch<T, E>(
        &self,
        key: Key,
        function: impl FnOnce() -> Fetch<T, E> + Send + 'static,
    ) -> Running<T, E>
    where
        T: Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        let place = (key.clone(), TypeId::of::<(T, E)>());
        let mut queries = self.queries();
        let kept = queries.values.get(&key).cloned();
        if let Some((Ok(value), at)) = kept.map(|known| (known.data.downcast::<T>(), known.at)) {
            return shared(std::future::ready(Settled::Data { value, at }));
        }
        let running = queries.running.get(&place).and_then(|it| it.downcast_ref::<Running<T, E>>().cloned());
        if let Some(running) = running {
            return running;
        }
        // Weak: what nobody awaits stays as it is, and would keep the queries of its request.
        let host = Arc::downgrade(&self.0);
        let work = async move {
            let answer = function().await;
            let (host, at) = (host.upgrade().map(Self), now());
            match answer {
                Ok(value) => {
                    let value = Arc::new(value);
                    let untyped = value.clone() as Value;
                    if let Some(host) = host {
                        host.keep(&key, untyped.clone(), at);
                        host.tell(&key, Ok(&untyped));
                    }
                    Settled::Data { value, at }
                }
                Err(error) => {
                    let value = Arc::new(error);
                    let untyped = value.clone() as Value;
                    if let Some(host) = host {
                        host.tell(&key, Err(&untyped));
                    }
                    Settled::Error { value, at }
                }
            }
        };
        // Where the function panics, nobody would hear of its end, and the page would wait for it without one. The browser fetches it.
        let running =
            shared(AssertUnwindSafe(work).catch_unwind().map(|ended| ended.unwrap_or(Settled::Idle)));
        queries.running.insert(place, Box::new(running.clone()));
        running
    }
}

fn shared<T, E>(work: impl Future<Output = Settled<T, E>> + Send + 'static) -> Running<T, E> {
    (Box::pin(work) as Pin<Box<dyn Future<Output = _> + Send>>).shared()
}

/// A server hydrates nothing.
pub(crate) fn page_is_hydrated() -> Option<ArcRwSignal<bool>> {
    None
}

/// By this machine's clock.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}

/// A component's query.
pub(crate) struct Observer<K: Send + Sync + 'static, T, E> {
    client: HostHandle,
    source: QuerySource<K, T, E>,
    component: Component,
}

impl<K, T, E> Clone for Observer<K, T, E>
where
    K: Send + Sync,
{
    fn clone(&self) -> Self {
        Self { client: self.client, source: self.source.clone(), component: self.component.clone() }
    }
}

impl<K, T, E> Observer<K, T, E>
where
    K: Clone + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    pub(crate) fn new(client: HostHandle, component: Component, source: QuerySource<K, T, E>) -> Self {
        Self { client, source, component }
    }

    /// How the fetch ends. Where there is none, because the key or the options wait for other queries, it waits, too.
    pub(crate) fn settled(&self) -> impl Future<Output = Settled<T, E>> + Send + use<K, T, E> {
        let (this, mut running) = (self.clone(), self.fetch());
        async move {
            for _ in 0..MOST_DEPENDENCIES {
                let reads = this.source.dependencies.take();
                if running.is_some() || reads.is_empty() {
                    break;
                }
                futures::future::join_all(reads).await;
                running = this.fetch();
            }
            match running {
                Some(running) => running.await,
                None => Settled::Idle,
            }
        }
    }

    /// Fetches what is wanted now.
    fn fetch(&self) -> Option<Running<T, E>> {
        let wanted = untrack(|| self.source.enabled())?;
        let (function, component) = (self.source.fetcher.clone(), self.component.clone());
        let key = typed::<T>(&wanted.key);
        let host = self.client.try_get_value()?;
        let initial = untrack(|| (self.source.options)()).initial;
        if let Some(initial) = initial.filter(|_| host.data(&key).is_none()) {
            host.set_data(&key, initial());
        }
        Some(host.fetch(key, move || {
            Box::pin(component.run(|| ScopedFuture::new_untracked(function(wanted.value))))
        }))
    }

    /// What is fetched, once it is.
    pub(crate) fn seen(&self, sent: SentResult<T, E>) -> Live<Seen<T, E>> {
        let (ready, source) = (sent, self.source.clone());
        live(move || match (source.enabled(), ready.get()) {
            // As a browser shows what the page has not brought.
            (_, None) | (Some(_), Some(Settled::Idle)) => source.unsettled(),
            (Some(Wanted { key, .. }), Some(settled)) => Seen::settled(Some(key), settled),
            (None, Some(_)) => Seen::nothing(),
        })
    }

    /// What who reads it outside of any `<Suspense/>` is shown.
    pub(crate) fn outside(&self) -> Signal<f64> {
        let source = self.source.clone();
        Signal::derive(move || source.first_view().number())
    }

    pub(crate) fn options(&self) -> Options {
        self.source.options.clone()
    }

    pub(crate) fn refetcher(&self) -> Refetcher {
        Refetcher
    }
}

/// A server fetches once.
#[derive(Clone, Copy)]
pub(crate) struct Refetcher;

impl Refetcher {
    /// Of nothing.
    pub(crate) fn none() -> Self {
        Self
    }

    pub(crate) fn refetch(self) {}

    /// Nothing changes any more.
    pub(crate) fn first_result<T, E>(
        self,
        _: Live<Seen<T, E>>,
        _: impl Fn() + Send + 'static,
    ) -> impl Future<Output = Settled<T, E>> + Send
    where
        T: Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        std::future::pending()
    }
}
