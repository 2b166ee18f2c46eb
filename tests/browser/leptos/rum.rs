//! The figures of the query cache and other modules in the beacons of an app.
use crate::stage::{mount, until};
use leptos::prelude::*;
use leptos::web_sys::js_sys;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    Duration, Json, LazyImage, MemoOptions, QueryOptions, RumOptions, Status, provide_query_client,
    provide_rum, use_debounce_fn, use_fcp, use_local_query, use_memo_async, use_rum, use_ttfb,
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
        let query = use_local_query(
            || "greeting",
            |_| async { Ok::<_, ()>("hello".to_owned()) },
            QueryOptions::new(),
        );
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

const PIXEL: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

#[wasm_bindgen_test]
async fn a_beacon_has_the_figures_of_images_json_and_paced_calls() {
    let sent = Rc::new(RefCell::new(Vec::<String>::new()));
    let (kept, handle) = (sent.clone(), Rc::new(Cell::new(None)));
    let (outside, near) = (handle.clone(), RwSignal::new(false));
    let stage = mount(move || {
        let mut options = RumOptions::new("http://127.0.0.1:1/v1/beacons", "test");
        options.before_send = Some(Box::new(move |beacon| {
            kept.borrow_mut().push(beacon);
            None
        }));
        provide_rum(options);
        let memo = use_memo_async(MemoOptions::new(), |n: u32| async move { Ok::<_, String>(n) });
        outside.set(Some((use_debounce_fn(Duration::from_ms(1.0), |_: u32| {}), memo, use_rum())));
        move || near.get().then(|| view! { <LazyImage src=PIXEL alt="A dot" width=10 height=12/> })
    });
    let (search, memo, rum) = handle.take().expect("the app is mounted");
    let rum = rum.expect("it was started");
    // Totals of earlier tests are reported first.
    rum.flush();
    sent.borrow_mut().clear();

    near.set(true);
    stage.element.scroll_into_view();
    for n in 0..5 {
        search(n);
        drop(memo.call(0));
    }
    let body = r#"{"id":7}"#;
    let first = Json::<serde_json::Value>::parse(body).unwrap();
    assert!(first.parse_next(body).unwrap().ptr_eq(&first));
    until(|| stage.element.query_selector("img.loaded").unwrap().is_some()).await;
    rum.flush();
    let beacons = sent.borrow().join("\n");
    for part in [
        r#""json.bytes_received":16"#,
        r#""json.bytes_spared":8"#,
        r#""lazy.loaded":1"#,
        r#""pace.calls":10"#,
        r#""pace.invocations":2"#,
    ] {
        assert!(beacons.contains(part), "{part} is not in {beacons}");
    }
    rum.stop();
}

#[wasm_bindgen_test]
async fn a_hidden_page_sends_nothing_by_time() {
    let hide = |hidden: bool| {
        let property = format!("{{ value: {hidden}, configurable: true }}");
        let event = "document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))";
        js_sys::eval(&format!("Object.defineProperty(document, 'hidden', {property}); {event}")).unwrap()
    };
    let (sent, handle) = (Rc::new(RefCell::new(Vec::<String>::new())), Rc::new(Cell::new(None)));
    let (kept, outside) = (sent.clone(), handle.clone());
    let mut stage = mount(move || {
        let mut options = RumOptions::new("http://127.0.0.1:1/v1/beacons", "hidden");
        options.flush_interval = 1000.0;
        options.before_send = Some(Box::new(move |beacon| {
            kept.borrow_mut().push(beacon);
            None
        }));
        provide_rum(options);
        outside.set(use_rum());
    });
    let rum = handle.take().expect("it was started");
    gloo_timers::future::TimeoutFuture::new(100).await;
    hide(true);
    sent.borrow_mut().clear();
    rum.count("first", 1);
    gloo_timers::future::TimeoutFuture::new(1_100).await;
    rum.count("second", 1);
    assert_eq!(*sent.borrow(), [""; 0]);
    hide(false);
    rum.flush();
    let beacons = sent.borrow().join("\n");
    assert!(beacons.contains("first") && beacons.contains("second"), "{beacons}");
    js_sys::eval("delete document.hidden").unwrap();
    stage.clear();
}

#[wasm_bindgen_test]
async fn two_provide_rum_do_not_report_the_beacons_of_each_other() {
    let (sent, handle) = (Rc::new(RefCell::new(Vec::<String>::new())), Rc::new(Cell::new(None)));
    let (kept, outside) = (sent.clone(), handle.clone());
    let mut stage = mount(move || {
        let mut first = RumOptions::new("/?first", "first");
        first.before_send = Some(Box::new(|_| None));
        provide_rum(first);
        let mut second = RumOptions::new("/?second", "second");
        second.before_send = Some(Box::new(move |beacon| {
            kept.borrow_mut().push(beacon);
            None
        }));
        provide_rum(second);
        outside.set(use_rum());
    });
    let second = handle.take().expect("it was started");
    // What earlier tests asked for is reported first.
    second.flush();
    sent.borrow_mut().clear();
    let _answer = whippet_web::query::fetch::get("/?first", f64::INFINITY).await;
    let asked = "performance.getEntriesByName(location.origin + '/?first').length";
    until(|| js_sys::eval(asked).is_ok_and(|count| count.as_f64() > Some(0.0))).await;
    second.flush();
    let beacons = sent.borrow().join("\n");
    assert!(!beacons.contains(r#""fetch":"#), "{beacons}");
    stage.clear();
}

#[wasm_bindgen_test]
async fn vitals_are_signals() {
    let stage = mount(|| {
        let (first, paint) = (use_ttfb(), use_fcp());
        view! {
            {move || first.get().map(|it| format!("{} {} ", it.metric.as_str(), it.rating().as_str()))}
            {move || paint.get().map(|it| format!("{} {}", it.metric.as_str(), it.value > 0.0))}
        }
    });
    until(|| stage.text().contains("TTFB good") && stage.text().contains("FCP true")).await;
}
