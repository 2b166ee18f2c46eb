//! Listeners outlive `document.open()`, which takes all of them off the window and the document.
use super::host::{self, Init};
use super::read;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// A listener that is to stay.
struct Heard {
    target: JsValue,
    kind: &'static str,
    listener: JsValue,
    capture: bool,
}

#[wasm_bindgen]
extern "C" {
    type MutationObserver;
    #[wasm_bindgen(constructor, catch)]
    fn new(callback: &JsValue) -> Result<MutationObserver, JsValue>;
}

#[derive(Default)]
struct Opened {
    heard: Vec<Heard>,
    /// As long as anything is heard.
    watch: Option<MutationObserver>,
}

thread_local! {
    static OPENED: RefCell<Opened> = RefCell::default();
}

/// Listens, until [`forget`].
pub(super) fn hear(target: &JsValue, kind: &'static str, listener: &JsValue, capture: bool) {
    host::add_event_listener(target, kind, listener, capture);
    let heard = Heard { target: target.clone(), kind, listener: listener.clone(), capture };
    let is_watched = OPENED.with_borrow_mut(|opened| {
        opened.heard.push(heard);
        opened.watch.is_some()
    });
    if !is_watched {
        let watch = watch();
        OPENED.with_borrow_mut(|opened| opened.watch = watch);
    }
}

/// Listens no more.
pub(super) fn forget(target: &JsValue, kind: &'static str, listener: &JsValue, capture: bool) {
    host::remove_event_listener(target, kind, listener, capture);
    let watch = OPENED.with_borrow_mut(|opened| {
        opened.heard.retain(|heard| heard.kind != kind || &heard.listener != listener);
        if opened.heard.is_empty() { opened.watch.take() } else { None }
    });
    if let Some(observer) = watch {
        read::call(&observer, "disconnect", &[]);
    }
}

/// It empties the document too, of which observers are told. To add a listener that is still there changes nothing.
fn watch() -> Option<MutationObserver> {
    let callback = Closure::<dyn Fn(JsValue)>::new(|_| {
        OPENED.with_borrow(|opened| {
            for Heard { target, kind, listener, capture } in &opened.heard {
                host::add_event_listener(target, kind, listener, *capture);
            }
        });
    });
    // The browser's to free, as a listener is.
    let observer = MutationObserver::new(&callback.into_js_value()).ok()?;
    let options = Init::new();
    options.set("childList", &JsValue::TRUE);
    read::call(&observer, "observe", &[host::of_global("document"), options.into()])?;
    Some(observer)
}
