//! What a thrown value says of itself, whatever it is: pkg/src/rum/thrown.ts says the same.
use super::vitals::selector;
use super::{host, read};
use js_sys::{ArrayBuffer, Object};
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{describe_event, describe_object};

/// Its own text, where it has one; or what it is: an event by its type and target, any other object by the names of its
/// members.
pub(super) fn text_of(thrown: &JsValue) -> String {
    own_text(thrown).or_else(|| event_text(thrown)).unwrap_or_else(|| object_text(thrown))
}

/// Of errors, also of other realms, strings, numbers, nothing.
fn own_text(thrown: &JsValue) -> Option<String> {
    if has_contents(thrown) {
        return None;
    }
    let text = host::to_string(thrown).ok()?.as_string()?;
    (!text.is_empty() && !text.starts_with("[object ")).then_some(text)
}

/// Whether its text would be what is in it: a list's items, a function's source.
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
        Some(_) => host::to_string(&code).ok().and_then(|code| code.as_string()),
        None => code.as_string(),
    };
    let names = if is_list(object) { None } else { host::keys(object.unchecked_ref::<Object>()).ok() };
    // Sorted as JavaScript sorts.
    let names: Vec<String> = names
        .map(|names| names.sort().iter().filter_map(|name| name.as_string()).collect())
        .unwrap_or_default();
    let (name, message) = (read::text(object, "name"), read::text(object, "message"));
    let told = describe_object(&kind_of(object), &name, &message, &code.unwrap_or_default(), &names);
    // Not even its text can be had.
    if told == "Object" && host::to_string(object).is_err() { "unknown".into() } else { told }
}

/// Whether it has items, as many as there may be. A proxy that was revoked is not even asked.
fn is_list(value: &JsValue) -> bool {
    host::is_array(value).unwrap_or(true) || ArrayBuffer::is_view(value)
}

/// The name of its constructor.
fn kind_of(value: &JsValue) -> String {
    let kind = read::member(value, "constructor").map(|kind| read::text(&kind, "name")).unwrap_or_default();
    if kind.is_empty() { "Object".into() } else { kind }
}
