//! `Json`, `Shared` and `use_json_query`: parts that a body does not change keep their values.
use crate::stage::{mount, until};
use leptos::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    Duration, FetchStatus, Json, JsonError, JsonRequest, Query, QueryOptions, Shared, provide_query_client,
    use_json_lines_query, use_json_query, use_query_client,
};

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// Runs `f`, and counts the tags that it deserializes.
fn read<T>(f: impl FnOnce() -> T) -> (usize, T) {
    let before = READ.get();
    let result = f();
    (READ.get() - before, result)
}

/// A text that counts how often it is deserialized.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Tag(String);

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.set(READ.get() + 1);
        String::deserialize(deserializer).map(Self)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    id: u32,
    tag: Tag,
    user: Shared<User>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct User {
    name: Tag,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Page {
    total: usize,
    rows: Vec<Shared<Row>>,
}

fn row(id: u32, tag: &str) -> Shared<Row> {
    let user = Shared::new(User { name: Tag(format!("user {id}")) });
    Shared::new(Row { id, tag: Tag(tag.to_owned()), user })
}

fn page(rows: &[Shared<Row>]) -> Page {
    Page { total: rows.len(), rows: rows.to_vec() }
}

fn text(page: &Page) -> String {
    serde_json::to_string(page).unwrap()
}

#[wasm_bindgen_test]
fn an_unchanged_body_gives_the_same_value() {
    let body = text(&page(&[row(1, "a"), row(2, "b")]));
    let first = Json::<Page>::parse(body.as_str()).unwrap();
    let (count, second) = read(|| first.parse_next(body.as_str()).unwrap());
    assert_eq!(count, 0);
    assert!(second.ptr_eq(&first));
}

#[wasm_bindgen_test]
fn only_changed_parts_are_deserialized_even_if_others_moved() {
    let [a, b, c] = [row(1, "a"), row(2, "b"), row(3, "c")];
    let first = Json::<Page>::parse(text(&page(&[a.clone(), b.clone(), c.clone()]))).unwrap();
    let changed = Shared::new(Row { tag: Tag("new".to_owned()), ..(*b).clone() });
    let next = page(&[row(4, "d"), c, changed, a]);
    let (count, second) = read(|| first.parse_next(text(&next)).unwrap());
    // The row that is new with its user, and the tag of the one that changed.
    assert_eq!(count, 3);
    assert_eq!(*second, next);
    assert!(second.rows[1].ptr_eq(&first.rows[2]));
    assert!(second.rows[3].ptr_eq(&first.rows[0]));
    assert!(second.rows[2].user.ptr_eq(&first.rows[1].user));
    assert!(!second.rows[2].ptr_eq(&first.rows[1]));
}

#[wasm_bindgen_test]
fn parts_within_a_kept_part_are_found_again() {
    let first = Json::<Page>::parse(text(&page(&[row(1, "a"), row(2, "b")]))).unwrap();
    let second = first.parse_next(text(&page(&[row(3, "c"), row(1, "a"), row(2, "b")]))).unwrap();
    let changed = Shared::new(Row { tag: Tag("new".to_owned()), ..(*row(2, "b")).clone() });
    let third = second.parse_next(text(&page(&[changed, row(1, "a")]))).unwrap();
    assert!(third.rows[0].user.ptr_eq(&first.rows[1].user));
    assert!(third.rows[1].ptr_eq(&first.rows[0]));
}

#[wasm_bindgen_test]
fn an_invalid_body_is_an_error_and_keeps_the_previous_value() {
    let body = text(&page(&[row(1, "a"), row(2, "b")]));
    let first = Json::<Page>::parse(body.as_str()).unwrap();
    let no_row = body.replace("\"id\":2", "\"id\":\"two\"");
    for bad in ["", "{", "null", &body[..body.len() - 1], &format!("{body},"), &no_row] {
        assert!(first.parse_next(bad).is_err(), "{bad}");
    }
    let (count, second) = read(|| first.parse_next(format!(" {body}")).unwrap());
    assert_eq!(count, 0);
    assert!(second.rows[0].ptr_eq(&first.rows[0]) && second.rows[1].ptr_eq(&first.rows[1]));
}

#[wasm_bindgen_test]
fn the_same_bytes_of_another_type_are_deserialized_anew() {
    #[derive(Debug, Deserialize)]
    struct Both {
        number: Shared<u32>,
        float: Shared<f64>,
    }
    let first = Json::<Both>::parse(r#"{"number":7,"float":8}"#).unwrap();
    let second = first.parse_next(r#"{"number":8,"float":7}"#).unwrap();
    assert_eq!((*second.number, *second.float), (8, 7.0));
    let third = second.parse_next(r#"{"float":7, "number":8}"#).unwrap();
    assert!(third.float.ptr_eq(&second.float) && third.number.ptr_eq(&second.number));
}

#[wasm_bindgen_test]
fn json_inside_a_string_is_deserialized_by_itself() {
    /// A list that is sent as text.
    #[derive(Debug)]
    struct Inner(Json<Vec<Shared<Tag>>>);
    impl<'de> Deserialize<'de> for Inner {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Json::parse(text).map(Self).map_err(serde::de::Error::custom)
        }
    }
    type Outer = (Shared<Tag>, Inner, Shared<Tag>);
    let first = Json::<Outer>::parse(r#"["a","[\"x\",\"y\"]","b"]"#).unwrap();
    assert_eq!(first.1.0[1].0, "y");
    let second = first.parse_next(r#"["b","[\"y\"]","a"]"#).unwrap();
    assert!(second.0.ptr_eq(&first.2) && second.2.ptr_eq(&first.0));
}

#[wasm_bindgen_test]
fn an_optimistic_update_is_not_taken_for_the_body() {
    let body = text(&page(&[row(1, "a"), row(2, "b")]));
    let first = Json::<Page>::parse(body.as_str()).unwrap();
    let shown = first.with(page(&first.rows[1..]));
    assert_eq!(shown.total, 1);
    let (count, second) = read(|| shown.parse_next(body.as_str()).unwrap());
    assert_eq!((count, second.total), (0, 2));
    assert!(second.rows[0].ptr_eq(&first.rows[0]));
    let unread: Json<Page> = page(&[]).into();
    assert_eq!(*unread.parse_next(body).unwrap(), *first);
}

/// Numbers from a seed. (xorshift32)
struct Chance(u32);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % n.max(1)
    }
}

#[wasm_bindgen_test]
fn random_edits_give_the_values_of_serde_json_and_keep_unchanged_parts() {
    let mut kept = 0;
    for seed in 1..=60 {
        let mut chance = Chance(seed);
        let mut new = 100;
        let mut rows: Vec<_> =
            (0..chance.below(20) as u32).map(|id| row(id, "tag \u{e9} \"quoted\"")).collect();
        let mut before: Option<(bool, Json<Page>)> = None;
        for _ in 0..10 {
            let pretty = chance.below(3) == 0;
            let body = match pretty {
                true => serde_json::to_string_pretty(&page(&rows)).unwrap(),
                false => text(&page(&rows)),
            };
            let now = match &before {
                Some((_, before)) => before.parse_next(body.as_str()).unwrap(),
                None => Json::parse(body.as_str()).unwrap(),
            };
            assert_eq!(*now, serde_json::from_str::<Page>(&body).unwrap(), "seed {seed}");
            // Equal values have equal bytes, as both are written in the same way.
            if let Some((_, before)) = before.filter(|(was_pretty, _)| *was_pretty == pretty) {
                for row in now.rows.iter().filter(|row| before.rows.contains(row)) {
                    assert!(before.rows.iter().any(|old| old.ptr_eq(row)), "seed {seed}: row {}", row.id);
                    kept += 1;
                }
            }
            before = Some((pretty, now));
            for _ in 0..chance.below(3) {
                let at = chance.below(rows.len());
                match chance.below(5) {
                    0 => rows.insert(at.min(rows.len()), row(new, "new")),
                    1 if !rows.is_empty() => drop(rows.remove(at)),
                    2 if !rows.is_empty() => rows[at] = row(new, "changed"),
                    3 if !rows.is_empty() => {
                        let moved = rows.remove(at);
                        rows.insert(chance.below(rows.len() + 1), moved);
                    }
                    _ => rows.reverse(),
                }
                new += 1;
            }
        }
    }
    assert!(kept > 500, "{kept} rows were kept");
}

#[wasm_bindgen_test]
async fn a_query_keeps_the_rows_that_a_refetch_does_not_change() {
    let body = Rc::new(Cell::new("[1,2,3]"));
    let url = {
        let body = body.clone();
        move |_| format!("data:application/json,{}", body.get())
    };
    let out = Rc::new(Cell::new(None));
    let seen = out.clone();
    let stage = mount(move || {
        provide_query_client();
        let query: Query<Json<Vec<Shared<u32>>>, JsonError> =
            use_json_query(|| "numbers", url, QueryOptions::new().retry(0));
        seen.set(Some((query, use_query_client())));
        move || match query.error.get() {
            Some(error) => error.to_string(),
            None => query.data.get().map(|data| format!("{:?}", *data)).unwrap_or_default(),
        }
    });
    let (query, client) = {
        until(|| stage.text() == "[1, 2, 3]").await;
        out.get().expect("it is mounted")
    };
    let data = || client.data::<Json<Vec<Shared<u32>>>>(&"numbers").expect("it was fetched");
    let first = data();
    body.set("[0,1,2]");
    query.refetch();
    until(|| stage.text() == "[0, 1, 2]").await;
    let second = data();
    assert!(second[1].ptr_eq(&first[0]) && second[2].ptr_eq(&first[1]));

    body.set("[0,1,");
    query.refetch();
    until(|| stage.text().contains("did not give the JSON")).await;
    assert!(data().ptr_eq(&second));
}

#[wasm_bindgen_test]
async fn lines_are_shown_and_rows_that_are_equal_stay_the_same() {
    let body = Rc::new(Cell::new("1%0A%0A2%0A3"));
    let url = {
        let body = body.clone();
        move |_| format!("data:application/x-ndjson,{}", body.get())
    };
    let out = Rc::new(Cell::new(None));
    let seen = out.clone();
    let _stage = mount(move || {
        provide_query_client();
        let query = use_json_lines_query::<_, &str, u32>(|| "lines", url, QueryOptions::new().retry(0));
        seen.set(Some(query));
    });
    let query = out.get().expect("it is mounted");
    let shown = || query.data.get_untracked().map(|data| data.iter().map(|row| **row).collect::<Vec<_>>());
    until(|| query.is_success() && query.fetch_status.get_untracked() == FetchStatus::Idle).await;
    assert_eq!(shown(), Some(vec![1, 2, 3]));
    let first = query.data.get_untracked().unwrap();
    body.set("1%0A2%0A4%0A5");
    query.refetch();
    until(|| shown() == Some(vec![1, 2, 4, 5])).await;
    let second = query.data.get_untracked().unwrap();
    assert!(std::sync::Arc::ptr_eq(&first[1], &second[1]));

    body.set("1%0Atwo%0A3");
    query.refetch();
    until(|| query.error.get_untracked().is_some_and(|error| error.to_string().contains("line 2"))).await;
    assert_eq!(shown(), Some(vec![1, 2, 4, 5]), "a body that is not JSON keeps what was there");
}

#[wasm_bindgen_test]
async fn an_error_that_would_come_again_is_not_retried_and_a_body_that_cannot_be_written_is_not_sent() {
    let out = Rc::new(Cell::new(None));
    let seen = out.clone();
    let _stage = mount(move || {
        provide_query_client();
        let missing =
            use_json_query::<_, &str, u32>(|| "a", |_| "/there-is-no-such-file", QueryOptions::new());
        let map = std::collections::BTreeMap::from([((1, 2), 3)]);
        let refuses = move |_| JsonRequest::post("/").json(&map);
        let unsent = use_json_query::<_, &str, u32>(|| "b", refuses, QueryOptions::new());
        seen.set(Some((missing, unsent)));
    });
    let (missing, unsent) = out.get().expect("it is mounted");
    until(|| missing.is_error() && unsent.is_error()).await;
    let error = missing.error.get_untracked().unwrap();
    assert!(matches!(&*error, JsonError::Status { status: 404, .. }), "{error}");
    assert_eq!(missing.failure_count.get_untracked(), 1);
    assert!(matches!(&*unsent.error.get_untracked().unwrap(), JsonError::NotSent { .. }));
}

#[wasm_bindgen_test]
async fn rows_of_a_list_that_was_left_half_way_are_not_taken_for_the_list() {
    // One row, and then nothing.
    let answer = "const fetched = window.fetch;
        const body = () => new ReadableStream({ start: it => it.enqueue(new TextEncoder().encode('1\\n2')) });
        window.fetch = (url, init) =>
            url === '/slow-lines' ? Promise.resolve(new Response(body())) : fetched(url, init);";
    let answer = leptos::web_sys::js_sys::Function::new_no_args(answer);
    answer.call0(&leptos::wasm_bindgen::JsValue::UNDEFINED).unwrap();
    let (visible, out) = (RwSignal::new(true), Rc::new(Cell::new(None)));
    let seen = out.clone();
    let _stage = mount(move || {
        seen.set(Some(provide_query_client()));
        move || {
            visible.get().then(|| {
                let options = QueryOptions::new().stale_time(Duration::INFINITE);
                let query = use_json_lines_query::<_, &str, u32>(|| "slow", |_| "/slow-lines", options);
                move || query.data.get().map(|rows| rows.len())
            })
        }
    });
    let client = out.get().expect("it is mounted");
    let rows = || client.data::<Vec<std::sync::Arc<u32>>>(&"slow").map(|rows| rows.len());
    until(|| rows() == Some(1)).await;
    visible.set(false);
    until(|| rows().is_none()).await;
}

#[wasm_bindgen_test]
async fn rows_of_a_list_that_was_left_before_its_retry_are_not_taken_for_the_list() {
    // One row, and the connection is lost; then the list.
    let answer = "const fetched = window.fetch;
        const text = it => new TextEncoder().encode(it);
        const cut = it => { it.enqueue(text('1\\n2')); setTimeout(() => it.error(new Error('cut')), 50); };
        const whole = it => { it.enqueue(text('1\\n2\\n3\\n')); it.close(); };
        let asked = 0;
        window.fetch = (url, init) => url === '/cut-lines'
            ? Promise.resolve(new Response(new ReadableStream({ start: asked++ === 0 ? cut : whole })))
            : fetched(url, init);";
    let answer = leptos::web_sys::js_sys::Function::new_no_args(answer);
    answer.call0(&leptos::wasm_bindgen::JsValue::UNDEFINED).unwrap();
    let (visible, out) = (RwSignal::new(true), Rc::new(Cell::new(None)));
    let seen = out.clone();
    let _stage = mount(move || {
        seen.set(Some(provide_query_client()));
        move || {
            visible.get().then(|| {
                let options = QueryOptions::new().stale_time(Duration::INFINITE);
                let query = use_json_lines_query::<_, &str, u32>(|| "cut", |_| "/cut-lines", options);
                move || query.data.get().map(|rows| rows.len())
            })
        }
    });
    let client = out.get().expect("it is mounted");
    let rows = || client.data::<Vec<std::sync::Arc<u32>>>(&"cut").map(|rows| rows.len());
    let failures = || client.state::<Vec<std::sync::Arc<u32>>>(&"cut").map(|state| state.failure_count);
    until(|| failures() == Some(1)).await;
    assert_eq!(rows(), Some(1), "what came is shown while the retry waits");
    visible.set(false);
    until(|| client.queries("cut").iter().all(|query| query.observers == 0)).await;
    visible.set(true);
    until(|| rows() == Some(3)).await;
}
