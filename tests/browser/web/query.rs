//! The query cache, driven by a browser's timers and promises.
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_engine::query::{FetchStatus, ObserverOptions, Retry, RunOptions, StaleTime, Status};
use whippet_engine::time::Duration;
use whippet_web::query::{Client, Fetcher, Key, QueryObserver, QueryObserverOptions, fetch};

/// Yields to the browser until `done`; panics after 2,000 turns of its event loop.
async fn until(done: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if done() {
            return;
        }
        gloo_timers::future::TimeoutFuture::new(0).await;
    }
    panic!("the condition was not met in 2,000 turns of the event loop");
}

fn key(segments: &[&str]) -> Key {
    Key(segments.iter().map(std::string::ToString::to_string).collect())
}

fn equal(a: &dyn Any, b: &dyn Any) -> bool {
    a.downcast_ref::<u32>() == b.downcast_ref::<u32>()
}

/// A server that answers 1, 2, 3 … and counts requests.
#[derive(Clone, Default)]
struct Server {
    requests: Rc<Cell<u32>>,
    fails: Rc<Cell<bool>>,
    /// Answers 1 every time.
    constant: Rc<Cell<bool>>,
}

impl Server {
    fn options(&self) -> QueryObserverOptions {
        let server = self.clone();
        QueryObserverOptions {
            observer: ObserverOptions::default(),
            run: RunOptions { retry: Retry::NEVER, ..RunOptions::default() },
            gc_time: Duration::INFINITE,
            keep_previous_data: false,
            fetcher: Fetcher::new(move || server.clone().answer()),
            judge: None,
            equal,
            size: None,
        }
    }

    async fn answer(self) -> Result<u32, String> {
        self.requests.set(self.requests.get() + 1);
        let answer = if self.constant.get() { 1 } else { self.requests.get() };
        gloo_timers::future::TimeoutFuture::new(0).await;
        if self.fails.get() { Err("refused".to_owned()) } else { Ok(answer) }
    }
}

fn data(observer: &QueryObserver) -> Option<u32> {
    observer.result().and_then(|result| result.data).and_then(|data| data.downcast_ref().copied())
}

fn status(observer: &QueryObserver) -> Status {
    observer.result().map(|result| result.snapshot.state.status).unwrap_or_default()
}

#[wasm_bindgen_test]
async fn two_observers_of_one_key_share_a_request() {
    let (client, server) = (Client::new(), Server::default());
    let notified = Rc::new(Cell::new(0));
    let count = notified.clone();
    let first = QueryObserver::new(&client, &key(&["user", "1"]), server.options(), move || {
        count.set(count.get() + 1)
    });
    let second = QueryObserver::new(&client, &key(&["user", "1"]), server.options(), || ());
    until(|| data(&first) == Some(1)).await;
    assert_eq!(data(&second), Some(1));
    assert_eq!(server.requests.get(), 1);
    assert!(notified.get() > 0);
    let stats = client.stats();
    assert_eq!((stats.fetches, stats.deduplicated), (1, 1));
}

#[wasm_bindgen_test]
async fn an_interval_refetches_until_the_last_observer_leaves() {
    let (client, server) = (Client::new(), Server::default());
    let mut options = server.options();
    options.observer.interval = Some(Duration::from_ms(1.0));
    options.observer.interval_in_background = true;
    let observer = QueryObserver::new(&client, &key(&["poll"]), options, || ());
    until(|| server.requests.get() >= 3).await;
    drop(observer);
    let requests = server.requests.get();
    for _ in 0..20 {
        gloo_timers::future::TimeoutFuture::new(1).await;
    }
    assert_eq!(server.requests.get(), requests);
}

#[wasm_bindgen_test]
async fn a_query_without_observers_is_garbage_collected() {
    struct Canary(Arc<AtomicBool>);
    impl Drop for Canary {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let (client, dropped) = (Client::new(), Arc::new(AtomicBool::new(false)));
    let flag = dropped.clone();
    let options = QueryObserverOptions {
        gc_time: Duration::ZERO,
        equal: |_, _| false,
        fetcher: Fetcher::new(move || {
            let canary = Canary(flag.clone());
            async move { Ok::<_, ()>(canary) }
        }),
        ..Server::default().options()
    };
    let observer = QueryObserver::new(&client, &key(&["short"]), options, || ());
    until(|| status(&observer) == Status::Success).await;
    assert_eq!(client.len(), 1);
    drop(observer);
    until(|| client.is_empty()).await;
    assert!(dropped.load(Ordering::Relaxed), "the value is dropped with the entry");
}

#[wasm_bindgen_test]
async fn an_equal_answer_keeps_the_identity_of_the_first() {
    let (client, server) = (Client::new(), Server::default());
    server.constant.set(true);
    let observer = QueryObserver::new(&client, &key(&["same"]), server.options(), || ());
    until(|| data(&observer).is_some()).await;
    let first = observer.result().and_then(|result| result.data).expect("there is data");
    observer.refetch();
    until(|| {
        server.requests.get() == 2
            && observer.result().is_some_and(|s| s.snapshot.state.data_update_count == 2)
    })
    .await;
    let second = observer.result().and_then(|result| result.data).expect("there is data");
    assert!(Arc::ptr_eq(&first, &second));
}

#[wasm_bindgen_test]
async fn a_failed_refetch_keeps_the_data_and_sets_the_error() {
    let (client, server) = (Client::new(), Server::default());
    let observer = QueryObserver::new(&client, &key(&["fragile"]), server.options(), || ());
    until(|| data(&observer) == Some(1)).await;
    server.fails.set(true);
    observer.refetch();
    until(|| status(&observer) == Status::Error).await;
    let result = observer.result().expect("the observer exists");
    assert_eq!(
        result.error.and_then(|error| error.downcast_ref::<String>().cloned()),
        Some("refused".to_owned())
    );
    assert_eq!(data(&observer), Some(1));
    server.fails.set(false);
    observer.refetch();
    until(|| status(&observer) == Status::Success).await;
    assert!(observer.result().is_some_and(|result| result.error.is_none()));
    assert_eq!(data(&observer), Some(3));
}

#[wasm_bindgen_test]
async fn an_invalidation_refetches_only_observed_queries_that_match() {
    let (client, server, other) = (Client::new(), Server::default(), Server::default());
    let fresh = |server: &Server| {
        let mut options = server.options();
        options.observer.stale_time = StaleTime::After(Duration::INFINITE);
        options
    };
    let observer = QueryObserver::new(&client, &key(&["todos", "1"]), fresh(&server), || ());
    let elsewhere = QueryObserver::new(&client, &key(&["users", "1"]), fresh(&other), || ());
    until(|| data(&observer) == Some(1) && data(&elsewhere) == Some(1)).await;
    client.invalidate(&key(&["todos"]));
    until(|| data(&observer) == Some(2)).await;
    assert_eq!(other.requests.get(), 1);
}

#[wasm_bindgen_test]
async fn the_previous_data_is_a_placeholder_until_the_new_data_arrives() {
    let (client, server) = (Client::new(), Server::default());
    let options = || QueryObserverOptions { keep_previous_data: true, ..server.options() };
    let observer = QueryObserver::new(&client, &key(&["page", "1"]), options(), || ());
    until(|| data(&observer) == Some(1)).await;
    observer.set_options(&key(&["page", "2"]), options());
    let result = observer.result().expect("the observer exists");
    assert!(result.is_placeholder);
    assert_eq!(data(&observer), Some(1));
    until(|| data(&observer) == Some(2)).await;
    assert!(observer.result().is_some_and(|result| !result.is_placeholder));
    observer.set_options(&key(&["page", "1"]), options());
    assert_eq!(data(&observer), Some(1), "cached data needs no placeholder");
}

#[wasm_bindgen_test]
async fn set_data_notifies_a_disabled_observer() {
    let (client, server) = (Client::new(), Server::default());
    let mut options = server.options();
    options.observer.enabled = false;
    let notified = Rc::new(Cell::new(false));
    let flag = notified.clone();
    let observer = QueryObserver::new(&client, &key(&["draft"]), options, move || flag.set(true));
    client.set_data(&key(&["draft"]), Arc::new(7_u32));
    assert!(notified.get());
    assert_eq!(data(&observer), Some(7));
    assert_eq!(server.requests.get(), 0);
}

#[wasm_bindgen_test]
async fn a_change_callback_may_add_an_observer() {
    let (client, server) = (Client::new(), Server::default());
    let inner = Rc::new(RefCell::new(None));
    let (slot, again, options) = (inner.clone(), client.clone(), server.options());
    let outer = QueryObserver::new(&client, &key(&["outer"]), server.options(), move || {
        slot.borrow_mut()
            .get_or_insert_with(|| QueryObserver::new(&again, &key(&["inner"]), options.clone(), || ()));
    });
    until(|| inner.borrow().as_ref().is_some_and(|observer| data(observer).is_some())).await;
    assert!(data(&outer).is_some());
    assert_eq!(server.requests.get(), 2);
}

#[wasm_bindgen_test]
async fn a_replaced_fetch_drops_its_future() {
    struct OnDrop(Rc<Cell<u32>>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let (client, dropped, calls) = (Client::new(), Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let (count, number) = (dropped.clone(), calls.clone());
    let options = QueryObserverOptions {
        fetcher: Fetcher::new(move || {
            number.set(number.get() + 1);
            let (guard, hangs) = (OnDrop(count.clone()), number.get() == 1);
            async move {
                let _guard = guard;
                if hangs {
                    std::future::pending::<()>().await;
                }
                Ok::<u32, ()>(2)
            }
        }),
        ..Server::default().options()
    };
    client.set_data(&key(&["hang"]), Arc::new(1_u32));
    let observer = QueryObserver::new(&client, &key(&["hang"]), options, || ());
    until(|| calls.get() == 1).await;
    assert_eq!(
        observer.result().map(|result| result.snapshot.state.fetch_status),
        Some(FetchStatus::Fetching)
    );
    observer.refetch();
    until(|| data(&observer) == Some(2)).await;
    assert_eq!((calls.get(), dropped.get()), (2, 2));
}

#[wasm_bindgen_test]
async fn a_request_distinguishes_a_response_from_an_unreachable_server() {
    let answer = fetch::get("/", f64::INFINITY).await.expect("the test page's own server answers");
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<html"), "{}", answer.body);

    let refused = fetch::get("http://127.0.0.1:1/", f64::INFINITY).await;
    let Err(error @ fetch::FetchError::Unreachable { .. }) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("http://127.0.0.1:1/"), "{error}");
}

#[wasm_bindgen_test]
async fn a_request_can_be_dropped_while_it_is_pending() {
    let mut request = Box::pin(fetch::get("/", f64::INFINITY));
    let began = poll_fn(|context| Poll::Ready(request.as_mut().poll(context).is_pending())).await;
    assert!(began);
    drop(request);
}

fn dispatch(target: &web_sys::EventTarget, event: &str) {
    let event = web_sys::Event::new(event).expect("an event");
    target.dispatch_event(&event).expect("it is dispatched");
}

#[wasm_bindgen_test]
async fn focusing_the_page_refetches_stale_data() {
    let (client, server) = (Client::new(), Server::default());
    let observer = QueryObserver::new(&client, &key(&["focus"]), server.options(), || ());
    until(|| data(&observer) == Some(1)).await;
    dispatch(&web_sys::window().unwrap().document().unwrap(), "visibilitychange");
    until(|| data(&observer) == Some(2)).await;
}

#[wasm_bindgen_test]
async fn a_fetch_without_a_network_is_paused_until_it_is_back() {
    let (client, server) = (Client::new(), Server::default());
    let window = web_sys::window().unwrap();
    dispatch(&window, "offline");
    let observer = QueryObserver::new(&client, &key(&["offline"]), server.options(), || ());
    assert_eq!(observer.result().map(|result| result.snapshot.state.fetch_status), Some(FetchStatus::Paused));
    assert_eq!(server.requests.get(), 0);
    dispatch(&window, "online");
    until(|| data(&observer) == Some(1)).await;
}

#[wasm_bindgen_test]
async fn a_dropped_client_ignores_focus() {
    let (client, server) = (Client::new(), Server::default());
    let observer = QueryObserver::new(&client, &key(&["gone"]), server.options(), || ());
    until(|| data(&observer) == Some(1)).await;
    drop((observer, client));
    dispatch(&web_sys::window().unwrap().document().unwrap(), "visibilitychange");
    gloo_timers::future::TimeoutFuture::new(10).await;
    assert_eq!(server.requests.get(), 1);
}

/// Sets `Date.now` back by an hour until it is dropped.
struct SetBack(js_sys::Function);

impl SetBack {
    fn new() -> Self {
        let right = js_sys::eval("const right = Date.now; Date.now = () => right() - 3_600_000; right");
        Self(right.unwrap().unchecked_into())
    }
}

impl Drop for SetBack {
    fn drop(&mut self) {
        let global = js_sys::global();
        let date = js_sys::Reflect::get(&global, &"Date".into()).unwrap();
        js_sys::Reflect::set(&date, &"now".into(), &self.0).unwrap();
    }
}

#[wasm_bindgen_test]
async fn deadlines_still_come_when_the_clock_is_set_back() {
    let (client, first, second) = (Client::new(), Server::default(), Server::default());
    let every = |server: &Server, ms: f64| {
        let mut options = server.options();
        options.observer.interval = Some(Duration::from_ms(ms));
        options
    };
    let slow = QueryObserver::new(&client, &key(&["slow"]), every(&first, 40.0), || ());
    until(|| data(&slow) == Some(1)).await;
    let back = SetBack::new();
    // The timer is set for this one first, which the clock has further away than what it was set for.
    let quick = QueryObserver::new(&client, &key(&["quick"]), every(&second, 10.0), || ());
    until(|| data(&slow) >= Some(3) && data(&quick) >= Some(3)).await;
    drop(back);
}
