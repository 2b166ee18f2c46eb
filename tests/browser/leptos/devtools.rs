//! The devtools in a page: what they show of queries, and what they do to them.
use crate::stage::{Stage, mount, until};
use leptos::prelude::*;
use leptos::tachys::view::Mountable;
use leptos::wasm_bindgen::JsCast;
use send_wrapper::SendWrapper;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, ShadowRoot};
use whippet_leptos::{
    Duration, Mutation, MutationOptions, Query, QueryClient, QueryDevtools, QueryOptions, Status,
    provide_query_client, use_json_query, use_local_query, use_mutation, use_query,
};

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Product {
    name: String,
    price: u32,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
enum NotThere {
    Status { code: u16, text: String },
    Nothing,
}

/// Mounts an app with devtools, and gives what `build` made.
fn app<V: 'static>(
    build: impl FnOnce(QueryClient) -> V + 'static,
) -> (Stage<impl Mountable>, QueryClient, V) {
    // That of a test that has failed.
    if let Some(left) = element() {
        left.remove();
    }
    let made = Rc::new(Cell::new(None));
    let outside = made.clone();
    let stage = mount(move || {
        let client = provide_query_client();
        let built = build(client);
        outside.set(Some((client, built)));
        view! { <QueryDevtools initial_is_open=true/> }
    });
    let (client, built) = made.take().unwrap();
    (stage, client, built)
}

fn element() -> Option<Element> {
    document().query_selector("whippet-devtools").unwrap()
}

async fn panel() -> ShadowRoot {
    until(|| element().is_some()).await;
    element().unwrap().shadow_root().unwrap()
}

fn text(panel: &ShadowRoot, selector: &str) -> String {
    panel.query_selector(selector).unwrap().and_then(|found| found.text_content()).unwrap_or_default()
}

fn click(panel: &ShadowRoot, selector: &str, words: &str) {
    let all = panel.query_selector_all(selector).unwrap();
    let found = (0..all.length()).filter_map(|at| all.get(at)?.dyn_into::<HtmlElement>().ok());
    let mut found = found.filter(|element| element.text_content().unwrap_or_default().contains(words));
    found
        .next_back()
        .unwrap_or_else(|| panic!("no {selector} says {words}: {}", text(panel, ".panel")))
        .click();
}

/// Counts its requests.
#[derive(Clone, Default)]
struct Shop(Arc<AtomicU32>);

impl Shop {
    fn query(&self) -> Query<Product, NotThere> {
        let asked = self.0.clone();
        let fetch = move |(_, id): (&'static str, u32)| {
            let asked = asked.clone();
            SendWrapper::new(async move {
                gloo_timers::future::TimeoutFuture::new(1).await;
                let price = asked.fetch_add(1, Ordering::Relaxed);
                Ok::<_, NotThere>(Product { name: format!("dog {id}"), price })
            })
        };
        let options = QueryOptions::new().stale_time(Duration::from_ms(60_000.0));
        use_query(|| ("product", 7), fetch, options.refetch_every(Duration::from_ms(3_600_000.0)))
    }
}

#[wasm_bindgen_test]
async fn a_query_is_shown_with_its_data_its_timers_and_its_observers() {
    let (stage, _, _) = app(|_| Shop::default().query());
    let panel = panel().await;
    until(|| text(&panel, ".list").contains(r#"fresh["product",7]"#)).await;
    click(&panel, ".row", "product");
    let details = || text(&panel, ".details");
    assert!(details().contains(r#"name: "dog 7""#), "{}", details());
    let timers = text(&panel, ".timers");
    assert!(timers.contains("observer 1stale_time 1 min"), "{timers}");
    assert!(timers.contains("observer 1refetch_every 1 h"), "{timers}");
    drop(stage);
    until(|| element().is_none()).await;
}

#[wasm_bindgen_test]
async fn what_is_done_in_the_panel_happens_to_the_query() {
    let shop = Shop::default();
    let asked = shop.0.clone();
    let (stage, client, query) = app(move |_| shop.query());
    let panel = panel().await;
    until(|| query.data.get_untracked().is_some()).await;
    until(|| text(&panel, ".list").contains("product")).await;
    click(&panel, ".row", "product");
    let act = |action: &str| click(&panel, ".actions button", action);
    let price = || query.data.get_untracked().map(|product| product.price);
    assert_eq!(price(), Some(0));

    act("refetch");
    until(|| price() == Some(1)).await;
    until(|| text(&panel, ".list").contains("fresh")).await;

    act("simulate loading");
    until(|| query.status.get_untracked() == Status::Pending).await;
    assert_eq!(query.data.get_untracked(), None);
    gloo_timers::future::TimeoutFuture::new(20).await;
    assert_eq!(query.status.get_untracked(), Status::Pending);
    until(|| text(&panel, ".actions").contains("restore")).await;
    act("restore");
    until(|| price() == Some(1)).await;

    until(|| text(&panel, ".actions").contains("simulate an error")).await;
    act("simulate an error");
    until(|| query.status.get_untracked() == Status::Error).await;
    let text_of_error = "simulated by the devtools".to_owned();
    let error = query.error.get_untracked();
    assert_eq!(error.as_deref(), Some(&NotThere::Status { code: 0, text: text_of_error }));
    assert_eq!(price(), Some(1), "the data stays");
    until(|| text(&panel, ".actions").contains("restore")).await;
    act("restore");
    until(|| query.status.get_untracked() == Status::Success).await;
    assert_eq!(query.error.get_untracked(), None);

    let before = asked.load(Ordering::Relaxed);
    until(|| text(&panel, ".actions").contains("invalidate")).await;
    act("invalidate");
    until(|| price() == Some(before)).await;

    until(|| text(&panel, ".actions").contains("remove")).await;
    act("remove");
    assert!(client.queries(&()).is_empty());
    drop(stage);
}

#[wasm_bindgen_test]
async fn everything_is_shown_as_it_was_after_each_event() {
    let (stage, client, query) = app(|_| Shop::default().query());
    let panel = panel().await;
    until(|| query.data.get_untracked().is_some()).await;
    client.set_data(&"written", 5_u32);
    until(|| {
        text(&panel, ".bar").contains("added [\"written\"]")
            || text(&panel, ".bar").contains("success [\"written\"]")
    })
    .await;
    let tabs = || text(&panel, "[role=tablist]");
    until(|| tabs().contains("Queries 2")).await;
    let back = panel.query_selector("[aria-label='One event back']").unwrap().unwrap();
    for _ in 0..30 {
        back.unchecked_ref::<HtmlElement>().click();
    }
    assert!(text(&panel, ".bar").contains("before the first event"), "{}", text(&panel, ".bar"));
    click(&panel, ".bar button", "Now");
    assert!(tabs().contains("Queries 2"));
    drop(stage);
}

#[wasm_bindgen_test]
async fn a_value_without_serialize_is_named_and_its_errors_cannot_be_made_up() {
    #[derive(PartialEq)]
    struct Handle;
    struct Refused;
    let (stage, _, query) = app(|_| {
        use_local_query(|| "handle", |_: &str| async { Ok::<_, Refused>(Handle) }, QueryOptions::new())
    });
    let panel = panel().await;
    until(|| query.data.with_untracked(|data| data.is_some())).await;
    until(|| text(&panel, ".list").contains("handle")).await;
    click(&panel, ".row", "handle");
    until(|| text(&panel, ".details").contains("Handle, which cannot be shown")).await;
    assert!(!text(&panel, ".actions").contains("simulate an error"));
    drop(stage);
}

#[wasm_bindgen_test]
async fn mutations_are_listed_too() {
    type Made = (Mutation<u32, u32, String>, Mutation<(), (), String>);
    let (stage, client, (save, waiting)): (_, _, Made) = app(|_| {
        let save = use_mutation(
            |value: u32| async move { Err::<u32, _>(format!("not {value}")) },
            MutationOptions::new().key(&"save"),
        );
        (save, use_mutation(|()| std::future::pending(), MutationOptions::new()))
    });
    let panel = panel().await;
    save.mutate(5);
    until(|| text(&panel, "[role=tablist]").contains("Mutations 1")).await;
    click(&panel, "[role=tab]", "Mutations");
    until(|| text(&panel, ".list").contains(r#"error["save"]"#)).await;
    waiting.mutate(());
    until(|| text(&panel, ".list").contains("pending")).await;
    client.clear();
    until(|| !text(&panel, ".list").contains("pending")).await;
    drop(stage);
}

#[wasm_bindgen_test]
async fn ten_thousand_queries_have_elements_for_those_that_are_seen() {
    let (stage, client, _) = app(|client| {
        for id in 0..10_000_u32 {
            client.set_data(&("row", id), id);
        }
    });
    let panel = panel().await;
    until(|| text(&panel, "[role=tablist]").contains("Queries 10000")).await;
    let rows = || panel.query_selector_all(".row").unwrap().length();
    assert!((1..60).contains(&rows()), "{}", rows());
    let panel_element = element().unwrap();
    panel_element.remove_attribute("open").unwrap();
    let before = whippet_web::query::now();
    panel_element.set_attribute("open", "").unwrap();
    leptos::logging::log!(
        "opening 10,000 queries took {} ms",
        whippet_web::query::now().since(before).as_ms()
    );
    // Those that come later are told of one by one.
    client.set_data(&("row", 10_000), 5_u32);
    until(|| text(&panel, "[role=tablist]").contains("Queries 10001")).await;
    assert!(rows() < 60);
    drop(stage);
}

#[wasm_bindgen_test]
async fn json_is_shown_as_it_came_and_its_errors_can_be_made_up() {
    let url = "data:application/json,[{\"id\":5}]";
    let (stage, _, query) = app(move |_| {
        use_json_query::<_, &str, Vec<Row>>(|| "rows", move |_| url.to_owned(), QueryOptions::new())
    });
    let panel = panel().await;
    until(|| query.data.with_untracked(Option::is_some)).await;
    until(|| text(&panel, ".list").contains("rows")).await;
    click(&panel, ".row", "rows");
    until(|| text(&panel, ".details").contains("array of 1")).await;
    click(&panel, ".actions button", "simulate an error");
    until(|| query.error.get_untracked().is_some()).await;
    assert!(query.error.get_untracked().unwrap().to_string().contains("500"));
    drop(stage);
}

#[derive(PartialEq, serde::Deserialize)]
struct Row {
    #[allow(dead_code, reason = "read by the panel")]
    id: u32,
}

#[wasm_bindgen_test]
async fn data_that_comes_ends_a_simulation() {
    let (stage, client, query) = app(|_| Shop::default().query());
    let panel = panel().await;
    until(|| query.data.get_untracked().is_some()).await;
    until(|| text(&panel, ".list").contains("product")).await;
    click(&panel, ".row", "product");
    until(|| text(&panel, ".actions").contains("simulate an error")).await;
    click(&panel, ".actions button", "simulate an error");
    until(|| text(&panel, ".actions").contains("restore")).await;
    client.set_data(&("product", 7), Product { name: "dog 7".to_owned(), price: 9 });
    // There is nothing to restore: what the simulation has replaced is older.
    until(|| text(&panel, ".actions").contains("simulate an error")).await;
    assert!(!text(&panel, ".actions").contains("restore"));
    assert_eq!(query.data.get_untracked().map(|product| product.price), Some(9));
    drop(stage);
}
