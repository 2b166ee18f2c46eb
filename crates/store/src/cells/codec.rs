//! A cell's value as bytes: a version, then postcard's encoding, where an integer takes as many bytes as it needs.
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::section::Cell;

const VERSION: u8 = 1;

/// The value as bytes.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // A vector takes all bytes, and no section has a form that postcard refuses. A value without bytes is read as none.
    postcard::to_extend(value, vec![VERSION]).unwrap_or_default()
}

/// The value that [`encode`] wrote; `None` for other bytes. One bad row must not stop the rest, so it is left out.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let decoded = match bytes.split_first() {
        Some((&VERSION, rest)) => postcard::take_from_bytes(rest).ok(),
        _ => None,
    };
    match decoded {
        Some((value, [])) => Some(value),
        _ => {
            tracing::warn!("what is kept of a minute, hour or day cannot be read, and is left out");
            None
        }
    }
}

/// Adds the value that the bytes hold.
pub fn merge_bytes<T: Cell>(value: &mut T, bytes: &[u8]) {
    if let Some(other) = decode(bytes) {
        value.merge(&other);
    }
}
