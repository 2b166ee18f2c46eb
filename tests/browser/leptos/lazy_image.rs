//! `LazyImage` in a real page.
use crate::stage::{mount, until};
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::LazyImage;

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
