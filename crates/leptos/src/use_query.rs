//! Queries.
use crate::dependencies::Dependencies;
use crate::devtools::known;
use crate::error_boundary::show_in_boundary;
use crate::host::{IN_BROWSER, Observer, Refetcher};
use crate::json_length::json_length;
use crate::live::live;
use crate::query_source::{Fetch, Options, QuerySource, Wanted};
use crate::ready::Ready;
use crate::settled::SentResult;
use crate::{MaybeKey, Query, QueryKey, QueryOptions, use_query_client};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use whippet_web::query::SizeOf;

/// Observes the query of `key`: gives its data from the cache, and fetches it with `fetcher` where it is missing or
/// stale. Components with the same key share one cache entry and one request.
///
/// `key` and `options` may read signals; when those change, the component observes the query of the new key, with the
/// new options. The fetcher is passed the key; where the key is an `Option`, nothing is fetched while it is `None`. Where a
/// refetch gives data that is equal to the old, `data` does not change.
///
/// A server fetches within the request, sends what it fetched with the page, and the browser begins with that. What cannot
/// be sent, or is a future of the browser's, is for [`use_local_query`].
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
///     <Suspense fallback=|| "Loading…">
///         <p>{move || user.data.get().map(|name| name.to_string())}</p>
///     </Suspense>
///     <button on:click=move |_| id.update(|id| *id += 1)>"Next"</button>
/// }
/// # }
/// ```
pub fn use_query<I, K, T, E, F>(
    key: impl Fn() -> I + Send + Sync + 'static,
    fetcher: impl Fn(K) -> F + Send + Sync + 'static,
    options: impl Into<Signal<QueryOptions>>,
) -> Query<T, E>
where
    I: MaybeKey<K>,
    K: Serialize + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + PartialEq + Send + Sync + 'static,
    E: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    known::serialized::<T>();
    known::errors::<E>();
    let fetcher = Arc::new(move |key| Box::pin(fetcher(key)) as Fetch<T, E>);
    let (observer, source) = observer(key, fetcher, options.into(), Arc::new(as_json::<T>));
    let ready = Ready::new(source, &observer);
    query(&observer, ready)
}

/// As [`use_query`], in the browser only: for data that cannot be serialized, and for futures of the browser's, which stay on
/// their thread. A server renders the fallback of the `<Suspense/>` around it.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{QueryOptions, use_local_query};
/// # async fn read_file(name: String) -> Result<Vec<u8>, String> { Ok(Vec::new()) }
/// # #[component] fn Page() -> impl IntoView {
/// let file = use_local_query(|| "notes".to_owned(), read_file, QueryOptions::new());
/// view! { <p>{move || file.data.with(|data| data.as_ref().map(|data| data.len()))}" bytes"</p> }
/// # }
/// ```
pub fn use_local_query<I, K, T, E, F>(
    key: impl Fn() -> I + 'static,
    fetcher: impl Fn(K) -> F + 'static,
    options: impl Into<Signal<QueryOptions>>,
) -> Query<T, E>
where
    I: MaybeKey<K>,
    K: Serialize + Clone + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    if !IN_BROWSER {
        return Query::of_browsers(Ready::never(), Refetcher::none());
    }
    known::named::<T>();
    known::named::<E>();
    // Called on this thread only, as there is no other one in a browser.
    let (key, fetcher) = (SendWrapper::new(key), SendWrapper::new(fetcher));
    let fetcher = Arc::new(move |key| Box::pin(SendWrapper::new(fetcher(key))) as Fetch<T, E>);
    let (observer, source) = observer(move || (*key)(), fetcher, options.into(), Arc::new(plain::<T>));
    let ready = Ready::local(source, &observer);
    query(&observer, ready)
}

/// The observer of a query, and what its first result depends on.
fn observer<I, K, T, E>(
    key: impl Fn() -> I + Send + Sync + 'static,
    fetcher: Arc<dyn Fn(K) -> Fetch<T, E> + Send + Sync>,
    options: Signal<QueryOptions>,
    size: SizeOf,
) -> (Observer<K, T, E>, impl Fn() -> Option<QueryKey> + Send + Sync + 'static)
where
    I: MaybeKey<K>,
    K: Serialize + Clone + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let dependencies = Dependencies::default();
    let wanted = {
        let dependencies = dependencies.clone();
        let key = move || key().into_key().map(|value| Wanted { key: QueryKey::new(&value), value });
        live(move || dependencies.collect(&key))
    };
    let client = use_query_client();
    let options: Options = Arc::new(move || {
        let options = options.try_get().unwrap_or_default();
        let size = &size;
        wanted
            .try_with(|wanted| {
                client.complete(wanted.as_ref().map(|wanted| &wanted.key), options).or_size_of(size)
            })
            .unwrap_or_default()
    });
    let source = QuerySource { wanted, fetcher, options, dependencies };
    let depends = {
        let source = source.clone();
        move || source.enabled().map(|wanted| wanted.key)
    };
    (Observer::new(client.handle(), client.component(), source), depends)
}

/// The length of what the data would be in JSON.
fn as_json<T: Serialize + 'static>(data: &dyn Any) -> f64 {
    data.downcast_ref::<T>().and_then(json_length).unwrap_or_else(|| plain::<T>(data))
}

/// What is known of any data.
fn plain<T>(_: &dyn Any) -> f64 {
    size_of::<T>() as f64
}

fn query<K, T, E>(observer: &Observer<K, T, E>, (ready, sent): (Ready<T, E>, SentResult<T, E>)) -> Query<T, E>
where
    K: Clone + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let query = Query::new(observer.seen(sent), observer.outside(), ready, observer.refetcher());
    let options = observer.options();
    show_in_boundary(query.error, move || options().attempts.throw);
    query
}
