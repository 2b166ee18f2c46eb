//! The query client of an app.
use crate::client_options::Outcome;
use crate::component::Component;
use crate::host::{self, Host, HostHandle};
use crate::query_key::typed;
use crate::query_source::Fetch;
use crate::{
    Call, CallError, MutationOptions, QueryClientOptions, QueryFilter, QueryKey, QueryOptions, QueryState,
    Undo, misuse,
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde::Serialize;
use std::future::Future;
use std::sync::Arc;
use whippet_web::query::{Filter, Stats};

/// The app's query cache. Copies are the same cache. On a server, each request has its own.
///
/// Commands that take a [`QueryFilter`] take a reference to a key as well: then they are for all queries whose key begins
/// with it.
///
/// Once its app was disposed, nothing happens and there is no data.
#[derive(Clone, Copy)]
pub struct QueryClient {
    host: HostHandle,
    options: StoredValue<QueryClientOptions>,
    /// Whose contexts functions find that are called from nowhere.
    app: StoredValue<Component>,
}

/// Provides an empty query cache to all components below. Call once, in the app's outermost component.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::provide_query_client;
/// #[component]
/// fn App() -> impl IntoView {
///     let client = provide_query_client();
///     view! { <button on:click=move |_| client.invalidate("todos")>"Reload"</button> }
/// }
/// ```
pub fn provide_query_client() -> QueryClient {
    provide_query_client_with(QueryClientOptions::new())
}

/// As [`provide_query_client`], with options for all queries and mutations of the app.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{QueryClientOptions, QueryOptions, provide_query_client_with};
/// # use std::time::Duration;
/// #[component]
/// fn App() -> impl IntoView {
///     provide_query_client_with(
///         QueryClientOptions::new()
///             .queries(QueryOptions::new().stale_time(Duration::from_secs(30)))
///             .queries_of(&"prices", QueryOptions::new().refetch_every(Duration::from_secs(5)))
///             .on_error(|event| leptos::logging::warn!("{:?} failed", event.key())),
///     );
/// }
/// ```
pub fn provide_query_client_with(options: QueryClientOptions) -> QueryClient {
    let client = QueryClient::new(options);
    provide_context(client);
    client
}

/// The cache that [`provide_query_client`] made. Where none was provided, a cache of the calling component alone, and the
/// console says so.
pub fn use_query_client() -> QueryClient {
    use_context().unwrap_or_else(|| {
        misuse::report(
            "there is no query client: call provide_query_client() in the app's outermost component",
        );
        provide_query_client()
    })
}

impl QueryClient {
    fn new(options: QueryClientOptions) -> Self {
        let host = Host::default();
        if let Some(listener) = options.on_query() {
            host.on_settled(move |key, outcome| {
                let outcome: Outcome<'_> = match outcome {
                    Ok(data) => Ok(&**data),
                    Err(error) => Err(&**error),
                };
                listener(key, outcome);
            });
        }
        if let Some(limits) = options.limits {
            host.set_limits(limits);
        }
        Self {
            host: StoredValue::new_with_storage(host),
            options: StoredValue::new(options),
            app: StoredValue::new(Component::current()),
        }
    }

    /// The options of queries whose key begins with `prefix`, from now on: see [`QueryClientOptions::queries_of`]. A prefix that
    /// has options already keeps its place among the others.
    pub fn set_query_defaults(&self, prefix: &(impl Serialize + ?Sized), options: QueryOptions) {
        let prefix = QueryKey::new(prefix);
        self.options.try_update_value(|all| all.set_queries_of(prefix, options));
    }

    /// Marks queries as stale, and fetches those that have an enabled observer. `&()` matches all queries.
    pub fn invalidate(&self, filter: impl Into<QueryFilter>) {
        let filter = filter.into().0;
        self.host(|host| host.invalidate(filter));
    }

    /// Fetches queries that have an enabled observer, even if their data is fresh.
    pub fn refetch(&self, filter: impl Into<QueryFilter>) {
        let filter = filter.into().0;
        self.host(|host| host.refetch(&filter));
    }

    /// Cancels fetches: their functions are dropped, and each query is what it was before.
    pub fn cancel(&self, filter: impl Into<QueryFilter>) {
        let filter = filter.into().0;
        self.host(|host| host.cancel(&filter));
    }

    /// Removes queries, with their data. Components that observe one keep what they show.
    pub fn remove(&self, filter: impl Into<QueryFilter>) {
        let filter = filter.into().0;
        self.host(|host| host.remove(&filter));
    }

    /// Takes queries back to where they began, with their [initial data](QueryOptions::initial_data) or without any, and fetches
    /// those that have an enabled observer.
    pub fn reset(&self, filter: impl Into<QueryFilter>) {
        let filter = filter.into().0;
        self.host(|host| host.reset(&filter));
    }

    /// Removes all queries and mutations, as when another user logs in.
    pub fn clear(&self) {
        self.host(|host| host.clear());
    }

    /// The queries that a filter selects, as they are now.
    pub fn queries(&self, filter: impl Into<QueryFilter>) -> Vec<QueryState> {
        let filter = filter.into().0;
        let found = self.host(|host| host.select(&filter)).unwrap_or_default();
        found.into_iter().map(QueryState::new).collect()
    }

    /// The query of a key whose data is a `T`, as it is now; `None` where there is none.
    pub fn state<T: 'static>(&self, key: &(impl Serialize + ?Sized)) -> Option<QueryState> {
        self.state_of::<T>(&QueryKey::new(key))
    }

    /// Stores data for a key, as if it had just been fetched: every component that observes it shows it. It belongs to the
    /// queries whose data is of this type. Until a component observes it, it is kept for the `gc_time` of the app's options.
    pub fn set_data<T: Send + Sync + 'static>(&self, key: &(impl Serialize + ?Sized), data: T) {
        self.store(&QueryKey::new(key), Arc::new(data));
    }

    /// Stores what `update` makes of a key's data, unless that is `None`. `update` gets `None` where there is no data of its
    /// type.
    ///
    /// ```no_run
    /// # let client = whippet_leptos::use_query_client();
    /// client.update_data(&"count", |count: Option<&u32>| Some(count? + 1));
    /// ```
    pub fn update_data<T: Send + Sync + 'static>(
        &self,
        key: &(impl Serialize + ?Sized),
        update: impl FnOnce(Option<&T>) -> Option<T>,
    ) {
        let key = QueryKey::new(key);
        if let Some(data) = update(self.data_of::<T>(&key).as_deref()) {
            self.store(&key, Arc::new(data));
        }
    }

    /// Shows what a mutation is going to do before the server has answered: cancels the fetch of the query, which would
    /// bring the old data, and stores what `update` makes of its data. Returns how to take that back. See
    /// [`Mutation::on_mutate`](crate::Mutation::on_mutate).
    pub fn optimistic<T: Send + Sync + 'static>(
        &self,
        key: &(impl Serialize + ?Sized),
        update: impl FnOnce(Option<&T>) -> Option<T>,
    ) -> Undo<T> {
        let key = QueryKey::new(key);
        // Of this type of data alone: another query of the key goes on.
        self.cancel(QueryFilter(Filter::from(&typed::<T>(&key))));
        let before = self.data_of::<T>(&key);
        if let Some(data) = update(before.as_deref()) {
            self.store(&key, Arc::new(data));
        }
        let (client, known) = (*self, before.clone());
        Undo::new(before, move || match &known {
            Some(data) => client.store(&key, data.clone()),
            None => client.reset(QueryFilter(Filter::from(&typed::<T>(&key)))),
        })
    }

    /// The data of a key; `None` where there is none of this type.
    pub fn data<T: Send + Sync + 'static>(&self, key: &(impl Serialize + ?Sized)) -> Option<Arc<T>> {
        self.data_of(&QueryKey::new(key))
    }

    /// Fetches a query that no component observes, unless its data is fresh: for what a user is about to see. It is kept for
    /// the `gc_time` of the options. Nothing is retried unless the options say so. `enabled` does not matter: it is about what
    /// components fetch by themselves.
    ///
    /// On a server it is fetched once something awaits a query of this key.
    ///
    /// ```no_run
    /// # use whippet_leptos::{QueryOptions, use_query_client};
    /// # async fn fetch_user(id: u32) -> Result<String, String> { Ok(String::new()) }
    /// # use std::time::Duration;
    /// # use leptos::prelude::*;
    /// # #[component] fn Link() -> impl IntoView {
    /// let client = use_query_client();
    /// let options = || QueryOptions::new().stale_time(Duration::from_secs(60));
    /// view! {
    ///     <a href="/users/7" on:mouseenter=move |_| client.prefetch(("user", 7), |(_, id)| fetch_user(id), options())>"User 7"</a>
    /// }
    /// # }
    /// ```
    pub fn prefetch<K, T, E, F>(
        &self,
        key: K,
        fetcher: impl Fn(K) -> F + Send + Sync + 'static,
        options: QueryOptions,
    ) where
        K: Serialize + Clone + Send + Sync + 'static,
        T: PartialEq + Send + Sync + 'static,
        E: Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        drop(self.fetch(key, fetcher, options));
    }

    /// As [`prefetch`](Self::prefetch), and gives what came of it: the data of the cache where that is fresh.
    ///
    /// ```no_run
    /// # use whippet_leptos::{CallError, QueryOptions, use_query_client};
    /// # async fn fetch_user(id: u32) -> Result<String, String> { Ok(String::new()) }
    /// # async fn f() -> Result<(), CallError<String>> {
    /// let client = use_query_client();
    /// let user = client.fetch(("user", 7), |(_, id)| fetch_user(id), QueryOptions::new()).await?;
    /// # Ok(()) }
    /// ```
    pub fn fetch<K, T, E, F>(
        &self,
        key: K,
        fetcher: impl Fn(K) -> F + Send + Sync + 'static,
        options: QueryOptions,
    ) -> Call<T, E>
    where
        K: Serialize + Clone + Send + Sync + 'static,
        T: PartialEq + Send + Sync + 'static,
        E: Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let fetcher = Arc::new(move |key| Box::pin(fetcher(key)) as Fetch<T, E>);
        self.call(key, fetcher, options)
    }

    /// As [`fetch`](Self::fetch), for futures of the browser's, which stay on their thread. On a server it is cancelled.
    pub fn fetch_local<K, T, E, F>(
        &self,
        key: K,
        fetcher: impl Fn(K) -> F + 'static,
        options: QueryOptions,
    ) -> Call<T, E>
    where
        K: Serialize + Clone + Send + Sync + 'static,
        T: PartialEq + Send + Sync + 'static,
        E: Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + 'static,
    {
        if !host::IN_BROWSER {
            return Call::ready(Err(CallError::Cancelled));
        }
        let fetcher = SendWrapper::new(fetcher);
        let fetcher = Arc::new(move |key| Box::pin(SendWrapper::new(fetcher(key))) as Fetch<T, E>);
        self.call(key, fetcher, options)
    }

    /// As [`prefetch`](Self::prefetch), for futures of the browser's, which stay on their thread.
    pub fn prefetch_local<K, T, E, F>(
        &self,
        key: K,
        fetcher: impl Fn(K) -> F + 'static,
        options: QueryOptions,
    ) where
        K: Serialize + Clone + Send + Sync + 'static,
        T: PartialEq + Send + Sync + 'static,
        E: Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + 'static,
    {
        drop(self.fetch_local(key, fetcher, options));
    }

    /// The data of a key, however old it is; fetched where there is none.
    pub fn ensure<K, T, E, F>(
        &self,
        key: K,
        fetcher: impl Fn(K) -> F + Send + Sync + 'static,
        options: QueryOptions,
    ) -> Call<T, E>
    where
        K: Serialize + Clone + Send + Sync + 'static,
        T: PartialEq + Send + Sync + 'static,
        E: Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        match self.data::<T>(&key) {
            Some(data) => Call::ready(Ok(data)),
            // Initial data is data of any age, too.
            None => self.fetch(key, fetcher, options.never_stale()),
        }
    }

    fn call<K, T, E>(
        &self,
        key: K,
        fetcher: Arc<dyn Fn(K) -> Fetch<T, E> + Send + Sync>,
        options: QueryOptions,
    ) -> Call<T, E>
    where
        K: Serialize + Clone + Send + Sync + 'static,
        T: PartialEq + Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        let query_key = QueryKey::new(&key);
        let options = self.complete(Some(&query_key), options).once();
        let component = self.component().or(|| self.app.try_get_value());
        host::call(self.host, component, &query_key, key, fetcher, options)
    }

    /// The component that is being built, of this app.
    pub(crate) fn component(&self) -> Component {
        Component::current().within(self.app.try_get_value())
    }

    /// The counters of the cache.
    pub fn stats(&self) -> Stats {
        self.host(|host| host.stats()).unwrap_or_default()
    }

    /// The same; `None` once the app was disposed.
    pub(crate) fn try_stats(&self) -> Option<Stats> {
        self.host(|host| host.stats())
    }

    /// Calls `on_fetched` with the duration of each successful fetch, in ms.
    pub(crate) fn on_fetched(&self, on_fetched: impl Fn(f64) + 'static) {
        self.host(|host| host.on_fetched(on_fetched));
    }

    pub(crate) fn data_of<T: Send + Sync + 'static>(&self, key: &QueryKey) -> Option<Arc<T>> {
        self.host(|host| host.data(&typed::<T>(key)))??.downcast().ok()
    }

    pub(crate) fn state_of<T: 'static>(&self, key: &QueryKey) -> Option<QueryState> {
        self.host(|host| host.state(&typed::<T>(key)))?.map(QueryState::new)
    }

    pub(crate) fn store<T: Send + Sync + 'static>(&self, key: &QueryKey, data: Arc<T>) {
        let gc_time = self.complete(Some(key), QueryOptions::new()).gc_time;
        let key = typed::<T>(key);
        self.host(|host| host::store(&host, &key, data, gc_time));
    }

    /// How many mutations are under way whose key begins with `prefix`.
    pub(crate) fn mutating(&self, prefix: &QueryKey) -> usize {
        self.host(|host| host.mutating(&prefix.0)).unwrap_or_default()
    }

    /// The options of a query of `key`, with the defaults of the app.
    pub(crate) fn complete(&self, key: Option<&QueryKey>, mut options: QueryOptions) -> QueryOptions {
        self.options.try_with_value(|all| all.complete(key, &mut options));
        options
    }

    /// The options of a mutation, with the defaults of the app.
    pub(crate) fn complete_mutation(&self, options: MutationOptions) -> MutationOptions {
        self.options.try_with_value(|all| options.clone().over(&all.mutations)).unwrap_or(options)
    }

    /// The app's listeners for mutations.
    pub(crate) fn tell_mutation(&self, key: &QueryKey, outcome: Outcome<'_>) {
        let listeners = self.options.try_with_value(|all| all.on_mutation.clone()).unwrap_or_default();
        let event = crate::CacheEvent::new(key, outcome);
        listeners.iter().for_each(|listener| listener(event));
    }

    /// For who observes queries.
    pub(crate) fn handle(&self) -> HostHandle {
        self.host
    }

    /// Passes the cache on; `None` once the app was disposed. The storage is not borrowed meanwhile.
    pub(crate) fn host<R>(&self, then: impl FnOnce(Host) -> R) -> Option<R> {
        self.host.try_get_value().map(then)
    }
}
