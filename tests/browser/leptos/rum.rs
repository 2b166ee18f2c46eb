//! What an app reports of itself.
use crate::stage::{mount, until};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    QueryOptions, RumOptions, Status, provide_query_client, provide_rum, use_query, use_rum,
};

#[wasm_bindgen_test]
async fn a_beacon_has_the_figures_of_the_query_cache() {
    let sent = Rc::new(RefCell::new(Vec::<String>::new()));
    let (kept, handle) = (sent.clone(), Rc::new(Cell::new(None)));
    let outside = handle.clone();
    let mut stage = mount(move || {
        provide_query_client();
        let mut options = RumOptions::new("http://127.0.0.1:1/v1/beacons", "test");
        options.before_send = Some(Box::new(move |beacon| {
            kept.borrow_mut().push(beacon);
            None
        }));
        provide_rum(options);
        let query =
            use_query(|| "greeting", |_| async { Ok::<_, ()>("hello".to_owned()) }, QueryOptions::new());
        outside.set(Some((query, use_rum())));
        move || query.data.get().map(|text| text.to_string())
    });
    until(|| stage.text() == "hello").await;
    let (query, rum) = handle.take().expect("the app is mounted");
    assert_eq!(query.status.get_untracked(), Status::Success);
    let rum = rum.expect("it was started");
    rum.count("mine", 3);
    rum.flush();
    let beacons = sent.borrow().join("\n");
    for part in
        [r#""app":"test""#, r#""query.misses":1"#, r#""query.fetches":1"#, r#""query.fetch":"#, r#""mine":3"#]
    {
        assert!(beacons.contains(part), "{part} is not in {beacons}");
    }
    stage.clear();
    let before = sent.borrow().len();
    rum.count("mine", 1);
    rum.flush();
    assert_eq!(sent.borrow().len(), before, "it ends with the app");
}
