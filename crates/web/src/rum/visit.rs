//! The visit, kept in the tab's storage where that is allowed.
use super::host;
use alloc::string::String;
use core::cell::RefCell;
use whippet_engine::beacon::Session;

const KEY: &str = "whippet.session";

std::thread_local! {
    /// Where storage is forbidden, a visit is a document.
    static UNSTORED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The visit that the tab's storage tells of, or a new one. A sign of life.
pub(super) fn resume() -> Session {
    let stored = host::storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let stored = stored.unwrap_or_else(|| UNSTORED.take());
    let session = Session::resume(&stored, host::wall_clock() as u64, host::seed());
    let text = session.to_text();
    if let Some(storage) = host::storage() {
        let _ = storage.set_item(KEY, &text);
    }
    UNSTORED.set(text);
    session
}

pub(super) fn forget() {
    UNSTORED.take();
    if let Some(storage) = host::storage() {
        let _ = storage.remove_item(KEY);
    }
}
