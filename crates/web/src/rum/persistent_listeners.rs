//! Listeners that survive `document.open()`, which removes all listeners from the window and the document.
use super::browser::{self, Init};
use super::read;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// A listener, as it was added.
struct Registration {
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
struct Registrations {
    listeners: Vec<Registration>,
    /// Exists while there is any listener.
    observer: Option<MutationObserver>,
}

thread_local! {
    static REGISTRATIONS: RefCell<Registrations> = RefCell::default();
}

/// Adds a listener, until [`remove`].
pub(super) fn add(target: &JsValue, kind: &'static str, listener: &JsValue, capture: bool) {
    browser::add_event_listener(target, kind, listener, capture);
    let registration = Registration { target: target.clone(), kind, listener: listener.clone(), capture };
    let is_observed = REGISTRATIONS.with_borrow_mut(|all| {
        all.listeners.push(registration);
        all.observer.is_some()
    });
    if !is_observed {
        let observer = observe_document();
        REGISTRATIONS.with_borrow_mut(|all| all.observer = observer);
    }
}

/// Removes a listener.
pub(super) fn remove(target: &JsValue, kind: &'static str, listener: &JsValue, capture: bool) {
    browser::remove_event_listener(target, kind, listener, capture);
    let observer = REGISTRATIONS.with_borrow_mut(|all| {
        all.listeners.retain(|one| one.kind != kind || &one.listener != listener);
        if all.listeners.is_empty() { all.observer.take() } else { None }
    });
    if let Some(observer) = observer {
        read::call(&observer, "disconnect", &[]);
    }
}

/// Adds all listeners again whenever the document's children change, as `document.open()` also empties the document. Adding
/// a listener that is still there changes nothing.
fn observe_document() -> Option<MutationObserver> {
    let callback = Closure::<dyn Fn(JsValue)>::new(|_| {
        REGISTRATIONS.with_borrow(|all| {
            for Registration { target, kind, listener, capture } in &all.listeners {
                browser::add_event_listener(target, kind, listener, *capture);
            }
        });
    });
    // The garbage collector frees it, as it does a listener.
    let observer = MutationObserver::new(&callback.into_js_value()).ok()?;
    let options = Init::new();
    options.set("childList", &JsValue::TRUE);
    read::call(&observer, "observe", &[browser::of_global("document"), options.into()])?;
    Some(observer)
}
