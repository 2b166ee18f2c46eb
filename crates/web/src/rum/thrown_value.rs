//! Describes a thrown value of any type, by the rules of pkg/src/rum/describeThrown.ts.
use super::vitals::selector;
use super::{browser, read};
use js_sys::{ArrayBuffer, Object};
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{describe_event, describe_object};

/// The value's own text, if it has one. Otherwise an event is described by its type and target, any other object by the
/// names of its members.
pub(super) fn describe(thrown: &JsValue) -> String {
    own_text(thrown).or_else(|| event_text(thrown)).unwrap_or_else(|| object_text(thrown))
}

/// The text of an error (also of another realm), a string, numbers, `null` and `undefined`.
fn own_text(thrown: &JsValue) -> Option<String> {
    if has_contents(thrown) {
        return None;
    }
    let text = browser::to_string(thrown).ok()?.as_string()?;
    (!text.is_empty() && !text.starts_with("[object ")).then_some(text)
}

/// Whether its text would be its contents: a list's items, a function's source.
pub(super) fn has_contents(thrown: &JsValue) -> bool {
    is_list(thrown) || thrown.is_function()
}

fn event_text(event: &JsValue) -> Option<String> {
    let kind = read::member(event, "type")?.as_string()?;
    read::member(event, "preventDefault").filter(JsValue::is_function)?;
    let target = read::member(event, "target").map(|target| match read::member(&target, "nodeType") {
        Some(_) => selector(&target),
        None => kind_of(&target),
    });
    Some(describe_event(&kind_of(event), &kind, &target.unwrap_or_default()))
}

fn object_text(object: &JsValue) -> String {
    let code = read::member(object, "code").unwrap_or_default();
    let code = match code.as_f64() {
        Some(_) => browser::to_string(&code).ok().and_then(|code| code.as_string()),
        None => code.as_string(),
    };
    let names = if is_list(object) { None } else { browser::keys(object.unchecked_ref::<Object>()).ok() };
    // `Array.prototype.sort` orders by UTF-16 units, as the npm package does.
    let names: Vec<String> = names
        .map(|names| names.sort().iter().filter_map(|name| name.as_string()).collect())
        .unwrap_or_default();
    let (name, message) = (read::text(object, "name"), read::text(object, "message"));
    let text = describe_object(&kind_of(object), &name, &message, &code.unwrap_or_default(), &names);
    // Nothing can be read from the object.
    if text == "Object" && browser::to_string(object).is_err() { "unknown".into() } else { text }
}

/// Whether it is an array or a typed array. A revoked proxy throws and counts as a list, so that nothing is read from it.
fn is_list(value: &JsValue) -> bool {
    browser::is_array(value).unwrap_or(true) || ArrayBuffer::is_view(value)
}

/// The name of its constructor.
fn kind_of(value: &JsValue) -> String {
    let kind = read::member(value, "constructor").map(|kind| read::text(&kind, "name")).unwrap_or_default();
    if kind.is_empty() { "Object".into() } else { kind }
}
