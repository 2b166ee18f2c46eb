//! Reads members of JavaScript objects. A member that is missing, has another type or throws counts as absent: whatever a
//! page, an extension or a setting removed or broke costs that member alone.
use js_sys::{Array, Reflect};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::prelude::*;

thread_local! {
    /// Names as JavaScript strings, by the address of the Rust string: converting a name on each read would be most of the
    /// cost in pages with thousands of entries.
    static NAMES: RefCell<HashMap<(usize, usize), JsValue>> = RefCell::default();
}

/// A member that is neither `undefined` nor `null`.
pub(super) fn member(of: &JsValue, name: &'static str) -> Option<JsValue> {
    // Cloned, so that nothing is borrowed: a getter may be code of the page.
    let name = NAMES.with_borrow_mut(|names| {
        names.entry((name.as_ptr() as usize, name.len())).or_insert_with(|| JsValue::from_str(name)).clone()
    });
    present(Reflect::get(of, &name).ok()?)
}

/// An item of an array-like object.
pub(super) fn item(of: &JsValue, at: u32) -> Option<JsValue> {
    present(Reflect::get_u32(of, at).ok()?)
}

fn present(value: JsValue) -> Option<JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// A number; NaN if there is none, which counts as no measurement.
pub(super) fn number(of: &JsValue, name: &'static str) -> f64 {
    member(of, name).and_then(|value| value.as_f64()).unwrap_or(f64::NAN)
}

/// A number above 0, or else 0.
pub(super) fn positive(of: &JsValue, name: &'static str) -> f64 {
    number(of, name).max(0.0)
}

/// A string; empty if there is none.
pub(super) fn text(of: &JsValue, name: &'static str) -> String {
    member(of, name).and_then(|value| value.as_string()).unwrap_or_default()
}

/// Whether a member is truthy.
pub(super) fn flag(of: &JsValue, name: &'static str) -> bool {
    member(of, name).is_some_and(|value| value.is_truthy())
}

/// The items of an array member; none if there is no array.
pub(super) fn list(of: &JsValue, name: &'static str) -> Vec<JsValue> {
    member(of, name).map(|value| items(&value)).unwrap_or_default()
}

/// The items of an array.
pub(super) fn items(value: &JsValue) -> Vec<JsValue> {
    value.dyn_ref::<Array>().map(Array::to_vec).unwrap_or_default()
}

/// Calls the method `name`; `None` if there is none, or it throws.
pub(super) fn call(of: &JsValue, name: &'static str, arguments: &[JsValue]) -> Option<JsValue> {
    let method: js_sys::Function = member(of, name)?.dyn_into().ok()?;
    method.apply(of, &arguments.iter().collect()).ok()
}
