//! The visit, kept in the tab's storage where that is allowed.
use super::host;
use whippet_engine::beacon::Session;

const KEY: &str = "whippet.session";

/// The visit that the tab's storage tells of, or a new one.
pub(super) fn resume() -> Session {
    let stored = host::storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let session = Session::resume(&stored.unwrap_or_default(), host::wall_clock() as u64, host::seed());
    keep(&session);
    session
}

pub(super) fn keep(session: &Session) {
    if let Some(storage) = host::storage() {
        let _ = storage.set_item(KEY, &session.to_text());
    }
}

pub(super) fn forget() {
    if let Some(storage) = host::storage() {
        let _ = storage.remove_item(KEY);
    }
}
