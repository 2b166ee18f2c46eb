//! Event listeners that end with their owner.
use super::callback::{Callback, callback};
use super::persistent_listeners;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Listens until it is dropped.
#[must_use = "dropping it stops listening"]
pub(super) struct Listener {
    target: JsValue,
    kind: &'static str,
    capture: bool,
    callback: Callback,
}

impl Listener {
    /// Listens on the window.
    pub(super) fn new<T: 'static>(
        owner: &Rc<T>,
        kind: &'static str,
        method: impl Fn(&Rc<T>, JsValue) + 'static,
    ) -> Self {
        Self::on(&js_sys::global(), owner, kind, method)
    }

    /// Listens on `target`.
    pub(super) fn on<T: 'static>(
        target: &JsValue,
        owner: &Rc<T>,
        kind: &'static str,
        method: impl Fn(&Rc<T>, JsValue) + 'static,
    ) -> Self {
        // Load errors of images and scripts do not bubble, but would be captured. They are not JavaScript errors.
        let capture = kind != "error";
        let callback = callback(owner, method);
        persistent_listeners::add(target, kind, callback.as_ref(), capture);
        Self { target: target.clone(), kind, capture, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        persistent_listeners::remove(&self.target, self.kind, self.callback.as_ref(), self.capture);
    }
}
