//! Reads members of the browser's objects. Whatever a page, an extension or a setting took away or broke, costs that
//! member alone: what is missing, of another kind, or throws, is nothing.
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;

/// A member that is there.
pub(super) fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(of, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// A number; NaN where there is none, which no measurement is.
pub(super) fn number(of: &JsValue, name: &str) -> f64 {
    member(of, name).and_then(|value| value.as_f64()).unwrap_or(f64::NAN)
}

/// A number above 0, or else 0.
pub(super) fn positive(of: &JsValue, name: &str) -> f64 {
    number(of, name).max(0.0)
}

/// A text; empty where there is none.
pub(super) fn text(of: &JsValue, name: &str) -> String {
    member(of, name).and_then(|value| value.as_string()).unwrap_or_default()
}

/// Whether a member is true.
pub(super) fn flag(of: &JsValue, name: &str) -> bool {
    member(of, name).is_some_and(|value| value.is_truthy())
}

/// The items of a list; none where there is no list.
pub(super) fn list(of: &JsValue, name: &str) -> Vec<JsValue> {
    member(of, name).map(|value| items(&value)).unwrap_or_default()
}

/// The items of an array.
pub(super) fn items(value: &JsValue) -> Vec<JsValue> {
    value.dyn_ref::<Array>().map(Array::to_vec).unwrap_or_default()
}

/// What the method `name` answers; `None` where there is none, or it throws.
pub(super) fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let method: js_sys::Function = member(of, name)?.dyn_into().ok()?;
    method.apply(of, &arguments.iter().collect()).ok()
}
