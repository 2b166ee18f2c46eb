//! Infinite queries, and lists of queries, in components.
use crate::stage::{Stage, mount, until};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    Duration, InfiniteOptions, InfiniteQuery, QueryClient, QueryOptions, provide_query_client,
    use_local_infinite_query, use_local_queries,
};

/// Pages of two numbers each, from 0 to 9.
#[derive(Clone, Default)]
struct Server {
    asked: Rc<RefCell<Vec<i32>>>,
    fails: Rc<Cell<bool>>,
    /// Added to every number.
    plus: Rc<Cell<i32>>,
}

type Pages = InfiniteQuery<Vec<i32>, String, i32>;

impl Server {
    async fn page(self, from: i32) -> Result<Vec<i32>, String> {
        self.asked.borrow_mut().push(from);
        let (fails, plus) = (self.fails.get(), self.plus.get());
        gloo_timers::future::TimeoutFuture::new(1).await;
        if fails { Err(format!("no page {from}")) } else { Ok(vec![from + plus, from + 1 + plus]) }
    }

    fn list(&self, max: usize, query: QueryOptions) -> Pages {
        let server = self.clone();
        let options = InfiniteOptions::new(4, |_: &Vec<i32>, from| (*from < 8).then_some(from + 2))
            .previous(|_, from| (*from > 0).then_some(from - 2))
            .max_pages(max)
            .query(query);
        use_local_infinite_query(|| "numbers", move |_: &str, from| server.clone().page(from), options)
    }

    fn mount(
        &self,
        max: usize,
        query: QueryOptions,
    ) -> (Stage<impl leptos::tachys::view::Mountable>, QueryClient, Pages) {
        let (server, out) = (self.clone(), Rc::new(Cell::new(None)));
        let seen = out.clone();
        let stage = mount(move || {
            let client = provide_query_client();
            seen.set(Some((client, server.list(max, query))));
        });
        let (client, pages) = out.get().unwrap();
        (stage, client, pages)
    }
}

fn shown(pages: &Pages) -> Vec<i32> {
    pages.data.get_untracked().map(|data| data.items().copied().collect()).unwrap_or_default()
}

fn once() -> QueryOptions {
    QueryOptions::new().retry(0).stale_time(Duration::INFINITE)
}

#[wasm_bindgen_test]
async fn pages_are_added_at_both_ends() {
    let server = Server::default();
    let (_stage, _client, pages) = server.mount(0, once());
    until(|| shown(&pages) == [4, 5]).await;
    assert!(pages.has_next_page.get_untracked() && pages.has_previous_page.get_untracked());
    pages.fetch_next_page();
    pages.fetch_next_page();
    assert!(pages.is_fetching_next_page.get_untracked() && !pages.is_fetching_previous_page.get_untracked());
    assert!(!pages.is_refetching.get_untracked());
    until(|| shown(&pages) == [4, 5, 6, 7]).await;
    assert_eq!(*server.asked.borrow(), [4, 6], "a page that is on its way is not asked for twice");
    pages.fetch_previous_page();
    until(|| shown(&pages) == [2, 3, 4, 5, 6, 7]).await;
    pages.fetch_next_page();
    until(|| shown(&pages).last() == Some(&9)).await;
    assert!(!pages.has_next_page.get_untracked());
    pages.fetch_next_page();
    assert!(!pages.is_fetching(), "there is no page after the last one");
}

#[wasm_bindgen_test]
async fn a_refetch_fetches_all_pages_and_keeps_those_that_are_equal() {
    let server = Server::default();
    let (_stage, _client, pages) = server.mount(0, once());
    until(|| shown(&pages) == [4, 5]).await;
    pages.fetch_next_page();
    until(|| shown(&pages).len() == 4).await;
    let before = pages.data.get_untracked().unwrap();
    pages.refetch();
    assert!(pages.is_refetching.get_untracked());
    until(|| !pages.is_fetching()).await;
    assert_eq!(*server.asked.borrow(), [4, 6, 4, 6]);
    assert!(Arc::ptr_eq(&before, &pages.data.get_untracked().unwrap()), "nothing has changed");
    server.plus.set(100);
    pages.refetch();
    until(|| shown(&pages) == [104, 105, 106, 107]).await;
}

#[wasm_bindgen_test]
async fn no_more_pages_are_kept_than_the_options_say() {
    let server = Server::default();
    let (_stage, _client, pages) = server.mount(2, once());
    until(|| shown(&pages) == [4, 5]).await;
    for last in [7, 9] {
        pages.fetch_next_page();
        until(|| shown(&pages).last() == Some(&last)).await;
    }
    assert_eq!(shown(&pages), [6, 7, 8, 9]);
    assert!(pages.has_previous_page.get_untracked());
    pages.fetch_previous_page();
    until(|| shown(&pages) == [4, 5, 6, 7]).await;
}

#[wasm_bindgen_test]
async fn a_page_that_failed_says_so_and_a_retry_goes_on_with_it() {
    let server = Server::default();
    // Long enough to look at what failed before it is tried again.
    let options =
        QueryOptions::new().retry(1).retry_delay(Duration::from_ms(200.0)).stale_time(Duration::INFINITE);
    let (_stage, _client, pages) = server.mount(0, options);
    until(|| shown(&pages) == [4, 5]).await;
    pages.fetch_next_page();
    until(|| shown(&pages).len() == 4).await;
    server.fails.set(true);
    pages.fetch_next_page();
    until(|| pages.is_fetch_next_page_error.get_untracked()).await;
    assert_eq!(shown(&pages), [4, 5, 6, 7], "what was there stays");
    assert_eq!(*server.asked.borrow(), [4, 6, 8, 8]);

    // The first page succeeds, the second fails once.
    server.fails.set(false);
    server.asked.borrow_mut().clear();
    pages.refetch();
    until(|| server.asked.borrow().len() == 2).await;
    until(|| pages.is_success() && !pages.is_fetching()).await;
    assert!(!pages.is_fetch_next_page_error.get_untracked());
    server.asked.borrow_mut().clear();
    pages.refetch();
    server.fails.set(false);
    until(|| server.asked.borrow().len() == 1).await;
    server.fails.set(true);
    until(|| server.asked.borrow().len() == 2).await;
    server.fails.set(false);
    until(|| !pages.is_fetching()).await;
    assert_eq!(*server.asked.borrow(), [4, 6, 6], "an attempt continues with the page that failed");
}

#[wasm_bindgen_test]
async fn a_list_of_queries_keeps_those_whose_keys_stay() {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let (ids, out) = (RwSignal::new(vec![1, 2]), Rc::new(Cell::new(None)));
    let (seen, asks) = (out.clone(), asked.clone());
    let _stage = mount(move || {
        provide_query_client();
        let queries = use_local_queries(
            move || ids.get(),
            move |id: u32| {
                asks.borrow_mut().push(id);
                async move { if id == 0 { Err("nothing".to_owned()) } else { Ok(id * 10) } }
            },
            once(),
        );
        let sum = queries
            .combine(|queries| queries.iter().map(|it| it.data.get().map(|data| *data)).sum::<Option<u32>>());
        seen.set(Some((queries, sum)));
        Effect::new(move || {
            let _: Option<u32> = sum.get();
        });
    });
    let (queries, sum) = out.get().unwrap();
    until(|| sum.get_untracked() == Some(30)).await;
    let first = untrack(|| queries.get())[0];
    ids.set(vec![3, 1, 3]);
    until(|| sum.get_untracked() == Some(70)).await;
    assert_eq!(*asked.borrow(), [1, 2, 3], "each is fetched once");
    assert_eq!(first.data.get_untracked().as_deref(), Some(&10));
    ids.set(vec![0, 1]);
    until(|| untrack(|| queries.get())[0].is_error()).await;
    assert_eq!(sum.get_untracked(), None);
    ids.set(Vec::new());
    until(|| sum.get_untracked() == Some(0)).await;
}

#[wasm_bindgen_test]
async fn the_next_page_of_a_list_without_pages_is_the_first() {
    let server = Server::default();
    let (_stage, _client, pages) = server.mount(0, once().enabled(false));
    assert!(pages.data.get_untracked().is_none());
    pages.fetch_next_page();
    pages.fetch_next_page();
    until(|| shown(&pages) == [4, 5]).await;
    pages.fetch_next_page();
    until(|| shown(&pages) == [4, 5, 6, 7]).await;
    assert_eq!(*server.asked.borrow(), [4, 6]);
}

#[wasm_bindgen_test]
async fn a_retry_goes_on_with_the_pages_of_its_own_list() {
    let server = Server::default();
    let (key, out) = (RwSignal::new("a"), Rc::new(Cell::new(None)));
    let (seen, asks) = (out.clone(), server.clone());
    let _stage = mount(move || {
        provide_query_client();
        let list = |wanted: Signal<&'static str>| -> Pages {
            let (server, query) = (asks.clone(), once().retry(100).retry_delay(Duration::from_ms(100.0)));
            let options = InfiniteOptions::new(4, |_: &Vec<i32>, from: &i32| Some(*from + 2)).query(query);
            use_local_infinite_query(
                move || wanted.get(),
                move |_: &'static str, from| server.clone().page(from),
                options,
            )
        };
        seen.set(Some((list(Signal::derive(|| "a")), list(key.into()))));
    });
    let (stays, moves) = out.get().unwrap();
    until(|| shown(&moves) == [4, 5] && shown(&stays) == [4, 5]).await;
    moves.fetch_next_page();
    until(|| shown(&stays) == [4, 5, 6, 7]).await;
    server.asked.borrow_mut().clear();
    moves.refetch();
    until(|| server.asked.borrow().len() == 1).await;
    server.fails.set(true);
    // Where the browser is slow, it may have tried again meanwhile.
    until(|| stays.failure_count.get_untracked() >= 1).await;
    key.set("b");
    until(|| moves.failure_count.get_untracked() >= 1 && server.asked.borrow().len() >= 3).await;
    server.fails.set(false);
    until(|| !stays.is_fetching()).await;
    assert_eq!(shown(&stays), [4, 5, 6, 7]);
}

#[wasm_bindgen_test]
async fn the_query_of_a_key_that_went_can_be_read_until_all_have_heard_of_it() {
    let (ids, out) = (RwSignal::new(vec![1, 2]), Rc::new(Cell::new(None)));
    let outside = out.clone();
    let _stage = mount(move || {
        provide_query_client();
        let fetch = |id: u32| async move { Ok::<_, String>(id * 10) };
        outside.set(Some(use_local_queries(move || ids.get(), fetch, once())));
    });
    let queries = out.get().unwrap();
    let second = untrack(|| queries.get())[1];
    until(|| second.data.get_untracked().is_some()).await;
    ids.set(vec![1]);
    assert_eq!(untrack(|| queries.get()).len(), 1);
    assert_eq!(second.data.get_untracked().as_deref(), Some(&20), "by what ran before it heard of the list");
    until(|| second.data.try_get_untracked().is_none()).await;
}
