//! The query client in components.
use crate::stage::{mount, until};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    Call, CallError, Duration, FetchStatus, Query, QueryClient, QueryClientOptions, QueryFilter,
    QueryOptions, Status, provide_query_client_with, use_is_fetching, use_local_query,
};

/// Counts its requests, and answers them late.
#[derive(Clone, Default)]
struct Server(Arc<AtomicU32>);

impl Server {
    fn asked(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    async fn ask(self, what: u32) -> Result<u32, String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        gloo_timers::future::TimeoutFuture::new(1).await;
        if what == 0 { Err("nothing".to_owned()) } else { Ok(what * 10) }
    }

    fn fetch(&self, client: QueryClient, what: u32, options: QueryOptions) -> Call<u32, String> {
        let server = self.clone();
        client.fetch_local(("number", what), move |(_, what)| server.clone().ask(what), options)
    }

    fn query(&self, what: u32, options: QueryOptions) -> Query<u32, String> {
        let server = self.clone();
        use_local_query(move || ("number", what), move |(_, what)| server.clone().ask(what), options)
    }
}

/// Mounts an app that is made by `build`, and gives what that made.
fn app<V: 'static>(
    options: QueryClientOptions,
    build: impl FnOnce(QueryClient) -> V + 'static,
) -> (crate::stage::Stage<impl leptos::tachys::view::Mountable>, QueryClient, V) {
    let made = Rc::new(Cell::new(None));
    let outside = made.clone();
    let stage = mount(move || {
        let client = provide_query_client_with(options);
        let built = build(client);
        outside.set(Some((client, built)));
    });
    let (client, built) = made.take().unwrap();
    (stage, client, built)
}

fn fresh() -> QueryOptions {
    QueryOptions::new().stale_time(Duration::INFINITE)
}

#[wasm_bindgen_test]
async fn what_is_fetched_by_name_is_there_for_who_observes_it() {
    let server = Server::default();
    let (_stage, client, ()) = app(QueryClientOptions::new(), |_| ());
    let (first, second) = (server.fetch(client, 1, fresh()), server.fetch(client, 1, fresh()));
    assert_eq!(client.state::<u32>(&("number", 1)).unwrap().fetch_status, FetchStatus::Fetching);
    assert_eq!(*first.await.unwrap(), 10);
    assert_eq!(*second.await.unwrap(), 10);
    assert_eq!(*server.fetch(client, 1, fresh()).await.unwrap(), 10);
    assert_eq!(server.asked(), 1, "one request, and then fresh data");
    assert_eq!(*server.fetch(client, 1, QueryOptions::new()).await.unwrap(), 10);
    assert_eq!(server.asked(), 2, "by default, data is stale at once");
    assert_eq!(client.data::<u32>(&("number", 1)).as_deref(), Some(&10));
    let call: Call<u32, String> =
        client.ensure(("number", 1), |_| async { Err("not asked".to_owned()) }, fresh());
    assert_eq!(*call.await.unwrap(), 10);
}

#[wasm_bindgen_test]
async fn a_fetch_by_name_fails_or_is_cancelled_and_says_so() {
    let server = Server::default();
    let failed = Arc::new(AtomicU32::new(0));
    let hears = failed.clone();
    let options = QueryClientOptions::new().on_error(move |event| {
        assert_eq!(event.error::<String>().map(String::as_str), Some("nothing"));
        hears.fetch_add(1, Ordering::Relaxed);
    });
    let (mut stage, client, ()) = app(options, |_| ());
    let Err(CallError::Failed(error)) = server.fetch(client, 0, fresh()).await else { panic!("it fails") };
    assert_eq!(*error, "nothing");
    assert_eq!(
        (server.asked(), failed.load(Ordering::Relaxed)),
        (1, 1),
        "nothing is retried unless asked to"
    );
    assert_eq!(client.state::<u32>(&("number", 0)).unwrap().status, Status::Error);

    let call = server.fetch(client, 2, fresh());
    client.cancel(&("number", 2));
    assert!(matches!(call.await, Err(CallError::Cancelled)));
    let call = server.fetch(client, 3, fresh());
    client.clear();
    assert!(matches!(call.await, Err(CallError::Cancelled)));
    assert!(client.queries(&()).is_empty());
    let call = server.fetch(client, 5, fresh());
    stage.clear();
    assert!(matches!(call.await, Err(CallError::Cancelled)), "it ends with its app");
    assert!(matches!(server.fetch(client, 4, fresh()).await, Err(CallError::Cancelled)));
    client.invalidate(&());
    client.set_data(&"number", 1_u32);
    assert!(client.data::<u32>(&"number").is_none(), "nothing happens once the app is gone");
}

#[wasm_bindgen_test]
async fn commands_are_for_the_queries_that_a_filter_selects() {
    let server = Server::default();
    let asks = server.clone();
    let (_stage, client, _queries) = app(QueryClientOptions::new(), move |_| {
        (asks.query(1, fresh()), asks.query(2, fresh().enabled(false)))
    });
    until(|| client.data::<u32>(&("number", 1)).is_some()).await;
    client.set_data(&("number", 3), 1_u32);
    client.set_data(&("number", 3, "more"), 1_u32);
    client.set_data(&"other", 1_u32);
    let count = |filter: QueryFilter| client.queries(filter).len();
    assert_eq!(count(QueryFilter::all()), 5);
    assert_eq!(count(QueryFilter::prefix(&"number")), 4);
    assert_eq!(count(QueryFilter::key(&("number", 3))), 1);
    assert_eq!(count(QueryFilter::all().active(true)), 1);
    assert_eq!(count(QueryFilter::all().predicate(|query| query.data::<u32>().as_deref() == Some(&1))), 3);

    client.refetch(&("number", 2));
    assert_eq!(count(QueryFilter::all().fetch_status(FetchStatus::Fetching)), 0, "it is disabled");
    client.invalidate("number");
    until(|| server.asked() == 2).await;
    until(|| count(QueryFilter::all().fetch_status(FetchStatus::Fetching)) == 0).await;
    client.update_data(&"other", |old: Option<&u32>| Some(old? + 1));
    client.update_data(&"none", |old: Option<&u32>| Some(old? + 1));
    assert_eq!(client.data::<u32>(&"other").as_deref(), Some(&2));
    assert!(client.state::<u32>(&"none").is_none());
    client.remove(QueryFilter::key(&("number", 3)));
    assert!(client.data::<u32>(&("number", 3)).is_none());
    assert!(client.data::<u32>(&("number", 3, "more")).is_some());
    client.reset(&("number", 1));
    assert!(client.data::<u32>(&("number", 1)).is_none());
    until(|| client.data::<u32>(&("number", 1)).is_some()).await;
}

#[wasm_bindgen_test]
async fn what_is_under_way_is_counted() {
    let server = Server::default();
    let (_stage, client, fetching) = app(QueryClientOptions::new(), |_| use_is_fetching("number"));
    assert_eq!(fetching.get_untracked(), 0);
    let calls = [server.fetch(client, 1, fresh()), server.fetch(client, 2, fresh())];
    assert_eq!(fetching.get_untracked(), 2);
    for call in calls {
        call.await.unwrap();
    }
    until(|| fetching.get_untracked() == 0).await;
}

#[wasm_bindgen_test]
async fn what_an_event_fetches_finds_the_contexts_of_the_app() {
    let (_stage, client, ()) = app(QueryClientOptions::new(), |_| provide_context(7_u32));
    assert!(Owner::current().is_none(), "as in an event handler");
    let ask = |_: &str| async {
        gloo_timers::future::TimeoutFuture::new(0).await;
        use_context::<u32>().ok_or("there is no context")
    };
    assert_eq!(*client.fetch_local("it", ask, QueryOptions::new()).await.unwrap(), 7);
}

#[wasm_bindgen_test]
async fn what_nobody_observes_is_forgotten_beyond_the_limits() {
    let options = QueryClientOptions::new().max_entries(2);
    let (_stage, client, ()) = app(options, |_| ());
    for key in 0..4_u32 {
        client.set_data(&key, key);
    }
    let left: Vec<_> = (0..4_u32).filter(|key| client.data::<u32>(key).is_some()).collect();
    assert_eq!(left, [2, 3], "the least recently used went first");
    assert_eq!(client.stats().evictions, 2);
}

#[wasm_bindgen_test]
async fn data_that_is_observed_counts_and_stays() {
    let visible = RwSignal::new(true);
    let made = move || {
        let sized = fresh().size_of(|text: &String| text.len());
        let long = |what: u32| async move { Ok::<_, String>("long".repeat(what as usize)) };
        move || {
            visible
                .get()
                .then(|| [100_u32, 50].map(|key| use_local_query(move || key, long, sized.clone()).data))
                .map(|_| "")
        }
    };
    let (stage, client) = {
        let told = Rc::new(Cell::new(None));
        let outside = told.clone();
        let stage = mount(move || {
            let client = provide_query_client_with(QueryClientOptions::new().max_bytes(300));
            outside.set(Some(client));
            made()
        });
        (stage, told.take().unwrap())
    };
    until(|| client.stats().bytes == 600.0).await;
    visible.set(false);
    until(|| client.stats().bytes == 200.0).await;
    assert_eq!(client.queries(&()).len(), 1, "{}", stage.text());
}

#[wasm_bindgen_test]
async fn data_that_is_set_is_kept_for_as_long_as_the_app_says() {
    let brief = QueryOptions::new().gc_time(Duration::ZERO);
    let (_stage, client, ()) = app(QueryClientOptions::new().queries_of(&"brief", brief), |_| ());
    client.set_data(&"brief", 1_u32);
    client.set_data(&"other", 1_u32);
    until(|| client.data::<u32>(&"brief").is_none()).await;
    assert!(client.data::<u32>(&"other").is_some());
}

#[wasm_bindgen_test]
async fn who_fetches_by_name_begins_with_initial_data_and_fetches_what_is_disabled() {
    let server = Server::default();
    let (_stage, client, ()) = app(QueryClientOptions::new(), |_| ());
    assert_eq!(*server.fetch(client, 1, fresh().initial_data(|| 7_u32)).await.unwrap(), 7);
    let known = QueryOptions::new().initial_data(|| 8_u32);
    let call: Call<u32, String> =
        client.ensure(("number", 2), |_| async { Err("not asked".to_owned()) }, known);
    assert_eq!(*call.await.unwrap(), 8, "of any age");
    assert_eq!(server.asked(), 0);
    let call = server.fetch(client, 1, QueryOptions::new().enabled(false));
    assert_eq!(*call.await.unwrap(), 10, "it is stale, and asked for");
}

#[wasm_bindgen_test]
async fn who_joins_a_fetch_does_not_change_how_it_goes_on() {
    let (own, other) = (Server::default(), Server::default());
    let asked = own.clone();
    let retried = fresh().retry(1).retry_delay(Duration::from_ms(20.0));
    let (_stage, client, query) = app(QueryClientOptions::new(), move |_| own.query(0, retried));
    until(|| query.failure_count.get_untracked() == 1).await;
    let joined = other.fetch(client, 0, fresh());
    assert!(joined.await.is_err());
    assert_eq!((asked.asked(), other.asked()), (2, 0), "the retry is that of the component");
}

#[wasm_bindgen_test]
async fn an_optimistic_update_leaves_the_queries_of_other_types_alone() {
    let server = Server::default();
    let counted = server.clone();
    let (_stage, client, query) = app(QueryClientOptions::new(), move |_| server.query(7, fresh()));
    client.set_data(&("number", 7), "seven".to_owned());
    let undo = client.optimistic(&("number", 7), |text: Option<&String>| Some(format!("{}!", text?)));
    until(|| query.data.get_untracked().as_deref() == Some(&70)).await;
    assert_eq!(client.data::<String>(&("number", 7)).as_deref().map(String::as_str), Some("seven!"));
    undo.undo();
    assert_eq!(client.data::<String>(&("number", 7)).as_deref().map(String::as_str), Some("seven"));

    let undo = client.optimistic(&("number", 7), |_: Option<&bool>| Some(true));
    undo.undo();
    assert_eq!(client.data::<bool>(&("number", 7)), None);
    assert_eq!(
        query.data.get_untracked().as_deref(),
        Some(&70),
        "where there was no data, another query is not reset"
    );
    assert_eq!(counted.asked(), 1);
}
