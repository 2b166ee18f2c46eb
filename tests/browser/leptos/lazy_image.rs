//! `LazyImage` and `Lazy` in a real page.
use crate::stage::{mount, until};
use leptos::prelude::*;
use leptos::web_sys::js_sys;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{ImageSource, Lazy, LazyImage};

const PIXEL: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
const OTHER: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==";

#[wasm_bindgen_test]
async fn a_visible_image_loads_and_loads_again_when_its_source_changes() {
    let source = RwSignal::new(PIXEL.to_owned());
    let stage = mount(move || {
        view! { <LazyImage src=source alt="A dot" width=10 height=12 attr:title="dot"/> }
    });
    stage.element.scroll_into_view();
    let image = stage.element.first_element_child().expect("there is an image");
    until(|| image.get_attribute("src").as_deref() == Some(PIXEL)).await;
    for (name, value) in [("alt", "A dot"), ("width", "10"), ("height", "12"), ("title", "dot")] {
        assert_eq!(image.get_attribute(name).as_deref(), Some(value));
    }
    source.set(OTHER.to_owned());
    until(|| image.get_attribute("src").as_deref() == Some(OTHER)).await;
}

#[wasm_bindgen_test]
async fn a_distant_image_loads_when_it_comes_near() {
    let stage = mount(|| {
        view! {
            <LazyImage src=PIXEL alt="near" width=10 height=10/>
            <div style="height: 20000px"></div>
            <LazyImage src=PIXEL alt="far" width=10 height=10/>
        }
    });
    stage.element.scroll_into_view();
    let (near, far) =
        (stage.element.first_element_child().unwrap(), stage.element.last_element_child().unwrap());
    until(|| near.has_attribute("src")).await;
    assert!(!far.has_attribute("src"));
    far.scroll_into_view();
    until(|| far.has_attribute("src")).await;
}

#[wasm_bindgen_test]
async fn a_priority_image_is_not_lazy() {
    let stage = mount(|| {
        view! {
            <div style="height: 20000px"></div>
            <LazyImage src=PIXEL alt="first" width=10 height=10 priority=true thumbhash="AAAA"/>
        }
    });
    let image = stage.element.last_element_child().unwrap();
    until(|| image.get_attribute("src").as_deref() == Some(PIXEL)).await;
    assert_eq!(image.get_attribute("fetchpriority").as_deref(), Some("high"));
    assert!(!image.has_attribute("data-src") && !image.has_attribute("thumbhash"));
}

#[wasm_bindgen_test]
async fn the_placeholder_is_shown_before_the_image() {
    let stage = mount(|| {
        view! {
            <LazyImage src="data:image/gif;base64,AAAA" alt="" width=10 height=10
                thumbhash="1QcSHQRnh493V4dIh4eXh1h4kJUI" error=PIXEL/>
        }
    });
    stage.element.scroll_into_view();
    let image = stage.element.first_element_child().unwrap();
    until(|| image.get_attribute("src").is_some_and(|src| src.starts_with("data:image/png;base64,"))).await;
    assert_eq!(image.get_attribute("data-error").as_deref(), Some(PIXEL));
}

#[wasm_bindgen_test]
async fn an_image_has_one_state_whatever_sets_its_classes_and_its_source() {
    let source = RwSignal::new(PIXEL.to_owned());
    let class = RwSignal::new("dog");
    let stage = mount(move || {
        view! { <LazyImage src=source alt="A dot" width=10 height=10 attr:class=move || class.get()/> }
    });
    stage.element.scroll_into_view();
    let image = stage.element.first_element_child().unwrap();
    let state = || image.get_attribute("data-lazy-state").unwrap_or_default();
    let classes = || {
        let all = ["loading", "loaded", "error"];
        all.into_iter().filter(|name| image.class_list().contains(name)).collect::<Vec<_>>()
    };
    until(|| state() == "loaded").await;
    assert_eq!(classes(), ["loaded"]);
    class.set("dog large");
    until(|| image.class_name() == "dog large").await;
    assert_eq!(state(), "loaded", "a class of the app's wipes no state");

    source.set("data:image/gif;base64,AAAA".to_owned());
    until(|| state() == "loading").await;
    assert_eq!(classes(), ["loading"]);
    source.set(OTHER.to_owned());
    until(|| state() == "loaded" && image.get_attribute("src").as_deref() == Some(OTHER)).await;
    assert_eq!(classes(), ["loaded"]);
}

#[wasm_bindgen_test]
async fn a_picture_loads_with_its_sources() {
    let sources = vec![
        ImageSource::new("data:image/none;base64,AAAA").format("image/none"),
        ImageSource::new(OTHER).media("(min-width: 1px)"),
    ];
    let stage = mount(move || {
        view! { <LazyImage src=PIXEL alt="A dot" width=10 height=10 sources attr:id="inner"/> }
    });
    stage.element.scroll_into_view();
    let picture = stage.element.first_element_child().unwrap();
    assert_eq!(picture.tag_name(), "PICTURE");
    let image = picture.last_element_child().unwrap();
    assert_eq!((image.tag_name().as_str(), image.id().as_str()), ("IMG", "inner"));
    until(|| image.get_attribute("data-lazy-state").as_deref() == Some("loaded")).await;
    let source = image.previous_element_sibling().unwrap();
    assert_eq!(source.get_attribute("srcset").as_deref(), Some(OTHER));
    assert_eq!(source.get_attribute("media").as_deref(), Some("(min-width: 1px)"));
}

#[wasm_bindgen_test]
async fn a_picture_none_of_whose_sources_match_has_nothing_to_load() {
    let sources = vec![ImageSource::new(OTHER).media("(max-width: 1px)")];
    let stage = mount(move || view! { <LazyImage src="" alt="" width=10 height=10 sources/> });
    stage.element.scroll_into_view();
    let image = stage.element.first_element_child().unwrap().last_element_child().unwrap();
    let state = || image.get_attribute("data-lazy-state");
    until(|| state().is_some_and(|state| state != "loading")).await;
    assert_eq!(state().as_deref(), Some("loaded"));
}

#[wasm_bindgen_test]
async fn the_image_of_an_error_is_shown_in_place_of_an_earlier_set() {
    const NONE: &str = "data:image/none;base64,AAAA";
    let (source, set) = (RwSignal::new(PIXEL.to_owned()), RwSignal::new(format!("{PIXEL} 1x")));
    let stage = mount(move || {
        view! { <LazyImage src=source srcset=set error=OTHER alt="" width=10 height=10/> }
    });
    stage.element.scroll_into_view();
    let image = stage.element.first_element_child().unwrap();
    let is = |state: &str| image.get_attribute("data-lazy-state").as_deref() == Some(state);
    until(|| is("loaded")).await;
    assert!(image.has_attribute("srcset"));
    source.set(NONE.to_owned());
    set.set(format!("{NONE} 1x"));
    until(|| is("error")).await;
    assert_eq!((image.get_attribute("src").as_deref(), image.get_attribute("srcset")), (Some(OTHER), None));
}

#[wasm_bindgen_test]
async fn an_image_of_priority_is_preloaded() {
    let stage = mount(|| {
        view! { <LazyImage src=PIXEL alt="" width=10 height=10 priority=true srcset=OTHER sizes="auto"/> }
    });
    let link = stage.element.first_element_child().unwrap();
    let has = |name: &str| link.get_attribute(name).unwrap_or_default();
    assert_eq!((has("rel").as_str(), has("as").as_str(), has("href").as_str()), ("preload", "image", PIXEL));
    assert_eq!((has("imagesrcset").as_str(), has("imagesizes").as_str()), (OTHER, "auto, 10px"));
}

#[derive(Debug)]
struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not now")
    }
}

impl std::error::Error for Failed {}

#[wasm_bindgen_test]
async fn a_lazy_component_is_loaded_when_it_comes_near() {
    let asked = Rc::new(Cell::new(0));
    let counted = asked.clone();
    let stage = mount(move || {
        let load = move || {
            counted.set(counted.get() + 1);
            async { Ok::<_, Failed>(view! { <b>"There"</b> }) }
        };
        view! {
            <div style="height: 20000px"></div>
            <Lazy load fallback=|| "Not yet" attr:class="place"/>
        }
    });
    let place = stage.element.last_element_child().unwrap();
    gloo_timers::future::TimeoutFuture::new(50).await;
    assert_eq!((asked.get(), stage.text().as_str(), place.class_name().as_str()), (0, "Not yet", "place"));
    place.scroll_into_view();
    until(|| stage.text() == "There").await;
    assert_eq!(asked.get(), 1);
    assert_eq!(place.get_attribute("data-lazy-state").as_deref(), Some("loaded"));
}

#[wasm_bindgen_test]
async fn a_lazy_component_that_fails_is_tried_again_and_then_an_error() {
    set_online(true);
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    let stage = mount(move || {
        let load = move || {
            let attempt = counted.fetch_add(1, Ordering::Relaxed) + 1;
            async move { if attempt > 2 { Ok(format!("attempt {attempt}")) } else { Err(Failed) } }
        };
        view! {
            <ErrorBoundary fallback=|_| "Broken">
                <Lazy load fallback=|| "Not yet" retries=0/>
            </ErrorBoundary>
        }
    });
    stage.element.scroll_into_view();
    until(|| stage.text() == "Broken").await;
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    // The network is back, twice.
    for attempts in [2, 3] {
        gloo_timers::future::TimeoutFuture::new(20).await;
        set_online(true);
        until(|| asked.load(Ordering::Relaxed) == attempts).await;
    }
    until(|| stage.text() == "attempt 3").await;
    js_sys::eval("delete navigator.onLine").unwrap();
}

/// Sets what the browser says of its network, and tells the page that it is back.
fn set_online(online: bool) {
    js_sys::eval(&format!(
        "Object.defineProperty(navigator, 'onLine', {{ value: {online}, configurable: true }})"
    ))
    .unwrap();
    if online {
        window().dispatch_event(&web_sys::Event::new("online").unwrap()).unwrap();
    }
}

#[wasm_bindgen_test]
async fn a_lazy_component_spends_no_attempt_offline() {
    set_online(false);
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    let stage = mount(move || {
        let load = move || {
            let attempt = counted.fetch_add(1, Ordering::Relaxed) + 1;
            async move { if attempt > 2 { Ok(format!("attempt {attempt}")) } else { Err(Failed) } }
        };
        view! {
            <ErrorBoundary fallback=|_| "Broken">
                <Lazy load fallback=|| "Not yet" retries=0/>
            </ErrorBoundary>
        }
    });
    stage.element.scroll_into_view();
    until(|| asked.load(Ordering::Relaxed) == 1).await;
    gloo_timers::future::TimeoutFuture::new(50).await;
    assert_eq!((asked.load(Ordering::Relaxed), stage.text().as_str()), (1, "Not yet"));
    // The first attempt that counts.
    set_online(true);
    until(|| stage.text() == "Broken").await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    js_sys::eval("delete navigator.onLine").unwrap();
}

#[wasm_bindgen_test]
async fn a_lazy_component_does_not_wait_once_the_network_is_back() {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    let stage = mount(move || {
        let load = move || {
            let attempt = counted.fetch_add(1, Ordering::Relaxed) + 1;
            async move { if attempt > 8 { Ok(format!("attempt {attempt}")) } else { Err(Failed) } }
        };
        view! { <Lazy load fallback=|| "Not yet" retries=8/> }
    });
    stage.element.scroll_into_view();
    // By the delays alone, eight attempts would take two minutes.
    for attempts in 1..9 {
        until(|| asked.load(Ordering::Relaxed) >= attempts).await;
        gloo_timers::future::TimeoutFuture::new(5).await;
        set_online(true);
    }
    until(|| stage.text() == "attempt 9").await;
    js_sys::eval("delete navigator.onLine").unwrap();
}
