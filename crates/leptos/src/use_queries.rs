//! A list of queries whose number changes.
use crate::component::Component;
use crate::derived::derived;
use crate::host::IN_BROWSER;
use crate::{Query, QueryKey, QueryOptions, use_local_query, use_query};
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::sync::Arc;

/// The result of [`use_queries`]: a query for each key, in their order.
pub struct Queries<T: Send + Sync + 'static, E: Send + Sync + 'static>(Memo<Vec<Entry<T, E>>>);

struct Entry<T: Send + Sync + 'static, E: Send + Sync + 'static> {
    key: QueryKey,
    query: Query<T, E>,
    /// Of the query alone: dropped soon after its entry.
    owner: Owner,
}

impl<T: Send + Sync, E: Send + Sync> Clone for Entry<T, E> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), query: self.query, owner: self.owner.clone() }
    }
}

impl<T: Send + Sync, E: Send + Sync> Clone for Queries<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync, E: Send + Sync> Copy for Queries<T, E> {}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Queries<T, E> {
    /// The queries. Who reads this hears of keys that come and go; of what becomes of a query, its signals tell.
    pub fn get(&self) -> Vec<Query<T, E>> {
        self.0.with(|entries| entries.iter().map(|entry| entry.query).collect())
    }

    /// One value of all of them, which changes when what `combine` reads has, and it gives something else.
    ///
    /// ```no_run
    /// # use leptos::prelude::*;
    /// # use whippet_leptos::{QueryOptions, use_queries};
    /// # async fn fetch_price(id: u32) -> Result<u32, String> { Ok(id) }
    /// # #[component] fn Basket(ids: Signal<Vec<u32>>) -> impl IntoView {
    /// let prices = use_queries(move || ids.get(), fetch_price, QueryOptions::new());
    /// let sum = prices.combine(|prices| prices.iter().map(|price| price.data.get().map(|data| *data)).sum::<Option<u32>>());
    /// view! { <p>{move || sum.get().map_or("…".to_owned(), |sum| sum.to_string())}</p> }
    /// # }
    /// ```
    pub fn combine<R: Clone + PartialEq + Send + Sync + 'static>(
        self,
        combine: impl Fn(&[Query<T, E>]) -> R + Send + Sync + 'static,
    ) -> Signal<R> {
        derived(
            move || self.get().iter().any(Query::is_first_view),
            move || self.get().iter().for_each(Query::waits),
            move || combine(&self.get()),
        )
    }
}

/// A [`use_query`] for each of a list of keys, which may change: queries of keys that stay are kept, with all that observes
/// them.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{QueryOptions, use_queries};
/// # async fn fetch_user(id: u32) -> Result<String, String> { Ok(String::new()) }
/// # #[component] fn Users(ids: Signal<Vec<u32>>) -> impl IntoView {
/// let users = use_queries(
///     move || ids.get().into_iter().map(|id| ("user", id)).collect(),
///     |(_, id)| fetch_user(id),
///     QueryOptions::new(),
/// );
/// view! {
///     <ul>{move || users.get().into_iter().map(|user| {
///         view! { <li>{move || user.data.get().map(|name| name.to_string())}</li> }
///     }).collect_view()}</ul>
/// }
/// # }
/// ```
pub fn use_queries<K, T, E, F>(
    keys: impl Fn() -> Vec<K> + Send + Sync + 'static,
    fetcher: impl Fn(K) -> F + Send + Sync + 'static,
    options: impl Into<Signal<QueryOptions>>,
) -> Queries<T, E>
where
    K: Serialize + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + PartialEq + Send + Sync + 'static,
    E: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let (fetcher, options) = (Arc::new(fetcher), options.into());
    queries(keys, move |key: K| {
        let fetcher = fetcher.clone();
        use_query(move || key.clone(), move |key| fetcher(key), options)
    })
}

/// As [`use_queries`], in the browser only: see [`use_local_query`].
pub fn use_local_queries<K, T, E, F>(
    keys: impl Fn() -> Vec<K> + 'static,
    fetcher: impl Fn(K) -> F + 'static,
    options: impl Into<Signal<QueryOptions>>,
) -> Queries<T, E>
where
    K: Serialize + Clone + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    if !IN_BROWSER {
        let (keys, options) = (keys(), options.into());
        let pending = |key: K| {
            let query_key = QueryKey::new(&key);
            let query = use_local_query(move || key.clone(), |_| std::future::pending(), options);
            Entry { key: query_key, query, owner: Owner::new() }
        };
        let entries = keys.into_iter().map(pending).collect::<Vec<_>>();
        return Queries(Memo::new_with_compare(move |_| entries.clone(), |before, _| before.is_none()));
    }
    // Called on this thread only, as there is no other one in a browser.
    let (keys, fetcher, options) =
        (SendWrapper::new(keys), Arc::new(SendWrapper::new(fetcher)), options.into());
    queries(
        move || (*keys)(),
        move |key: K| {
            let fetcher = fetcher.clone();
            use_local_query(move || key.clone(), move |key| fetcher(key), options)
        },
    )
}

fn queries<K, T, E>(
    keys: impl Fn() -> Vec<K> + Send + Sync + 'static,
    observe: impl Fn(K) -> Query<T, E> + Send + Sync + 'static,
) -> Queries<T, E>
where
    K: Serialize + Send + Sync + 'static,
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let component = Component::current();
    let entry = move |value: K, key: QueryKey| {
        component.run(|| {
            // A child of the component's, not of what computes the list: that is disposed with each change.
            let owner = Owner::new();
            let query = owner.with(|| observe(value));
            Entry { key, query, owner }
        })
    };
    let list = Memo::new_with_compare(
        move |before: Option<&Vec<Entry<T, E>>>| {
            let mut entries: Vec<Entry<T, E>> = Vec::new();
            for value in keys() {
                let key = QueryKey::new(&value);
                let same = |known: &&Entry<T, E>| known.key == key;
                let known = entries.iter().find(same).or_else(|| before.into_iter().flatten().find(same));
                let next = known.cloned();
                entries.push(next.unwrap_or_else(|| entry(value, key)));
            }
            let gone = |known: &&Entry<T, E>| entries.iter().all(|entry| entry.key != known.key);
            let gone = before.into_iter().flatten().filter(gone);
            drop_later(gone.map(|known| known.owner.clone()).collect());
            entries
        },
        |before, after| {
            let keys = |entries: Option<&Vec<Entry<T, E>>>| {
                entries.map(|entries| entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>())
            };
            keys(before) != keys(after)
        },
    );
    // At once, so that a server fetches them.
    let _ = list.try_with_untracked(|_| ());
    Queries(list)
}

/// Drops the owners of queries that have left a list one task later: what heard of other changes in this task, and runs before it hears
/// of the list, still reads them.
fn drop_later(gone: Vec<Owner>) {
    if IN_BROWSER && !gone.is_empty() {
        spawn_local(async move { drop(gone) });
    }
}
