//! Queries of lists that are fetched page by page.
use crate::host::IN_BROWSER;
use crate::infinite_query::More;
use crate::query_source::Fetch;
use crate::{
    InfiniteData, InfiniteOptions, InfiniteQuery, MaybeKey, Query, QueryClient, QueryKey, use_local_query,
    use_query, use_query_client,
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use whippet_engine::query::pages::{Direction, PageRun, add_page};

type FetchPage<K, P, T, E> = Arc<dyn Fn(K, P) -> Fetch<T, E> + Send + Sync>;

/// As [`use_query`], of a list that is fetched page by page: `fetcher` gets the key and the page param. The first
/// page is fetched as any query is; more when [`fetch_next_page`](InfiniteQuery::fetch_next_page) is called. A refetch fetches
/// all pages again, one after another, and pages that are equal stay the same values.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// # use whippet_leptos::{InfiniteOptions, use_infinite_query};
/// #[derive(Clone, PartialEq, Serialize, Deserialize)]
/// struct Page {
///     titles: Vec<String>,
///     next: Option<u32>,
/// }
/// # async fn fetch_articles(tag: String, from: u32) -> Result<Page, String> { Err(tag) }
/// # #[component] fn Articles(tag: Signal<String>) -> impl IntoView {
/// let articles = use_infinite_query(
///     move || ("articles", tag.get()),
///     |(_, tag), from| fetch_articles(tag, from),
///     InfiniteOptions::new(0, |last: &Page, _| last.next),
/// );
/// let titles = move || articles.data.get().map(|data| {
///     data.pages.iter().flat_map(|page| page.titles.clone()).map(|title| view! { <li>{title}</li> }).collect_view()
/// });
/// view! {
///     <Suspense fallback=|| "Loading…"><ul>{titles}</ul></Suspense>
///     <button
///         on:click=move |_| articles.fetch_next_page()
///         disabled=move || !articles.has_next_page.get() || articles.is_fetching_next_page.get()
///     >"More"</button>
/// }
/// # }
/// ```
///
/// A server fetches the first page.
pub fn use_infinite_query<I, K, P, T, E, F>(
    key: impl Fn() -> I + Send + Sync + 'static,
    fetcher: impl Fn(K, P) -> F + Send + Sync + 'static,
    options: InfiniteOptions<T, P>,
) -> InfiniteQuery<T, E, P>
where
    I: MaybeKey<K>,
    K: Serialize + Clone + Send + Sync + 'static,
    P: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + PartialEq + Send + Sync + 'static,
    E: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let (client, key) = (use_query_client(), Arc::new(key));
    let fetch_page: FetchPage<K, P, T, E> =
        Arc::new(move |key, param| Box::pin(fetcher(key, param)) as Fetch<T, E>);
    let fetch_all = all_pages(client, options.clone(), fetch_page.clone());
    let wanted = key.clone();
    let query = use_query(move || wanted(), fetch_all, options.query);
    infinite(client, &query, move || key().into_key(), options, fetch_page)
}

/// As [`use_infinite_query`], in the browser only: see [`use_local_query`].
pub fn use_local_infinite_query<I, K, P, T, E, F>(
    key: impl Fn() -> I + 'static,
    fetcher: impl Fn(K, P) -> F + 'static,
    options: InfiniteOptions<T, P>,
) -> InfiniteQuery<T, E, P>
where
    I: MaybeKey<K>,
    K: Serialize + Clone + Send + Sync + 'static,
    P: Clone + PartialEq + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    if !IN_BROWSER {
        let query = use_local_query(key, |_| std::future::pending(), options.query);
        return InfiniteQuery::new(&query, &options, Arc::new(|_| ()));
    }
    // Called on this thread only, as there is no other one in a browser.
    let (client, key, fetcher) =
        (use_query_client(), Arc::new(SendWrapper::new(key)), SendWrapper::new(fetcher));
    let fetch_page: FetchPage<K, P, T, E> =
        Arc::new(move |key, param| Box::pin(SendWrapper::new(fetcher(key, param))) as Fetch<T, E>);
    let fetch_all = all_pages(client, options.clone(), fetch_page.clone());
    let wanted = key.clone();
    let query = use_local_query(move || wanted(), fetch_all, options.query);
    infinite(client, &query, move || key().into_key(), options, fetch_page)
}

/// Fetches all pages that there are, or the first.
fn all_pages<K, P, T, E>(
    client: QueryClient,
    options: InfiniteOptions<T, P>,
    fetch_page: FetchPage<K, P, T, E>,
) -> impl Fn(K) -> Fetch<InfiniteData<T, P>, E> + Send + Sync
where
    K: Serialize + Clone + Send + Sync + 'static,
    P: Clone + PartialEq + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    // What a failed attempt had fetched, and of which key: the next one continues with the page that failed.
    let left = Arc::new(Mutex::new(None::<(QueryKey, PageRun<Arc<T>, P>)>));
    move |key| {
        let query_key = QueryKey::new(&key);
        let state = client.state_of::<InfiniteData<T, P>>(&query_key);
        let is_retry = state.as_ref().is_some_and(|state| state.failure_count > 0);
        let before = state.and_then(|state| state.data::<InfiniteData<T, P>>());
        // While the component shows another key, the list of the key before may be fetched still, for others who show it.
        let begun = left.lock().unwrap_or_else(PoisonError::into_inner).take();
        let begun = begun.filter(|(of, _)| is_retry && *of == query_key).map(|(_, run)| run);
        let run = begun.unwrap_or_else(|| {
            let known = before.as_ref().filter(|before| !before.pages.is_empty());
            let first = known.and_then(|known| known.page_params.first()).unwrap_or(&options.first);
            PageRun::new(first.clone(), known.map_or(1, |known| known.pages.len()))
        });
        let (fetch_page, options, left) = (fetch_page.clone(), options.clone(), left.clone());
        Box::pin(async move {
            let mut run = run;
            while let Some(param) = run.next(&options) {
                match fetch_page(key.clone(), param.clone()).await {
                    Ok(page) => {
                        let page = shared(before.as_deref(), &param, page);
                        run.arrived(page, param, options.max_pages);
                    }
                    Err(error) => {
                        *left.lock().unwrap_or_else(PoisonError::into_inner) = Some((query_key, run));
                        return Err(error);
                    }
                }
            }
            Ok(InfiniteData::new(run.pages, run.params))
        })
    }
}

/// The page that was there before, if this one is equal.
fn shared<T: PartialEq, P: PartialEq>(before: Option<&InfiniteData<T, P>>, param: &P, page: T) -> Arc<T> {
    let known = before.and_then(|before| {
        let at = before.page_params.iter().position(|known| known == param)?;
        before.pages.get(at).filter(|known| ***known == page).cloned()
    });
    known.unwrap_or_else(|| Arc::new(page))
}

fn infinite<K, P, T, E>(
    client: QueryClient,
    query: &Query<InfiniteData<T, P>, E>,
    wanted: impl Fn() -> Option<K> + Send + Sync + 'static,
    options: InfiniteOptions<T, P>,
    fetch_page: FetchPage<K, P, T, E>,
) -> InfiniteQuery<T, E, P>
where
    K: Serialize + Clone + Send + Sync + 'static,
    P: Clone + PartialEq + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let query = *query;
    let (rules, component) = (options.clone(), client.component());
    let more: More = Arc::new(move |end| {
        let Some(key) = untrack(&wanted) else { return };
        let query_key = QueryKey::new(&key);
        let held = move || client.data_of::<InfiniteData<T, P>>(&query_key);
        let Some(data) = held().filter(|data| !data.pages.is_empty()) else { return query.refetch() };
        if rules.beyond_data(&data, end).is_none() {
            return;
        }
        let (rules, fetch_page) = (rules.clone(), fetch_page.clone());
        let fetch = move || one_more(end, &rules, &fetch_page, key.clone(), held.clone());
        query.fetch_part(end, component.clone(), Arc::new(fetch));
    });
    InfiniteQuery::new(&query, &options, more)
}

/// Fetches the page beyond one end. What is written while it is on its way stays.
fn one_more<K, P, T, E>(
    end: Direction,
    rules: &InfiniteOptions<T, P>,
    fetch_page: &FetchPage<K, P, T, E>,
    key: K,
    held: impl Fn() -> Option<Arc<InfiniteData<T, P>>> + Send + 'static,
) -> Fetch<InfiniteData<T, P>, E>
where
    P: Clone + Send + Sync + 'static,
    T: Send + Sync + 'static,
    E: Send + 'static,
{
    let before = held().map(|data| (*data).clone()).unwrap_or_default();
    let Some(param) = rules.beyond_data(&before, end) else {
        return Box::pin(std::future::ready(Ok(before)));
    };
    let (page, most) = (fetch_page(key, param.clone()), rules.max_pages);
    Box::pin(async move {
        let page = Arc::new(page.await?);
        let mut data = held().map_or(before, |data| (*data).clone());
        add_page((&mut data.pages, &mut data.page_params), (page, param), end, most);
        Ok(data)
    })
}
