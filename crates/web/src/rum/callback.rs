//! JavaScript functions that call a method of an owner.
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

/// A JavaScript function, which the garbage collector frees: a page may prevent the removal of a listener or a timer, and
/// calling a function that was freed would throw.
pub(super) struct Callback(JsValue);

impl AsRef<JsValue> for Callback {
    fn as_ref(&self) -> &JsValue {
        &self.0
    }
}

/// A JavaScript function that calls `method` on `owner`, unless that was dropped.
pub(super) fn callback<T: 'static>(owner: &Rc<T>, method: impl Fn(&Rc<T>, JsValue) + 'static) -> Callback {
    let owner: Weak<T> = Rc::downgrade(owner);
    let call = Closure::<dyn Fn(JsValue)>::new(move |argument: JsValue| {
        if let Some(owner) = owner.upgrade() {
            method(&owner, argument);
        }
    });
    Callback(call.into_js_value())
}
