//! The visit, kept in the tab's storage where that is allowed.
use super::{host, read};
use std::cell::RefCell;
use whippet_engine::beacon::Session;

const KEY: &str = "whippet.session";

thread_local! {
    /// Where storage is forbidden, a visit is a document.
    static UNSTORED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The visit that the tab's storage tells of, or a new one. A sign of life.
pub(super) fn resume() -> Session {
    let stored = host::storage().and_then(|storage| read::call(&storage, "getItem", &[KEY.into()]));
    let stored = stored.and_then(|stored| stored.as_string()).unwrap_or_else(|| UNSTORED.take());
    let session = Session::resume(&stored, host::wall_clock() as u64, host::seed());
    let text = session.to_text();
    if let Some(storage) = host::storage() {
        read::call(&storage, "setItem", &[KEY.into(), text.as_str().into()]);
    }
    UNSTORED.set(text);
    session
}

pub(super) fn forget() {
    UNSTORED.take();
    if let Some(storage) = host::storage() {
        read::call(&storage, "removeItem", &[KEY.into()]);
    }
}
