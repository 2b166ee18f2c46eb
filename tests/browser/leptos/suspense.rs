//! `<Suspense/>` and `<Transition/>` around queries.
use crate::stage::{mount, until};
use leptos::prelude::*;
use leptos::reactive::transition::AsyncTransition;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::Function;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{Duration, Query, QueryOptions, provide_query_client, use_local_query};

/// How long a fetch takes in these tests, ms: there is time to look.
const TAKES: u32 = 30;

/// A query that counts its fetches.
fn query(name: impl Fn() -> String + 'static) -> Query<String, String> {
    let asked = Rc::new(Cell::new(0));
    let fetch = move |name: String| {
        asked.set(asked.get() + 1);
        let number = asked.get();
        async move {
            gloo_timers::future::TimeoutFuture::new(TAKES).await;
            Ok(format!("{name}#{number}"))
        }
    };
    use_local_query(name, fetch, QueryOptions::new().retry(0).stale_time(Duration::INFINITE))
}

fn awaited(query: Query<String, String>) -> impl IntoView {
    move || Suspend::new(async move { query.await.map(|text| text.to_string()).ok() })
}

fn read(query: Query<String, String>) -> impl IntoView {
    move || query.data.get().map(|text| text.to_string())
}

#[wasm_bindgen_test]
async fn each_suspense_waits_for_each_key_and_not_for_a_refetch() {
    let (name, told) = (RwSignal::new("a".to_owned()), Rc::new(Cell::new(None)));
    let outside = told.clone();
    let stage = mount(move || {
        provide_query_client();
        let query = query(move || name.get());
        outside.set(Some(query));
        view! {
            <Suspense fallback=|| "waits;">{read(query)}";"</Suspense>
            <Suspense fallback=|| "waits;">{awaited(query)}";"</Suspense>
        }
    });
    until(|| stage.text() == "waits;waits;").await;
    until(|| stage.text() == "a#1;a#1;").await;
    name.set("b".to_owned());
    until(|| stage.text() == "waits;waits;").await;
    until(|| stage.text() == "b#2;b#2;").await;
    told.get().unwrap().refetch();
    until(|| {
        assert!(!stage.text().contains("waits"), "there is something to show");
        stage.text() == "b#3;b#3;"
    })
    .await;
    name.set("a".to_owned());
    until(|| {
        assert!(!stage.text().contains("waits"), "it is known");
        stage.text() == "a#1;a#1;"
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_transition_keeps_the_page_before() {
    let name = RwSignal::new("a".to_owned());
    let stage = mount(move || {
        provide_query_client();
        let query = query(move || name.get());
        view! { <Transition fallback=|| "waits">{awaited(query)}</Transition> }
    });
    until(|| stage.text() == "waits").await;
    until(|| stage.text() == "a#1").await;
    name.set("b".to_owned());
    until(|| {
        assert_ne!(stage.text(), "waits", "the page before is shown");
        stage.text() == "b#2"
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_suspense_waits_for_no_query_whose_component_is_gone() {
    let is_shown = RwSignal::new(true);
    let stage = mount(move || {
        provide_query_client();
        let part = move || {
            is_shown.get().then(|| {
                // Its fetch never ends.
                let query: Query<String, String> = use_local_query(
                    || "a".to_owned(),
                    |_: String| std::future::pending(),
                    QueryOptions::new(),
                );
                read(query)
            })
        };
        view! { <Suspense fallback=|| "waits">"rest" {part}</Suspense> }
    });
    until(|| stage.text() == "waits").await;
    is_shown.set(false);
    until(|| stage.text() == "rest").await;
}

#[wasm_bindgen_test]
async fn a_suspense_stops_waiting_where_a_query_loses_its_key() {
    let name = RwSignal::new(Some("a".to_owned()));
    let stage = mount(move || {
        provide_query_client();
        let query: Query<String, String> =
            use_local_query(move || name.get(), |_: String| std::future::pending(), QueryOptions::new());
        view! { <Suspense fallback=|| "waits">"nothing" {read(query)}</Suspense> }
    });
    until(|| stage.text() == "waits").await;
    name.set(None);
    until(|| stage.text() == "nothing").await;
}

#[wasm_bindgen_test]
async fn an_async_value_of_leptos_follows_the_query_that_it_awaits() {
    let name = RwSignal::new("a".to_owned());
    let stage = mount(move || {
        provide_query_client();
        let query = query(move || name.get());
        let length =
            LocalResource::new(move || async move { query.await.map(|text| format!("<{text}>")).ok() });
        move || length.get().flatten()
    });
    until(|| stage.text() == "<a#1>").await;
    name.set("b".to_owned());
    until(|| stage.text() == "<b#2>").await;
}

/// As a router does that shows a new page when what it needs is there.
#[wasm_bindgen_test]
async fn a_transition_of_the_router_waits_for_an_async_value_that_awaits_a_query() {
    let told = Rc::new(Cell::new(None));
    let outside = told.clone();
    let _stage = AsyncTransition::run(|| async move {
        mount(move || {
            provide_query_client();
            let query = query(|| "a".to_owned());
            outside.set(Some(query));
            let _ = LocalResource::new(move || query.suspend());
        })
    })
    .await;
    assert!(told.get().unwrap().data.get_untracked().is_some());
}

#[wasm_bindgen_test]
async fn who_awaits_a_query_in_no_effect_is_not_warned() {
    let listen = "const { warn } = console;
        const said = [];
        console.warn = it => said.push(String(it));
        return () => {
            console.warn = warn;
            return said.join('\\n');
        };";
    let told = Rc::new(Cell::new(None));
    let outside = told.clone();
    let _stage = mount(move || {
        provide_query_client();
        outside.set(Some(query(|| "a".to_owned())));
    });
    let end = Function::new_no_args(listen).call0(&JsValue::UNDEFINED).unwrap().unchecked_into::<Function>();
    let text = told.get().unwrap().await;
    let said = end.call0(&JsValue::UNDEFINED).unwrap().as_string().unwrap();
    assert_eq!(text.map(|text| text.to_string()).ok().as_deref(), Some("a#1"));
    assert!(!said.contains("outside a reactive tracking context"), "{said}");
}
