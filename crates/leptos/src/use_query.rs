//! Queries.
use crate::query_client::ends_with_owner;
use crate::{QueryKey, QueryOptions, use_query_client};
use leptos::prelude::*;
use serde::Serialize;
use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use whippet_engine::query::{FetchStatus, Status};
use whippet_web::query::{Fetcher, QueryObserver, QueryObserverOptions, QueryResult, Value};

/// The result of [`use_query`]: signals, each of which changes only when its value does.
pub struct Query<T: 'static, E: 'static> {
    /// The data; `None` until the first fetch succeeded.
    pub data: Signal<Option<Rc<T>>, LocalStorage>,
    /// The error of the last fetch, after its retries; `None` if it succeeded.
    pub error: Signal<Option<Rc<E>>, LocalStorage>,
    /// Pending, error or success.
    pub status: Signal<Status>,
    /// Fetching, paused or idle.
    pub fetch_status: Signal<FetchStatus>,
    /// Whether the data is stale.
    pub is_stale: Signal<bool>,
    /// Whether `data` is that of the previous key ([`QueryOptions::keep_previous_data`]).
    pub is_placeholder_data: Signal<bool>,
    observer: StoredValue<Option<QueryObserver>, LocalStorage>,
}

impl<T, E> Clone for Query<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Query<T, E> {}

impl<T, E> Query<T, E> {
    /// Fetches, even if the data is fresh.
    pub fn refetch(&self) {
        self.observer.with_value(|observer| {
            if let Some(observer) = observer {
                observer.refetch();
            }
        });
    }
}

/// Observes the query of `key`: gives its data from the cache, and fetches it with `fetcher` where it is missing or
/// stale. Components with the same key share one cache entry and one request.
///
/// `key` and `options` may read signals; when those change, the component observes the query of the new key, with the
/// new options. The fetcher is passed the key. Where a refetch gives data that is equal to the old, `data` does not
/// change.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{Duration, QueryOptions, use_query};
/// # async fn fetch_user(id: u32) -> Result<String, String> { Ok(String::new()) }
/// # #[component] fn Page() -> impl IntoView {
/// let id = RwSignal::new(1);
/// let user = use_query(
///     move || ("user", id.get()),
///     |(_, id)| fetch_user(id),
///     QueryOptions::new().stale_time(Duration::from_ms(60_000.0)),
/// );
/// view! {
///     <p>{move || user.data.get().map(|name| name.to_string())}</p>
///     <button on:click=move |_| id.update(|id| *id += 1)>"Next"</button>
/// }
/// # }
/// ```
///
/// # Panics
/// Where no query client was provided, where `key` cannot be serialized as JSON, and where two queries of one key have
/// different types.
pub fn use_query<K, T, E, F>(
    key: impl Fn() -> K + 'static,
    fetcher: impl Fn(K) -> F + 'static,
    options: impl Into<Signal<QueryOptions>>,
) -> Query<T, E>
where
    K: Serialize + Clone + 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    let options = options.into();
    let fetcher = Rc::new(fetcher);
    let observer_options = move |key: K, options: QueryOptions| QueryObserverOptions {
        observer: options.observer,
        run: options.run,
        gc_time: options.gc_time,
        keep_previous_data: options.keep_previous_data,
        fetcher: Fetcher::new({
            let fetcher = fetcher.clone();
            move || fetcher(key.clone())
        }),
        equal: equal::<T>,
    };

    // Observed at once rather than in an effect, so that the first view shows cached data.
    let first_key = untrack(&key);
    let first_options = options.get_untracked();
    let shown = QueryKey::new(&first_key);
    let changed = Trigger::new();
    let client = use_query_client().client();
    let observer =
        QueryObserver::new(&client, &shown.0, observer_options(first_key, first_options), move || {
            changed.notify()
        });
    let observer = ends_with_owner(observer);
    let signals = Signals::<T, E>::new();
    signals.publish(observer);

    let last = RefCell::new((shown, first_options));
    Effect::new(move || {
        let next_key = key();
        let next = (QueryKey::new(&next_key), options.get());
        if *last.borrow() != next {
            observer.try_with_value(|observer| {
                if let Some(observer) = observer {
                    observer.set_options(&next.0.0, observer_options(next_key, next.1));
                }
            });
            *last.borrow_mut() = next;
            signals.publish(observer);
        }
    });
    // In an effect, not in the callback: setting signals may call the client while it carries out effects.
    Effect::new(move || {
        changed.track();
        signals.publish(observer);
    });
    signals.query(observer)
}

fn equal<T: PartialEq + 'static>(a: &dyn Any, b: &dyn Any) -> bool {
    match (a.downcast_ref::<T>(), b.downcast_ref::<T>()) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// The signals of a [`Query`], writable.
struct Signals<T: 'static, E: 'static> {
    data: RwSignal<Option<Rc<T>>, LocalStorage>,
    error: RwSignal<Option<Rc<E>>, LocalStorage>,
    status: RwSignal<Status>,
    fetch_status: RwSignal<FetchStatus>,
    is_stale: RwSignal<bool>,
    is_placeholder_data: RwSignal<bool>,
}

impl<T, E> Clone for Signals<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Signals<T, E> {}

impl<T, E> Signals<T, E> {
    fn new() -> Self {
        Self {
            data: RwSignal::new_local(None),
            error: RwSignal::new_local(None),
            status: RwSignal::new(Status::default()),
            fetch_status: RwSignal::new(FetchStatus::default()),
            is_stale: RwSignal::new(true),
            is_placeholder_data: RwSignal::new(false),
        }
    }

    /// Sets the signals to the observer's result.
    fn publish(self, observer: StoredValue<Option<QueryObserver>, LocalStorage>) {
        let result =
            observer.try_with_value(|observer| observer.as_ref().and_then(QueryObserver::result)).flatten();
        let Some(QueryResult { data, error, is_placeholder, snapshot }) = result else { return };
        set_value(self.data, data);
        set_value(self.error, error);
        set(self.status, if is_placeholder { Status::Success } else { snapshot.state.status });
        set(self.fetch_status, snapshot.state.fetch_status);
        set(self.is_stale, snapshot.is_stale);
        set(self.is_placeholder_data, is_placeholder);
    }

    fn query(self, observer: StoredValue<Option<QueryObserver>, LocalStorage>) -> Query<T, E> {
        Query {
            data: self.data.into(),
            error: self.error.into(),
            status: self.status.into(),
            fetch_status: self.fetch_status.into(),
            is_stale: self.is_stale.into(),
            is_placeholder_data: self.is_placeholder_data.into(),
            observer,
        }
    }
}

fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|now| *now != value) {
        signal.set(value);
    }
}

fn set_value<T: 'static>(signal: RwSignal<Option<Rc<T>>, LocalStorage>, value: Option<Value>) {
    let value = value.map(|value| {
        value.downcast::<T>().unwrap_or_else(|_| {
            panic!(
                "two queries of one key have different types; this one expects {}",
                std::any::type_name::<T>()
            )
        })
    });
    let same = signal.with_untracked(|now| match (now, &value) {
        (Some(now), Some(value)) => Rc::ptr_eq(now, value),
        (None, None) => true,
        _ => false,
    });
    if !same {
        signal.set(value);
    }
}
