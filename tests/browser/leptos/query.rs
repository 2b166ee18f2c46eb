//! `use_query` in components that come and go.
use crate::stage::{mount, until};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    Duration, Query, QueryOptions, Status, provide_query_client, use_query, use_query_client,
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
        use_query(move || ("thing", name()), move |(_, name): (&str, String)| server.ask(name), options)
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
            use_query(|| "tick", move |what: &str| server.ask(what.to_owned()), options);
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
        let query = use_query(
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
    client.invalidate(&"another thing");
    client.invalidate(&"thing");
    until(|| stage.text() == "a#2;").await;
    client.set_data(&("thing", "a"), "written".to_owned());
    until(|| stage.text() == "written").await;
}
