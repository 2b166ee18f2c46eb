//! A place in the page to mount things.
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// An element of the page with a mounted view, removed when it is dropped.
pub struct Stage<M: leptos::tachys::view::Mountable> {
    pub element: HtmlElement,
    pub mounted: Option<UnmountHandle<M>>,
}

impl<M: leptos::tachys::view::Mountable> Stage<M> {
    /// The text of the view.
    pub fn text(&self) -> String {
        self.element.text_content().unwrap_or_default()
    }

    /// Unmounts the view.
    pub fn clear(&mut self) {
        self.mounted = None;
    }
}

/// Mounts `view` into a new element of the page.
pub fn mount<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> Stage<<View<V> as Render>::State>
where
    <View<V> as Render>::State: leptos::tachys::view::Mountable,
{
    let element: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&element).unwrap();
    let mounted = mount_to(element.clone(), move || view().into_view());
    Stage { element, mounted: Some(mounted) }
}

/// Yields to the browser until `done`; panics if that takes too long.
pub async fn until(done: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if done() {
            return;
        }
        gloo_timers::future::TimeoutFuture::new(0).await;
    }
    panic!("the condition was not met");
}
