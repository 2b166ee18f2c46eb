//! The visit in the tab's `sessionStorage`.
use super::{browser, read};
use std::cell::RefCell;
use whippet_engine::beacon::Visit;

const KEY: &str = "whippet.session";

thread_local! {
    /// The visit of a document that may not use storage.
    static UNSTORED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Continues the stored visit, or starts a new one. Counts as activity.
pub(super) fn resume() -> Visit {
    let stored = browser::storage().and_then(|storage| read::call(&storage, "getItem", &[KEY.into()]));
    let stored = stored.and_then(|stored| stored.as_string()).unwrap_or_else(|| UNSTORED.take());
    let visit = Visit::resume(&stored, browser::wall_clock() as u64, browser::seed());
    let text = visit.to_text();
    if let Some(storage) = browser::storage() {
        read::call(&storage, "setItem", &[KEY.into(), text.as_str().into()]);
    }
    UNSTORED.set(text);
    visit
}

/// Removes the visit, so that the next one gets a new session id.
pub(super) fn forget() {
    UNSTORED.take();
    if let Some(storage) = browser::storage() {
        read::call(&storage, "removeItem", &[KEY.into()]);
    }
}
