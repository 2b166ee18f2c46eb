//! The query cache, driven by a browser's timers and promises.
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_engine::query::{FetchStatus, ObserverOptions, Retry, RunOptions, StaleTime, Status};
use whippet_engine::time::Duration;
use whippet_web::query::{Client, Fetcher, Key, Terms, Watch, fetch};

/// Lets the browser go round until `done`; gives up where it never comes.
async fn until(done: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if done() {
            return;
        }
        gloo_timers::future::TimeoutFuture::new(0).await;
    }
    panic!("what was waited for did not come");
}

fn key(parts: &[&str]) -> Key {
    Key(parts.iter().map(|part| part.to_string()).collect())
}

fn equal(a: &dyn Any, b: &dyn Any) -> bool {
    a.downcast_ref::<u32>() == b.downcast_ref::<u32>()
}

/// A server that answers 1, 2, 3 … and counts.
#[derive(Clone, Default)]
struct Server {
    asked: Rc<Cell<u32>>,
    fails: Rc<Cell<bool>>,
    /// Answers the same again and again.
    constant: Rc<Cell<bool>>,
}

impl Server {
    fn terms(&self) -> Terms {
        let server = self.clone();
        Terms {
            observer: ObserverOptions::default(),
            run: RunOptions { retry: Retry::NEVER, ..RunOptions::default() },
            gc_time: Duration::INFINITE,
            keep_previous_data: false,
            fetcher: Fetcher::new(move || server.clone().answer()),
            equal,
        }
    }

    async fn answer(self) -> Result<u32, String> {
        self.asked.set(self.asked.get() + 1);
        let answer = if self.constant.get() { 1 } else { self.asked.get() };
        gloo_timers::future::TimeoutFuture::new(0).await;
        if self.fails.get() { Err("refused".to_owned()) } else { Ok(answer) }
    }
}

fn data(watch: &Watch) -> Option<u32> {
    watch.see().and_then(|seen| seen.data).and_then(|data| data.downcast_ref().copied())
}

fn status(watch: &Watch) -> Status {
    watch.see().map(|seen| seen.snapshot.state.status).unwrap_or_default()
}

#[wasm_bindgen_test]
async fn two_who_look_at_one_key_make_one_request() {
    let (client, server) = (Client::new(), Server::default());
    let told = Rc::new(Cell::new(0));
    let count = told.clone();
    let first = client.watch(&key(&["user", "1"]), server.terms(), move || count.set(count.get() + 1));
    let second = client.watch(&key(&["user", "1"]), server.terms(), || ());
    until(|| data(&first) == Some(1)).await;
    assert_eq!(data(&second), Some(1));
    assert_eq!(server.asked.get(), 1);
    assert!(told.get() > 0);
    let stats = client.stats();
    assert_eq!((stats.fetches, stats.deduplicated), (1, 1));
}

#[wasm_bindgen_test]
async fn an_interval_asks_again_until_nobody_looks() {
    let (client, server) = (Client::new(), Server::default());
    let mut terms = server.terms();
    terms.observer.interval = Some(Duration::from_ms(1.0));
    terms.observer.interval_in_background = true;
    let watch = client.watch(&key(&["poll"]), terms, || ());
    until(|| server.asked.get() >= 3).await;
    drop(watch);
    let asked = server.asked.get();
    for _ in 0..20 {
        gloo_timers::future::TimeoutFuture::new(1).await;
    }
    assert_eq!(server.asked.get(), asked);
}

#[wasm_bindgen_test]
async fn what_nobody_looks_at_is_collected() {
    struct Canary(Rc<Cell<bool>>);
    impl Drop for Canary {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let (client, dropped) = (Client::new(), Rc::new(Cell::new(false)));
    let flag = dropped.clone();
    let terms = Terms {
        gc_time: Duration::ZERO,
        equal: |_, _| false,
        fetcher: Fetcher::new(move || {
            let canary = Canary(flag.clone());
            async move { Ok::<_, ()>(canary) }
        }),
        ..Server::default().terms()
    };
    let watch = client.watch(&key(&["short"]), terms, || ());
    until(|| status(&watch) == Status::Success).await;
    assert_eq!(client.len(), 1);
    drop(watch);
    until(|| client.is_empty()).await;
    assert!(dropped.get(), "the value goes with the entry");
}

#[wasm_bindgen_test]
async fn an_equal_answer_keeps_the_identity_of_the_first() {
    let (client, server) = (Client::new(), Server::default());
    server.constant.set(true);
    let watch = client.watch(&key(&["same"]), server.terms(), || ());
    until(|| data(&watch).is_some()).await;
    let first = watch.see().and_then(|seen| seen.data).expect("there is data");
    watch.refetch();
    until(|| server.asked.get() == 2 && watch.see().is_some_and(|s| s.snapshot.state.data_update_count == 2))
        .await;
    let second = watch.see().and_then(|seen| seen.data).expect("there is data");
    assert!(Rc::ptr_eq(&first, &second));
}

#[wasm_bindgen_test]
async fn a_failed_refetch_leaves_the_data_and_says_why() {
    let (client, server) = (Client::new(), Server::default());
    let watch = client.watch(&key(&["fragile"]), server.terms(), || ());
    until(|| data(&watch) == Some(1)).await;
    server.fails.set(true);
    watch.refetch();
    until(|| status(&watch) == Status::Error).await;
    let seen = watch.see().expect("it still looks");
    assert_eq!(
        seen.error.and_then(|error| error.downcast_ref::<String>().cloned()),
        Some("refused".to_owned())
    );
    assert_eq!(data(&watch), Some(1));
    server.fails.set(false);
    watch.refetch();
    until(|| status(&watch) == Status::Success).await;
    assert!(watch.see().is_some_and(|seen| seen.error.is_none()));
    assert_eq!(data(&watch), Some(3));
}

#[wasm_bindgen_test]
async fn an_invalidation_fetches_what_is_looked_at_and_marks_the_rest() {
    let (client, server, other) = (Client::new(), Server::default(), Server::default());
    let fresh = |server: &Server| {
        let mut terms = server.terms();
        terms.observer.stale_time = StaleTime::After(Duration::INFINITE);
        terms
    };
    let watch = client.watch(&key(&["todos", "1"]), fresh(&server), || ());
    let elsewhere = client.watch(&key(&["users", "1"]), fresh(&other), || ());
    until(|| data(&watch) == Some(1) && data(&elsewhere) == Some(1)).await;
    client.invalidate(&key(&["todos"]));
    until(|| data(&watch) == Some(2)).await;
    assert_eq!(other.asked.get(), 1);
}

#[wasm_bindgen_test]
async fn the_data_of_the_last_key_stands_in_for_the_next() {
    let (client, server) = (Client::new(), Server::default());
    let terms = || Terms { keep_previous_data: true, ..server.terms() };
    let watch = client.watch(&key(&["page", "1"]), terms(), || ());
    until(|| data(&watch) == Some(1)).await;
    watch.turn(&key(&["page", "2"]), terms());
    let seen = watch.see().expect("it still looks");
    assert!(seen.is_placeholder);
    assert_eq!(data(&watch), Some(1));
    until(|| data(&watch) == Some(2)).await;
    assert!(watch.see().is_some_and(|seen| !seen.is_placeholder));
    watch.turn(&key(&["page", "1"]), terms());
    assert_eq!(data(&watch), Some(1), "what is in the cache needs no stand-in");
}

#[wasm_bindgen_test]
async fn what_one_writes_another_sees() {
    let (client, server) = (Client::new(), Server::default());
    let mut terms = server.terms();
    terms.observer.enabled = false;
    let told = Rc::new(Cell::new(false));
    let flag = told.clone();
    let watch = client.watch(&key(&["draft"]), terms, move || flag.set(true));
    client.set_data(&key(&["draft"]), Rc::new(7_u32));
    assert!(told.get());
    assert_eq!(data(&watch), Some(7));
    assert_eq!(server.asked.get(), 0);
}

#[wasm_bindgen_test]
async fn one_who_is_told_may_ask_for_more() {
    let (client, server) = (Client::new(), Server::default());
    let inner = Rc::new(RefCell::new(None));
    let (slot, again, terms) = (inner.clone(), client.clone(), server.terms());
    let outer = client.watch(&key(&["outer"]), server.terms(), move || {
        slot.borrow_mut().get_or_insert_with(|| again.watch(&key(&["inner"]), terms.clone(), || ()));
    });
    until(|| inner.borrow().as_ref().is_some_and(|watch| data(watch).is_some())).await;
    assert!(data(&outer).is_some());
    assert_eq!(server.asked.get(), 2);
}

#[wasm_bindgen_test]
async fn a_fetch_that_is_replaced_is_dropped() {
    struct OnDrop(Rc<Cell<u32>>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let (client, dropped, calls) = (Client::new(), Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let (count, number) = (dropped.clone(), calls.clone());
    let terms = Terms {
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
        ..Server::default().terms()
    };
    client.set_data(&key(&["hang"]), Rc::new(1_u32));
    let watch = client.watch(&key(&["hang"]), terms, || ());
    until(|| calls.get() == 1).await;
    assert_eq!(watch.see().map(|seen| seen.snapshot.state.fetch_status), Some(FetchStatus::Fetching));
    watch.refetch();
    until(|| data(&watch) == Some(2)).await;
    assert_eq!((calls.get(), dropped.get()), (2, 2));
}

#[wasm_bindgen_test]
async fn a_request_tells_an_answer_from_none() {
    let answer = fetch::get("/", f64::INFINITY).await.expect("the test page's own server answers");
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<html"), "{}", answer.body);

    let refused = fetch::get("http://127.0.0.1:1/", f64::INFINITY).await;
    let Err(error @ fetch::FetchError::Unreachable { .. }) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("http://127.0.0.1:1/"), "{error}");
}

#[wasm_bindgen_test]
async fn a_request_that_is_dropped_is_over() {
    let mut request = Box::pin(fetch::get("/", f64::INFINITY));
    let began = poll_fn(|context| Poll::Ready(request.as_mut().poll(context).is_pending())).await;
    assert!(began);
    drop(request);
}

fn say(target: &web_sys::EventTarget, event: &str) {
    let event = web_sys::Event::new(event).expect("an event");
    target.dispatch_event(&event).expect("it is heard");
}

#[wasm_bindgen_test]
async fn coming_back_to_the_page_fetches_what_is_stale() {
    let (client, server) = (Client::new(), Server::default());
    let watch = client.watch(&key(&["focus"]), server.terms(), || ());
    until(|| data(&watch) == Some(1)).await;
    say(&web_sys::window().unwrap().document().unwrap(), "visibilitychange");
    until(|| data(&watch) == Some(2)).await;
}

#[wasm_bindgen_test]
async fn without_a_network_a_fetch_waits_for_one() {
    let (client, server) = (Client::new(), Server::default());
    let window = web_sys::window().unwrap();
    say(&window, "offline");
    let watch = client.watch(&key(&["offline"]), server.terms(), || ());
    assert_eq!(watch.see().map(|seen| seen.snapshot.state.fetch_status), Some(FetchStatus::Paused));
    assert_eq!(server.asked.get(), 0);
    say(&window, "online");
    until(|| data(&watch) == Some(1)).await;
}

#[wasm_bindgen_test]
async fn a_client_that_is_gone_hears_nothing() {
    let (client, server) = (Client::new(), Server::default());
    let watch = client.watch(&key(&["gone"]), server.terms(), || ());
    until(|| data(&watch) == Some(1)).await;
    drop((watch, client));
    say(&web_sys::window().unwrap().document().unwrap(), "visibilitychange");
    gloo_timers::future::TimeoutFuture::new(10).await;
    assert_eq!(server.asked.get(), 1);
}
