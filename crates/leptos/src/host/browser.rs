//! Queries in a browser: the engine's cache, driven by `whippet_web`.
use super::SENT_WITH_THE_PAGE;
use super::browser_values::{self, Placeholder};
use super::hydration::Hydration;
use crate::component::Component;
use crate::fetching::fetching;
use crate::live::Live;
use crate::query_key::typed;
use crate::query_source::{Options, QuerySource, Wanted};
use crate::scalar::Scalar;
use crate::seen::{FirstView, Seen};
use crate::settled::{SentResult, Settled};
use crate::suspense::quietly;
use crate::{QueryKey, QueryOptions, misuse};
use leptos::prelude::*;
use leptos::reactive::computed::suspense::TaskHandle;
use send_wrapper::SendWrapper;
use std::any::Any;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};
use whippet_engine::query::{ObserverOptions, Refetch, StaleTime, Status};
use whippet_engine::time::Duration;
use whippet_web::query::{Client, Fetcher, QueryObserver, QueryObserverOptions, Value};

pub(crate) type Host = Client;
/// A host that ends with its app.
pub(crate) type HostHandle = StoredValue<Host, LocalStorage>;

/// In ms since 1970.
pub(crate) fn now() -> f64 {
    whippet_web::query::now().as_ms()
}

/// A component's observer.
pub(crate) struct Observer<K: Send + Sync + 'static, T: Send + Sync + 'static, E: Send + Sync + 'static> {
    client: HostHandle,
    source: QuerySource<K, T, E>,
    seen: Memo<Seen<T, E>>,
    state: StoredValue<State, LocalStorage>,
    hydration: Hydration<T, E>,
}

/// What outlives no component, and is shared by the callbacks of one observer.
#[derive(Clone, Default)]
pub(super) struct State(pub(super) Rc<Inner>);

#[derive(Default)]
pub(super) struct Inner {
    observer: RefCell<Option<Observing>>,
    changed: ArcTrigger,
    placeholder: Placeholder,
    /// Who waits for the first result of a key.
    waiting: RefCell<Vec<Waker>>,
    /// What holds each `<Suspense/>` that waits for it.
    pub(super) suspended: RefCell<Vec<TaskHandle>>,
}

struct Observing {
    observer: Rc<QueryObserver>,
    key: QueryKey,
    options: QueryOptions,
}

impl<K, T, E> Clone for Observer<K, T, E>
where
    K: Send + Sync,
    T: Send + Sync,
    E: Send + Sync,
{
    fn clone(&self) -> Self {
        Self { source: self.source.clone(), hydration: self.hydration.clone(), ..*self }
    }
}

impl<K, T, E> Observer<K, T, E>
where
    K: Clone + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    /// Observes nothing before `seen` is called, or the future of `settled` is awaited.
    pub(crate) fn new(client: HostHandle, component: Component, source: QuerySource<K, T, E>) -> Self {
        let state = StoredValue::new_local(State::default());
        on_cleanup(move || {
            // The storage's own disposal would be too late: unsubscribing may notify other components, which use it.
            let Some(state) = state.try_get_value() else { return };
            let observing = state.0.observer.take();
            drop(observing);
            // An async value of Leptos that waits hears that nothing comes: a task that nothing wakes is never freed.
            state.0.waiting.take().into_iter().for_each(Waker::wake);
        });
        let hydration = Hydration::new();
        let observe = {
            let (source, hydration) = (source.clone(), hydration.clone());
            move || {
                if let Some(sent) = hydration.seen(&source) {
                    return sent;
                }
                match state.try_get_value() {
                    Some(state) => state.observe(client, &source, &component, hydration.age()),
                    None => Seen::nothing(),
                }
            }
        };
        // By the key that is wanted now: nobody sees a new key beside the data of an old one.
        Self { client, source, seen: Memo::new(move |_| observe()), state, hydration }
    }

    /// Whether the component is part of a page that is being hydrated.
    pub(crate) fn is_hydrating(&self) -> bool {
        !self.hydration.is_over()
    }

    /// How the first fetch of the key ends.
    pub(crate) fn settled(&self) -> impl Future<Output = Settled<T, E>> + Send + use<K, T, E> {
        let (seen, state, hydration) = (self.seen, self.state, self.hydration.clone());
        SendWrapper::new(poll_fn(move |context| {
            let now = seen.try_get_untracked().unwrap_or_else(Seen::nothing);
            if hydration.is_over() && !now.is_unsettled() {
                return Poll::Ready(outcome(now));
            }
            let Some(state) = state.try_get_value() else { return Poll::Ready(Settled::Idle) };
            state.0.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        }))
    }

    /// Observes the query, which begins with what a server has fetched.
    pub(crate) fn seen(&self, sent: SentResult<T, E>) -> Live<Seen<T, E>> {
        let (seen, state) = (self.seen, self.state);
        if SENT_WITH_THE_PAGE
            && let (Some(settled), Some(wanted)) = (sent, self.source.wanted.get_untracked())
        {
            self.hydration.begin_with(&wanted.key, &settled);
            hydrate(self.client, &wanted.key, settled, untrack(|| (self.source.options)()).gc_time);
        }
        self.hydration.end_with_the_page();
        // Observed at once, so that the first view shows cached data; and whether or not anything reads it.
        let hydration = self.hydration.clone();
        Effect::new(move || {
            // Whoever waits for the end of hydration is woken here, too.
            hydration.is_over_tracked();
            let waits = seen.with(Seen::is_unsettled);
            if !waits && let Some(state) = state.try_get_value() {
                let (waiting, suspended) = (state.0.waiting.take(), state.0.suspended.take());
                waiting.into_iter().for_each(Waker::wake);
                drop(suspended);
            }
        });
        let _ = seen.try_with_untracked(|_| ());
        seen
    }

    /// What who reads it outside of any `<Suspense/>` is shown, where that is something else.
    pub(crate) fn outside(&self) -> Signal<f64> {
        let (source, hydration) = (self.source.clone(), self.hydration.clone());
        Signal::derive(move || {
            let view = if hydration.is_over_tracked() { FirstView::Over } else { source.first_view() };
            view.number()
        })
    }

    pub(crate) fn options(&self) -> Options {
        self.source.options.clone()
    }

    /// Fetches, even if the data is fresh.
    pub(crate) fn refetcher(&self) -> Refetcher {
        Refetcher(Some(self.state))
    }
}

/// Refetches a query.
#[derive(Clone, Copy)]
pub(crate) struct Refetcher(Option<StoredValue<State, LocalStorage>>);

impl Refetcher {
    /// Of nothing.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    pub(crate) fn refetch(self) {
        if let Some(observer) = self.observer() {
            observer.refetch();
        }
    }

    /// The first data or error. `track` is called by who polls.
    pub(crate) fn first_result<T, E>(
        self,
        seen: Live<Seen<T, E>>,
        track: impl Fn() + Send + 'static,
    ) -> impl Future<Output = Settled<T, E>> + Send
    where
        T: Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        SendWrapper::new(poll_fn(move |context| {
            quietly(&track);
            let now = seen.try_get_untracked().filter(|seen| !seen.is_unsettled());
            match now.map(outcome) {
                None | Some(Settled::Idle) => {}
                Some(settled) => return Poll::Ready(settled),
            }
            if let Some(state) = self.state() {
                state.0.waiting.borrow_mut().push(context.waker().clone());
            }
            Poll::Pending
        }))
    }

    pub(super) fn observer(self) -> Option<Rc<QueryObserver>> {
        self.state()?.observer()
    }

    pub(super) fn state(self) -> Option<State> {
        self.0.and_then(|state| state.try_get_value())
    }
}

impl State {
    fn observer(&self) -> Option<Rc<QueryObserver>> {
        self.0.observer.borrow().as_ref().map(|observing| observing.observer.clone())
    }

    fn observe<K, T, E>(
        &self,
        client: HostHandle,
        source: &QuerySource<K, T, E>,
        component: &Component,
        age: Option<Duration>,
    ) -> Seen<T, E>
    where
        K: Clone + Send + Sync + 'static,
        T: PartialEq + Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        let wanted = source.wanted.try_get().flatten();
        let options = (source.options)();
        let seen = untrack(|| {
            let Some(wanted) = wanted else {
                let observing = self.0.observer.take();
                drop(observing);
                return Seen::nothing();
            };
            let (key, placeholder) = (wanted.key.clone(), options.placeholder.clone());
            match self.update::<K, T, E>(client, source, component, wanted, options, age) {
                Some(observer) => self.0.placeholder.show(see(&observer, key), placeholder.as_ref()),
                None => Seen::nothing(),
            }
        });
        // Last: observing may notify, which ends what was tracked before.
        self.0.changed.track();
        seen
    }

    /// The observer of the wanted query, with these options.
    fn update<K, T, E>(
        &self,
        client: HostHandle,
        source: &QuerySource<K, T, E>,
        component: &Component,
        wanted: Wanted<K>,
        options: QueryOptions,
        age: Option<Duration>,
    ) -> Option<Rc<QueryObserver>>
    where
        K: Clone + Send + Sync + 'static,
        T: PartialEq + Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        let known = self.0.observer.borrow().as_ref().map(|observing| {
            (observing.observer.clone(), observing.key == wanted.key && observing.options == options)
        });
        let key = typed::<T>(&wanted.key);
        let make = |wanted: Wanted<K>| observer_options(source, component, wanted.value, options.clone());
        if !matches!(known, Some((_, true)))
            && let Some(host) = client.try_get_value()
        {
            browser_values::begin::<T>(&host, &key, &options);
        }
        let observer = match known {
            Some((observer, true)) => return Some(observer),
            Some((observer, false)) => {
                self.remember(&observer, &wanted.key, &options);
                observer.set_options(&key, make(wanted));
                return Some(observer);
            }
            None => {
                let host = client.try_get_value()?;
                let changed = self.0.changed.clone();
                let shown = wanted.key.clone();
                let mut made = make(wanted);
                // Initial data is none that the server fetched.
                if let Some(age) = age.filter(|_| options.initial.is_none()) {
                    begin_with_what_was_sent(&mut made.observer, age);
                }
                let observer = QueryObserver::new(&host, &key, made, move || changed.notify());
                let observer = Rc::new(observer);
                self.remember(&observer, &shown, &options);
                observer
            }
        };
        Some(observer)
    }

    fn remember(&self, observer: &Rc<QueryObserver>, key: &QueryKey, options: &QueryOptions) {
        let observing = Observing { observer: observer.clone(), key: key.clone(), options: options.clone() };
        let before = self.0.observer.replace(Some(observing));
        drop(before);
    }
}

fn observer_options<K, T, E>(
    source: &QuerySource<K, T, E>,
    component: &Component,
    key: K,
    options: QueryOptions,
) -> QueryObserverOptions
where
    K: Clone + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let (function, component) = (source.fetcher.clone(), component.clone());
    QueryObserverOptions {
        observer: options.observer,
        run: options.attempts.run,
        gc_time: options.gc_time,
        keep_previous_data: options.keep_previous_data,
        judge: options.attempts.judge,
        fetcher: Fetcher::new(move || fetching(&component, || function(key.clone()))),
        equal: equal::<T>,
        size: options.size,
    }
}

/// What a page brings is not fetched once more because it is shown, unless it is older than the app allows: where data is
/// stale at once, it was so while the server sent it. A page from some cache may be older than that.
/// In ms.
const JUST_SENT: f64 = 60_000.0;

/// Options of an observer that begins with what a server fetched this long ago.
fn begin_with_what_was_sent(options: &mut ObserverOptions, age: Duration) {
    let at_once = options.stale_time == StaleTime::After(Duration::ZERO);
    if at_once && options.on_mount == Refetch::IfStale && age.as_ms() < JUST_SENT {
        options.on_mount = Refetch::No;
    }
    // The error is what the page shows.
    options.retry_on_mount = false;
}

/// Takes over what a server fetched.
fn hydrate<T, E>(client: HostHandle, key: &QueryKey, settled: Settled<T, E>, gc_time: Duration)
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let key = typed::<T>(key);
    let Some(host) = client.try_get_value() else { return };
    match settled {
        Settled::Idle => {}
        Settled::Data { value, at } => host.hydrate(&key, Ok(value), at, gc_time),
        Settled::Error { value, at } => host.hydrate(&key, Err(value), at, gc_time),
    }
}

pub(super) fn equal<T: PartialEq + 'static>(a: &dyn Any, b: &dyn Any) -> bool {
    match (a.downcast_ref::<T>(), b.downcast_ref::<T>()) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

fn see<T, E>(observer: &QueryObserver, key: QueryKey) -> Seen<T, E>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let Some(result) = observer.result() else { return Seen::nothing() };
    let state = result.snapshot.state;
    Seen {
        key: Some(key),
        data: result.data.and_then(of_type),
        error: result.error.and_then(of_type),
        failure_reason: result.failure_reason.and_then(of_type),
        part: result.part,
        status: if result.is_placeholder { Status::Success } else { state.status },
        fetch_status: state.fetch_status,
        is_stale: result.snapshot.is_stale,
        is_enabled: result.snapshot.is_enabled,
        is_placeholder: result.is_placeholder,
        is_fetched: state.is_fetched(),
        is_fetched_after_mount: result.snapshot.is_fetched_after_mount,
        is_invalidated: state.invalidated,
        failure_count: state.failure_count,
        data_updated_at: state.data_updated_at.as_ms(),
        error_updated_at: state.error_updated_at.as_ms(),
    }
}

fn of_type<T: Send + Sync + 'static>(value: Value) -> Option<Arc<T>> {
    value
        .downcast()
        .inspect_err(|_| {
            // The data's type is part of the key, so this is an error.
            let name = std::any::type_name::<T>();
            misuse::report(&format!(
                "two queries of one key have errors of different types: one expects {name}"
            ));
        })
        .ok()
}

fn outcome<T, E>(seen: Seen<T, E>) -> Settled<T, E> {
    match (seen.data, seen.error) {
        (Some(value), _) if !seen.is_placeholder => Settled::Data { value, at: seen.data_updated_at },
        (None, Some(value)) => Settled::Error { value, at: seen.error_updated_at },
        _ => Settled::Idle,
    }
}
