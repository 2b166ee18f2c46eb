//! `use_local_query` in components that come and go.
use crate::stage::{mount, until};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    Duration, Query, QueryOptions, Status, provide_query_client, use_local_query, use_query_client,
};

/// Counts its requests.
#[derive(Clone, Default)]
struct Server {
    asked: Rc<Cell<u32>>,
    fails: Rc<Cell<bool>>,
}

impl Server {
    fn ask(&self, what: String) -> impl Future<Output = Result<String, String>> + use<> {
        self.asked.set(self.asked.get() + 1);
        let (number, fails) = (self.asked.get(), self.fails.get());
        async move {
            gloo_timers::future::TimeoutFuture::new(0).await;
            if fails { Err(format!("no {what}")) } else { Ok(format!("{what}#{number};")) }
        }
    }

    fn query(&self, name: impl Fn() -> String + 'static, options: QueryOptions) -> Query<String, String> {
        let server = self.clone();
        use_local_query(move || ("thing", name()), move |(_, name): (&str, String)| server.ask(name), options)
    }
}

fn shown(query: Query<String, String>) -> impl IntoView {
    move || query.data.get().map(|text| text.to_string())
}

fn once() -> QueryOptions {
    QueryOptions::new().retry(0)
}

#[wasm_bindgen_test]
async fn two_components_of_one_key_make_one_request() {
    let server = Server::default();
    let asked = server.asked.clone();
    let stage = mount(move || {
        provide_query_client();
        let (first, second) = (server.clone(), server.clone());
        let show = |server: Server| move || shown(server.query(|| "a".to_owned(), once()));
        view! { {show(first)()} {show(second)()} }
    });
    until(|| stage.text().replace(' ', "") == "a#1;a#1;").await;
    assert_eq!(asked.get(), 1);
}

#[wasm_bindgen_test]
async fn a_changed_key_fetches_and_changing_it_back_reads_the_cache() {
    let server = Server::default();
    let name = RwSignal::new("a".to_owned());
    let asked = server.asked.clone();
    let stage = mount(move || {
        provide_query_client();
        shown(server.query(move || name.get(), once().stale_time(Duration::INFINITE)))
    });
    until(|| stage.text() == "a#1;").await;
    name.set("b".to_owned());
    until(|| stage.text() == "b#2;").await;
    name.set("a".to_owned());
    until(|| stage.text() == "a#1;").await;
    assert_eq!(asked.get(), 2);
}

#[wasm_bindgen_test]
async fn an_interval_refetches_until_it_is_removed() {
    let server = Server::default();
    let asked = server.asked.clone();
    let interval = RwSignal::new(Some(Duration::from_ms(1.0)));
    let stage = mount(move || {
        provide_query_client();
        let options = Signal::derive(move || {
            once().refetch_interval(interval.get()).refetch_interval_in_background(true)
        });
        let query: Query<String, String> =
            use_local_query(|| "tick", move |what: &str| server.ask(what.to_owned()), options);
        shown(query)
    });
    until(|| asked.get() >= 3).await;
    interval.set(None);
    gloo_timers::future::TimeoutFuture::new(10).await;
    let last = asked.get();
    for _ in 0..20 {
        gloo_timers::future::TimeoutFuture::new(1).await;
    }
    assert_eq!(asked.get(), last);
    assert_eq!(stage.text(), format!("tick#{last};"));
}

#[wasm_bindgen_test]
async fn a_query_of_a_disposed_component_is_garbage_collected() {
    let server = Server::default();
    let visible = RwSignal::new(true);
    let kept = Rc::new(Cell::new(false));
    let client = Rc::new(Cell::new(None));
    let outside = client.clone();
    let asked = server.asked.clone();
    let stage = mount(move || {
        outside.set(Some(provide_query_client()));
        let server = StoredValue::new_local(server);
        move || {
            let server = server.get_value();
            visible.get().then(move || shown(server.query(|| "a".to_owned(), once().gc_time(Duration::ZERO))))
        }
    });
    until(|| stage.text() == "a#1;").await;
    let client = client.get().expect("the app is mounted");
    let has_data = || client.data::<String>(&("thing", "a")).is_some();
    kept.set(has_data());
    assert!(kept.get());
    visible.set(false);
    until(|| !has_data()).await;
    assert_eq!(client.stats().evictions, 1);
    visible.set(true);
    until(|| stage.text() == "a#2;").await;
    assert_eq!(asked.get(), 2);
}

#[wasm_bindgen_test]
async fn an_unmounted_app_does_not_refetch() {
    let server = Server::default();
    let asked = server.asked.clone();
    let mut stage = mount(move || {
        provide_query_client();
        let options =
            once().refetch_interval(Some(Duration::from_ms(1.0))).refetch_interval_in_background(true);
        shown(server.query(|| "a".to_owned(), options))
    });
    until(|| asked.get() >= 2).await;
    stage.clear();
    let last = asked.get();
    for _ in 0..20 {
        gloo_timers::future::TimeoutFuture::new(1).await;
    }
    assert_eq!(asked.get(), last);
    assert_eq!(stage.text(), "");
}

#[wasm_bindgen_test]
async fn an_error_is_shown_beside_the_last_data_until_a_success() {
    let server = Server::default();
    let fails = server.fails.clone();
    let query = Rc::new(Cell::new(None));
    let outside = query.clone();
    let stage = mount(move || {
        provide_query_client();
        let query = server.query(|| "a".to_owned(), once());
        outside.set(Some(query));
        let error = move || query.error.get().map(|error| error.to_string());
        view! { {shown(query)} {error} }
    });
    let text = || stage.text().replace(' ', "");
    until(|| text() == "a#1;").await;
    let query = query.get().expect("the app is mounted");
    fails.set(true);
    query.refetch();
    until(|| text() == "a#1;noa").await;
    assert_eq!(query.status.get_untracked(), Status::Error);
    fails.set(false);
    query.refetch();
    until(|| text() == "a#3;").await;
    assert_eq!(query.status.get_untracked(), Status::Success);
}

#[wasm_bindgen_test]
async fn an_equal_answer_does_not_notify() {
    let runs = Rc::new(Cell::new(0));
    let counted = runs.clone();
    let query = Rc::new(Cell::new(None));
    let outside = query.clone();
    let asked = Rc::new(Cell::new(0));
    let count = asked.clone();
    let _stage = mount(move || {
        provide_query_client();
        let query = use_local_query(
            || "constant",
            move |_| {
                count.set(count.get() + 1);
                async { Ok::<_, String>(vec![1, 2, 3]) }
            },
            once(),
        );
        outside.set(Some(query));
        Effect::new(move || {
            if query.data.get().is_some() {
                counted.set(counted.get() + 1);
            }
        });
    });
    until(|| runs.get() == 1).await;
    let query = query.get().expect("the app is mounted");
    query.refetch();
    until(|| asked.get() == 2 && query.fetch_status.get_untracked() == whippet_leptos::FetchStatus::Idle)
        .await;
    gloo_timers::future::TimeoutFuture::new(0).await;
    assert_eq!(runs.get(), 1);
}

#[wasm_bindgen_test]
async fn the_client_invalidates_by_key_prefix() {
    let server = Server::default();
    let client = Rc::new(Cell::new(None));
    let outside = client.clone();
    let stage = mount(move || {
        provide_query_client();
        outside.set(Some(use_query_client()));
        shown(server.query(|| "a".to_owned(), once().stale_time(Duration::INFINITE)))
    });
    until(|| stage.text() == "a#1;").await;
    let client = client.get().expect("the app is mounted");
    client.invalidate("another thing");
    client.invalidate("thing");
    until(|| stage.text() == "a#2;").await;
    client.set_data(&("thing", "a"), "written".to_owned());
    until(|| stage.text() == "written").await;
}

#[wasm_bindgen_test]
async fn who_reads_a_flag_hears_of_its_changes_alone() {
    let server = Server::default();
    let seen = Rc::new(std::cell::RefCell::new(Vec::new()));
    let (out, heard, asks) = (Rc::new(Cell::new(None)), seen.clone(), server.clone());
    let outside = out.clone();
    let _stage = mount(move || {
        provide_query_client();
        let query = asks.query(|| "a".to_owned(), once());
        outside.set(Some(query));
        let note = move |name: &'static str, flag: fn(&Query<String, String>) -> bool| {
            let heard = heard.clone();
            Effect::new(move || heard.borrow_mut().push((name, flag(&query))));
        };
        note("loading", Query::is_loading);
        note("error", Query::is_error);
        note("refetching", Query::is_refetching);
    });
    let query = out.get().unwrap();
    until(|| query.is_success()).await;
    query.refetch();
    until(|| server.asked.get() == 2 && !query.is_fetching()).await;
    gloo_timers::future::TimeoutFuture::new(0).await;
    let of = |name| seen.borrow().iter().filter(|it| it.0 == name).map(|it| it.1).collect::<Vec<_>>();
    assert_eq!(of("loading"), [true, false]);
    assert_eq!(of("error"), [false]);
    assert_eq!(of("refetching"), [false, true, false]);
}

#[wasm_bindgen_test]
async fn the_reason_of_a_failure_is_there_before_the_retries_are_over() {
    let server = Server::default();
    server.fails.set(true);
    let (out, asks) = (Rc::new(Cell::new(None)), server.clone());
    let outside = out.clone();
    let mut stage = mount(move || {
        provide_query_client();
        let options = QueryOptions::new().retry(1).retry_delay(Duration::from_ms(30.0));
        let query = asks.query(|| "a".to_owned(), options);
        let length = query.select(String::len);
        outside.set(Some((query, length)));
    });
    let (query, length) = out.get().unwrap();
    until(|| query.failure_count.get_untracked() == 1).await;
    assert_eq!(query.failure_reason.get_untracked().as_deref().map(String::as_str), Some("no a"));
    assert!(query.error.get_untracked().is_none() && query.is_loading() && query.is_enabled.get_untracked());
    assert_eq!(length.get_untracked(), None);
    server.fails.set(false);
    until(|| query.is_success()).await;
    assert_eq!(length.get_untracked(), Some(4));
    assert!(query.failure_reason.get_untracked().is_none());
    stage.clear();
    assert!(!query.is_success() && !query.is_pending(), "after the component, nothing is true of it");
}

#[wasm_bindgen_test]
async fn initial_data_is_stored_and_a_placeholder_is_only_shown() {
    let server = Server::default();
    let (out, asks) = (Rc::new(Cell::new(None)), server.clone());
    let outside = out.clone();
    let _stage = mount(move || {
        let client = provide_query_client();
        let known = once().stale_time(Duration::INFINITE).initial_data(|| "known;".to_owned());
        let held = once().placeholder_data(|| "held;".to_owned());
        let wrong = once().enabled(false).initial_data(|| 7_u32).placeholder_data(|| 7_u32);
        let queries = [("a", known), ("b", held), ("c", wrong)]
            .map(|(name, options)| asks.query(move || name.to_owned(), options));
        outside.set(Some((client, queries)));
    });
    let (client, [known, held, wrong]) = out.get().unwrap();
    let text = |query: Query<String, String>| query.data.get_untracked().map(|data| data.to_string());
    assert_eq!(text(known).as_deref(), Some("known;"));
    assert_eq!(client.data::<String>(&("thing", "a")).as_deref().map(String::as_str), Some("known;"));
    assert_eq!(text(held).as_deref(), Some("held;"));
    assert!(held.is_placeholder_data.get_untracked());
    assert!(held.is_success());
    assert_eq!(held.fetch_status.get_untracked(), whippet_leptos::FetchStatus::Fetching);
    assert!(held.is_fetching());
    assert!(client.data::<String>(&("thing", "b")).is_none());
    assert!(wrong.is_pending() && text(wrong).is_none(), "data of another type is no data");
    until(|| !held.is_placeholder_data.get_untracked()).await;
    assert_eq!(text(held).as_deref(), Some("b#1;"));
    assert_eq!(server.asked.get(), 1, "initial data is fresh");
}

#[wasm_bindgen_test]
async fn an_error_boundary_shows_what_fails_until_the_last_of_it_has_data() {
    let server = Server::default();
    server.fails.set(true);
    let (told, fails) = (Rc::new(Cell::new(None)), server.fails.clone());
    let outside = told.clone();
    let visible = RwSignal::new(true);
    let stage = mount(move || {
        provide_query_client();
        let throws = || once().throw_on_error::<String>(true);
        let parts = StoredValue::new_local((server, outside));
        let child = move || {
            visible.get().then(|| {
                let (server, outside) = parts.get_value();
                let (a, b) =
                    (server.query(|| "a".to_owned(), throws()), server.query(|| "b".to_owned(), throws()));
                let quiet = server.query(|| "c".to_owned(), throws().throw_on_error::<String>(false));
                outside.set(Some((a, b, quiet)));
                (shown(a), shown(b))
            })
        };
        view! {
            <ErrorBoundary fallback=|errors| move || format!("{} failed", errors.get().into_iter().count())>
                {child}
            </ErrorBoundary>
        }
    });
    let (a, b, quiet) = told.get().unwrap();
    let settled =
        |query: Query<String, String>, status: Status| move || query.status.get_untracked() == status;
    until(settled(quiet, Status::Error)).await;
    until(settled(a, Status::Error)).await;
    until(settled(b, Status::Error)).await;
    shows(&stage, "failed").await;
    fails.set(false);
    a.refetch();
    until(settled(a, Status::Success)).await;
    for _ in 0..20 {
        gloo_timers::future::TimeoutFuture::new(0).await;
    }
    assert!(stage.text().ends_with("failed"), "the other one has no data yet: {}", stage.text());
    b.refetch();
    shows(&stage, "b#5;").await;
    assert_eq!(stage.text(), "a#4;b#5;");

    fails.set(true);
    b.refetch();
    shows(&stage, "failed").await;
    visible.set(false);
    for _ in 0..50 {
        gloo_timers::future::TimeoutFuture::new(0).await;
    }
    assert_eq!(stage.text(), "", "what is gone has not failed");
}

/// Waits until the text ends with that.
async fn shows(stage: &crate::stage::Stage<impl leptos::tachys::view::Mountable>, end: &str) {
    for _ in 0..500 {
        if stage.text().ends_with(end) {
            return;
        }
        gloo_timers::future::TimeoutFuture::new(0).await;
    }
    panic!("{} does not end with {end}", stage.text());
}

#[wasm_bindgen_test]
async fn a_reset_takes_a_query_back_to_the_data_that_it_began_with() {
    let server = Server::default();
    let told = Rc::new(Cell::new(None));
    let (outside, asked) = (told.clone(), server.asked.clone());
    let _stage = mount(move || {
        let client = provide_query_client();
        let options = once()
            .stale_time(Duration::INFINITE)
            .refetch_on_mount(whippet_leptos::Refetch::No)
            .initial_data(|| "first".to_owned());
        outside.set(Some((client, server.query(|| "a".to_owned(), options))));
    });
    let (client, query) = told.get().unwrap();
    let data = move || query.data.get_untracked().map(|data| data.to_string()).unwrap_or_default();
    assert_eq!(data(), "first");
    assert!(!query.is_fetched(), "nothing was fetched yet");
    client.set_data(&("thing", "a"), "second".to_owned());
    assert_eq!(data(), "second");
    client.reset(&("thing", "a"));
    assert_eq!(data(), "first");
    until(|| data() == "a#1;").await;
    assert_eq!(asked.get(), 1, "what is observed is fetched anew");
    client.reset(&("thing", "a"));
    assert_eq!(data(), "first", "also after that");
}

#[wasm_bindgen_test]
async fn who_awaits_a_query_without_a_key_gets_what_is_fetched_once_it_has_one() {
    let server = Server::default();
    let (name, wanted) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let asked = server.asked.clone();
    let stage = mount(move || {
        provide_query_client();
        let (one, other) = (server.clone(), server);
        let keyed = use_local_query(
            move || name.get().map(|name| ("thing", name)),
            move |(_, name): (&str, String)| one.ask(name),
            once(),
        );
        let disabled = other.query(|| "disabled".to_owned(), once().enabled(false));
        Effect::new(move || {
            if wanted.get() {
                disabled.refetch();
            }
        });
        let show = |query: Query<String, String>| {
            move || Suspend::new(async move { query.await.map(|text| text.to_string()).ok() })
        };
        view! {
            <Suspense fallback=|| "waits;">{show(keyed)}</Suspense>
            <Suspense fallback=|| "is disabled;">{show(disabled)}</Suspense>
        }
    });
    gloo_timers::future::TimeoutFuture::new(5).await;
    assert_eq!((stage.text(), asked.get()), ("waits;is disabled;".to_owned(), 0));
    name.set(Some("a".to_owned()));
    until(|| stage.text() == "a#1;is disabled;").await;
    wanted.set(true);
    until(|| stage.text() == "a#1;disabled#2;").await;
    name.set(Some("b".to_owned()));
    until(|| stage.text() == "b#3;disabled#2;").await;
}

#[wasm_bindgen_test]
async fn a_refetch_right_after_the_key_has_changed_is_of_the_new_key() {
    let server = Server::default();
    let (name, told) = (RwSignal::new("a".to_owned()), Rc::new(Cell::new(None)));
    let (outside, asked) = (told.clone(), server.asked.clone());
    let stage = mount(move || {
        provide_query_client();
        let query = server.query(move || name.get(), once().stale_time(Duration::INFINITE));
        outside.set(Some(query));
        shown(query)
    });
    until(|| stage.text() == "a#1;").await;
    name.set("b".to_owned());
    told.get().unwrap().refetch();
    until(|| stage.text() == "b#2;").await;
    assert_eq!(asked.get(), 2, "nobody wants the other one any more");
}

#[wasm_bindgen_test]
async fn who_awaits_a_query_that_failed_hears_of_what_a_refetch_brings() {
    let server = Server::default();
    server.fails.set(true);
    let (told, fails) = (Rc::new(Cell::new(None)), server.fails.clone());
    let outside = told.clone();
    let stage = mount(move || {
        provide_query_client();
        let query = server.query(|| "a".to_owned(), once().placeholder_data(|| "held".to_owned()));
        outside.set(Some(query));
        let show = move || {
            Suspend::new(async move {
                match query.await {
                    Ok(text) => text.to_string(),
                    Err(error) => error.to_string(),
                }
            })
        };
        view! { <Suspense fallback=|| "waits">{show}</Suspense> }
    });
    until(|| stage.text() == "no a").await;
    fails.set(false);
    told.get().unwrap().refetch();
    until(|| {
        assert_ne!(stage.text(), "held", "a placeholder is not what was awaited");
        stage.text() == "a#2;"
    })
    .await;
}

#[wasm_bindgen_test]
async fn who_reads_data_under_a_suspense_hears_of_its_changes_alone() {
    let (told, asked) = (Rc::new(Cell::new(None)), Rc::new(Cell::new(0)));
    let (outside, count) = (told.clone(), asked.clone());
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let stage = mount(move || {
        provide_query_client();
        let ask = move |_: &'static str| {
            count.set(count.get() + 1);
            async { Ok::<_, String>(vec![1, 2, 3]) }
        };
        let query = use_local_query(|| "constant", ask, once());
        outside.set(Some(query));
        let length = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            query.data.get().map(|data| data.len())
        };
        view! { <Suspense>{length}</Suspense> }
    });
    until(|| stage.text() == "3").await;
    gloo_timers::future::TimeoutFuture::new(5).await;
    let before = runs.load(Ordering::Relaxed);
    let query = told.get().unwrap();
    query.refetch();
    until(|| asked.get() == 2 && !query.is_fetching()).await;
    gloo_timers::future::TimeoutFuture::new(5).await;
    assert_eq!(runs.load(Ordering::Relaxed), before, "the data is what it was");
}

#[wasm_bindgen_test]
async fn previous_data_stays_where_a_key_is_disabled_and_goes_without_a_key() {
    let server = Server::default();
    let (name, out) = (RwSignal::new("a".to_owned()), Rc::new(Cell::new(None)));
    let (outside, asked) = (out.clone(), server.asked.clone());
    let _stage = mount(move || {
        provide_query_client();
        let keep = || once().stale_time(Duration::INFINITE).keep_previous_data(true);
        let options = Signal::derive(move || keep().enabled(!name.get().is_empty()));
        let (first, second) = (server.clone(), server);
        let stays: Query<String, String> =
            use_local_query(move || name.get(), move |name: String| first.ask(name), options);
        let goes: Query<String, String> = use_local_query(
            move || Some(name.get()).filter(|name| !name.is_empty()),
            move |name: String| second.ask(name),
            keep(),
        );
        outside.set(Some((stays, goes)));
    });
    let (stays, goes) = out.get().unwrap();
    let text = |query: Query<String, String>| query.data.get_untracked().map(|text| text.to_string());
    until(|| text(stays).is_some() && text(goes).is_some()).await;
    name.set(String::new());
    until(|| text(goes).is_none()).await;
    assert_eq!(text(stays).as_deref(), Some("a#1;"));
    assert!(stays.is_placeholder_data.get_untracked());
    name.set("b".to_owned());
    assert_eq!(text(stays).as_deref(), Some("a#1;"), "until that of the new key arrives");
    until(|| text(stays).as_deref() == Some("b#2;")).await;
    assert_eq!(asked.get(), 2);
}

#[wasm_bindgen_test]
async fn who_awaits_a_query_waits_anew_where_the_key_before_was_cached() {
    let server = Server::default();
    let name = RwSignal::new("a".to_owned());
    let stage = mount(move || {
        provide_query_client().set_data(&("thing", "a"), "cached".to_owned());
        let query = server.query(move || name.get(), once().stale_time(Duration::INFINITE));
        let show = move || Suspend::new(async move { query.await.map(|text| text.to_string()).ok() });
        view! { <Suspense fallback=|| "waits">{show}</Suspense> }
    });
    until(|| stage.text() == "cached").await;
    name.set("b".to_owned());
    until(|| stage.text() == "waits").await;
    until(|| {
        assert_ne!(stage.text(), "cached", "that is the data of the key before");
        stage.text() == "b#1;"
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_suspense_waits_for_a_query_that_gets_its_key_late() {
    let server = Server::default();
    let name = RwSignal::new(None::<String>);
    let stage = mount(move || {
        provide_query_client();
        let query = use_local_query(move || name.get(), move |name: String| server.ask(name), once());
        view! { <Suspense fallback=|| "waits">"now: " {shown(query)}</Suspense> }
    });
    until(|| stage.text() == "now: ").await;
    name.set(Some("b".to_owned()));
    until(|| stage.text() == "waits").await;
    until(|| stage.text() == "now: b#1;").await;
}

#[wasm_bindgen_test]
async fn a_retry_ends_with_its_component() {
    struct Guard(Arc<AtomicU32>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let (asked, ended) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (count, dropped) = (asked.clone(), ended.clone());
    let is_there = RwSignal::new(true);
    let _stage = mount(move || {
        provide_query_client();
        let ask = move |_: &'static str| {
            let (first, guard) = (count.fetch_add(1, Ordering::Relaxed) == 0, Guard(dropped.clone()));
            async move {
                gloo_timers::future::TimeoutFuture::new(if first { 0 } else { 60_000 }).await;
                drop(guard);
                Err::<String, _>("no".to_owned())
            }
        };
        let retried = QueryOptions::new().retry(1).retry_delay(Duration::ZERO);
        let part = move || shown(use_local_query(|| "retried", ask.clone(), retried.clone()));
        move || is_there.get().then(&part)
    });
    until(|| asked.load(Ordering::Relaxed) == 2).await;
    assert_eq!(ended.load(Ordering::Relaxed), 1, "the first attempt is over, and the second one waits");
    is_there.set(false);
    until(|| ended.load(Ordering::Relaxed) == 2).await;
}

#[wasm_bindgen_test]
async fn a_fetch_ends_with_its_app() {
    struct Guard(Rc<Cell<bool>>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let (asked, ended) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
    let (is_asked, is_ended) = (asked.clone(), ended.clone());
    let mut stage = mount(move || {
        provide_query_client();
        let ask = move |_: &'static str| {
            asked.set(true);
            let guard = Guard(ended.clone());
            async move {
                std::future::pending::<()>().await;
                drop(guard);
                Err::<String, _>("no".to_owned())
            }
        };
        // In the outermost component, which nothing else ends.
        shown(use_local_query(|| "endless", ask, once()))
    });
    until(|| is_asked.get()).await;
    assert!(!is_ended.get());
    stage.clear();
    until(|| is_ended.get()).await;
}
