//! Listeners and timers that end with their owner.
use super::{host, opened};
use std::cell::Cell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

/// A JavaScript function. It is the browser's to free: where a page keeps it from being taken back, it is called still,
/// and one that was freed would throw.
pub(super) struct Callback(JsValue);

impl AsRef<JsValue> for Callback {
    fn as_ref(&self) -> &JsValue {
        &self.0
    }
}

/// A JavaScript function that calls `method` on `owner`, as long as there is one.
pub(super) fn callback<T: 'static>(owner: &Rc<T>, method: impl Fn(&Rc<T>, JsValue) + 'static) -> Callback {
    let owner: Weak<T> = Rc::downgrade(owner);
    let call = Closure::<dyn Fn(JsValue)>::new(move |argument: JsValue| {
        if let Some(owner) = owner.upgrade() {
            method(&owner, argument);
        }
    });
    Callback(call.into_js_value())
}

/// A listener, until it is dropped.
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
        // Errors of images and scripts do not bubble, but are captured: they are not the page's own.
        let capture = kind != "error";
        let callback = callback(owner, method);
        opened::hear(target, kind, callback.as_ref(), capture);
        Self { target: target.clone(), kind, capture, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        opened::forget(&self.target, self.kind, self.callback.as_ref(), self.capture);
    }
}

/// Something to be done later, at most once at a time.
pub(super) struct Later {
    callback: Callback,
    timer: Cell<f64>,
    frame: Cell<f64>,
    idle: Cell<f64>,
    /// Whether an idle moment is waited for.
    waits: Rc<Cell<bool>>,
}

impl Later {
    pub(super) fn new<T: 'static>(owner: &Rc<T>, method: fn(&Rc<T>)) -> Self {
        let waits = Rc::new(Cell::new(false));
        let waited = Rc::clone(&waits);
        let callback = callback(owner, move |owner, _| {
            waited.set(false);
            method(owner);
        });
        Self { callback, timer: Cell::new(0.0), frame: Cell::new(0.0), idle: Cell::new(0.0), waits }
    }

    /// In `ms`; a wait that is under way ends.
    pub(super) fn after(&self, ms: f64) {
        self.cancel();
        self.timer.set(host::set_timeout(self.callback.as_ref(), ms));
    }

    /// Before the next frame.
    pub(super) fn next_frame(&self) {
        self.frame.set(host::request_animation_frame(self.callback.as_ref()));
    }

    /// When the browser has time, within a second of the first who asked; as a task, where it does not say.
    pub(super) fn when_idle(&self) {
        if self.waits.replace(true) {
            return;
        }
        match host::request_idle_callback(self.callback.as_ref(), 1000.0) {
            Some(idle) => self.idle.set(idle),
            None => self.timer.set(host::set_timeout(self.callback.as_ref(), 0.0)),
        }
    }

    pub(super) fn cancel(&self) {
        host::clear_timeout(self.timer.get());
        host::cancel_animation_frame(self.frame.get());
        host::cancel_idle_callback(self.idle.get());
    }
}

impl Drop for Later {
    fn drop(&mut self) {
        self.cancel();
    }
}
