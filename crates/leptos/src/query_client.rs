//! The query client of an app.
use crate::QueryKey;
use leptos::prelude::*;
use serde::Serialize;
use std::rc::Rc;
use whippet_web::query::{Client, QueryObserver, Stats};

/// The app's query cache. Copies are the same cache.
#[derive(Clone, Copy)]
pub struct QueryClient(StoredValue<Client, LocalStorage>);

/// Provides an empty query cache to all components below. Call once, in the app's outermost component.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::provide_query_client;
/// #[component]
/// fn App() -> impl IntoView {
///     let client = provide_query_client();
///     view! { <button on:click=move |_| client.invalidate(&"todos")>"Reload"</button> }
/// }
/// ```
pub fn provide_query_client() -> QueryClient {
    let client = QueryClient(StoredValue::new_local(Client::new()));
    provide_context(client);
    client
}

/// The cache that [`provide_query_client`] made.
///
/// # Panics
/// Where none was provided.
pub fn use_query_client() -> QueryClient {
    use_context().expect("no query client: call provide_query_client() in the app's outermost component")
}

impl QueryClient {
    /// Marks all queries whose key begins with `prefix` as stale, and fetches those that have an
    /// enabled observer. `&()` matches all queries.
    pub fn invalidate(&self, prefix: &(impl Serialize + ?Sized)) {
        let prefix = QueryKey::new(prefix);
        self.client().invalidate(&prefix.0);
    }

    /// Stores data for a key, as if it had just been fetched: every component that observes it shows it.
    pub fn set_data<T: 'static>(&self, key: &(impl Serialize + ?Sized), data: T) {
        self.client().set_data(&QueryKey::new(key).0, Rc::new(data));
    }

    /// The data of a key; `None` where there is none, or none of this type.
    pub fn data<T: 'static>(&self, key: &(impl Serialize + ?Sized)) -> Option<Rc<T>> {
        self.client().data(&QueryKey::new(key).0)?.downcast().ok()
    }

    /// The counters of the cache.
    pub fn stats(&self) -> Stats {
        self.client().stats()
    }

    /// The same; `None` once the app was disposed.
    pub(crate) fn try_stats(&self) -> Option<Stats> {
        self.0.try_with_value(Client::stats)
    }

    /// The data of a key; `None` also once the app was disposed.
    pub(crate) fn try_data<T: 'static>(&self, key: &QueryKey) -> Option<Rc<T>> {
        self.0.try_with_value(|client| client.data(&key.0))??.downcast().ok()
    }

    pub(crate) fn client(&self) -> Client {
        self.0.get_value()
    }
}

/// Stores an observer that unsubscribes with its reactive owner.
pub(crate) fn ends_with_owner(observer: QueryObserver) -> StoredValue<Option<QueryObserver>, LocalStorage> {
    let observer = StoredValue::new_local(Some(observer));
    // The storage's own disposal would be too late: unsubscribing may notify other components, which use the storage.
    on_cleanup(move || {
        let observer = observer.try_update_value(Option::take);
        drop(observer);
    });
    observer
}
