//! Reads members of the browser's objects. Whatever a page, an extension or a setting took away or broke, costs that
//! member alone: what is missing, of another kind, or throws, is nothing.
use js_sys::{Array, Reflect};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::prelude::*;

thread_local! {
    /// The names as JavaScript has them, by where they are: making one each time would be most of what pages with
    /// thousands of entries pay.
    static NAMES: RefCell<HashMap<(usize, usize), JsValue>> = RefCell::default();
}

/// A member that is there.
pub(super) fn member(of: &JsValue, name: &'static str) -> Option<JsValue> {
    // Taken out, as the member may be the page's own code.
    let name = NAMES.with_borrow_mut(|names| {
        names.entry((name.as_ptr() as usize, name.len())).or_insert_with(|| JsValue::from_str(name)).clone()
    });
    there(Reflect::get(of, &name).ok()?)
}

/// An item of a list that is no array.
pub(super) fn item(of: &JsValue, at: u32) -> Option<JsValue> {
    there(Reflect::get_u32(of, at).ok()?)
}

fn there(value: JsValue) -> Option<JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// A number; NaN where there is none, which no measurement is.
pub(super) fn number(of: &JsValue, name: &'static str) -> f64 {
    member(of, name).and_then(|value| value.as_f64()).unwrap_or(f64::NAN)
}

/// A number above 0, or else 0.
pub(super) fn positive(of: &JsValue, name: &'static str) -> f64 {
    number(of, name).max(0.0)
}

/// A text; empty where there is none.
pub(super) fn text(of: &JsValue, name: &'static str) -> String {
    member(of, name).and_then(|value| value.as_string()).unwrap_or_default()
}

/// Whether a member is true.
pub(super) fn flag(of: &JsValue, name: &'static str) -> bool {
    member(of, name).is_some_and(|value| value.is_truthy())
}

/// The items of a list; none where there is no list.
pub(super) fn list(of: &JsValue, name: &'static str) -> Vec<JsValue> {
    member(of, name).map(|value| items(&value)).unwrap_or_default()
}

/// The items of an array.
pub(super) fn items(value: &JsValue) -> Vec<JsValue> {
    value.dyn_ref::<Array>().map(Array::to_vec).unwrap_or_default()
}

/// What the method `name` answers; `None` where there is none, or it throws.
pub(super) fn call(of: &JsValue, name: &'static str, arguments: &[JsValue]) -> Option<JsValue> {
    let method: js_sys::Function = member(of, name)?.dyn_into().ok()?;
    method.apply(of, &arguments.iter().collect()).ok()
}
