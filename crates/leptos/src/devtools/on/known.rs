//! The types of values that hooks have used: the cache knows values by type only, and who shows one, or fails with one,
//! has to know how.
use super::made_up::made_up;
#[cfg(feature = "json")]
use crate::{Json, JsonError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::{Any, TypeId, type_name};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use whippet_web::query::Value;

/// The most characters of a value that are shown: a longer one would hold up the page.
const LONGEST: usize = 4_000_000;

struct Known {
    name: &'static str,
    /// The value as JSON.
    show: Option<fn(&dyn Any) -> Option<String>>,
    /// Some value of the type.
    make: Option<fn() -> Option<Value>>,
}

thread_local! {
    static KNOWN: RefCell<HashMap<TypeId, Known>> = RefCell::default();
}

fn know<T: Any>(known: Known) {
    KNOWN.with_borrow_mut(|all| {
        let entry =
            all.entry(TypeId::of::<T>()).or_insert(Known { name: known.name, show: None, make: None });
        entry.show = entry.show.or(known.show);
        entry.make = entry.make.or(known.make);
    });
}

/// A type of data that can be written.
pub(crate) fn serialized<T: Serialize + Any>() {
    know::<T>(Known { name: type_name::<T>(), show: Some(write::<T>), make: None });
}

/// A type of which nothing is known but its name.
pub(crate) fn named<T: Any>() {
    know::<T>(Known { name: type_name::<T>(), show: None, make: None });
}

/// A type of errors that can be written, and read.
pub(crate) fn errors<E: Serialize + DeserializeOwned + Send + Sync + 'static>() {
    let make = || Some(Arc::new(made_up::<E>()?) as Value);
    know::<E>(Known { name: type_name::<E>(), show: Some(write::<E>), make: Some(make) });
}

/// Data that came as JSON.
#[cfg(feature = "json")]
pub(crate) fn json<T: Send + Sync + 'static>() {
    let body = |value: &dyn Any| value.downcast_ref::<Json<T>>()?.body().map(ToOwned::to_owned);
    know::<Json<T>>(Known { name: type_name::<T>(), show: Some(body), make: None });
}

/// The errors of queries of JSON.
#[cfg(feature = "json")]
pub(crate) fn json_errors() {
    let show = |value: &dyn Any| {
        let error = value.downcast_ref::<JsonError>()?;
        serde_json::to_string(&format!("{error:?}")).ok()
    };
    let make = || {
        let (url, body) = (String::new(), super::made_up::TEXT.to_owned());
        Some(Arc::new(JsonError::Status { status: 500, url, retry_after: None, body }) as Value)
    };
    know::<JsonError>(Known { name: "JsonError", show: Some(show), make: Some(make) });
}

fn write<T: Serialize + Any>(value: &dyn Any) -> Option<String> {
    serde_json::to_string(value.downcast_ref::<T>()?).ok()
}

/// A value as JSON, or a text that says why it cannot be shown.
pub(super) fn show(value: &Value) -> String {
    let value: &dyn Any = &**value;
    let (name, show) = KNOWN.with_borrow(|all| {
        let known = all.get(&value.type_id());
        (known.map_or("an unknown type", |known| known.name), known.and_then(|known| known.show))
    });
    // Nothing is borrowed: `Serialize` is the user's code.
    let text = match show.and_then(|show| show(value)) {
        Some(text) if text.len() <= LONGEST => return text,
        Some(text) => format!("a value of {name}, {} bytes as JSON: too long to be shown", text.len()),
        None => format!("a value of {name}, which cannot be shown: it has no Serialize that is known here"),
    };
    serde_json::to_string(&text).unwrap_or_default()
}

/// Whether [`make`] gives something: as often as it is asked.
pub(super) fn can_make(error: TypeId) -> bool {
    make(error).is_some()
}

/// Some error of a type.
pub(super) fn make(error: TypeId) -> Option<Value> {
    let make = KNOWN.with_borrow(|all| all.get(&error).and_then(|known| known.make))?;
    make()
}
