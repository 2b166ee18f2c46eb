//! Listeners and timers that end with their owner.
use super::host;
use alloc::rc::{Rc, Weak};
use core::cell::Cell;
use wasm_bindgen::prelude::*;

/// A JavaScript function that is called with one argument.
pub(super) type Callback = Closure<dyn Fn(JsValue)>;

/// A JavaScript function that calls `method` on `owner`, as long as there is one.
pub(super) fn callback<T: 'static>(owner: &Rc<T>, method: fn(&Rc<T>, JsValue)) -> Callback {
    let owner: Weak<T> = Rc::downgrade(owner);
    Closure::new(move |argument: JsValue| {
        if let Some(owner) = owner.upgrade() {
            method(&owner, argument);
        }
    })
}

/// A listener on the window, until it is dropped.
#[must_use = "dropping it stops listening"]
pub(super) struct Listener {
    kind: &'static str,
    capture: bool,
    callback: Callback,
}

impl Listener {
    pub(super) fn new<T: 'static>(owner: &Rc<T>, kind: &'static str, method: fn(&Rc<T>, JsValue)) -> Self {
        // Errors of images and scripts do not bubble, but are captured: they are not the page's own.
        let capture = kind != "error";
        let callback = callback(owner, method);
        host::add_event_listener(kind, callback.as_ref(), capture);
        Self { kind, capture, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        host::remove_event_listener(self.kind, self.callback.as_ref(), self.capture);
    }
}

/// Something to be done later, at most once at a time.
pub(super) struct Later {
    callback: Callback,
    timer: Cell<f64>,
    frame: Cell<f64>,
}

impl Later {
    pub(super) fn new<T: 'static>(owner: &Rc<T>, method: fn(&Rc<T>, JsValue)) -> Self {
        Self { callback: callback(owner, method), timer: Cell::new(0.0), frame: Cell::new(0.0) }
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

    pub(super) fn cancel(&self) {
        host::clear_timeout(self.timer.get());
        host::cancel_animation_frame(self.frame.get());
    }
}

impl Drop for Later {
    fn drop(&mut self) {
        self.cancel();
    }
}
