//! A cell's value as bytes: a version, then postcard's encoding, where an integer takes as many bytes as it needs.
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::section::Cell;

const VERSION: u8 = 1;

/// The value as bytes.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes);
    bytes
}

/// Adds the value as bytes to `bytes`.
pub fn encode_into<T: Serialize>(value: &T, bytes: &mut Vec<u8>) {
    bytes.push(VERSION);
    // A vector takes all bytes, and no section has a form that postcard refuses. A value without bytes is read as none.
    *bytes = postcard::to_extend(value, std::mem::take(bytes)).unwrap_or_default();
}

/// The value that [`encode`] wrote; `None` for other bytes. One bad row must not stop the rest, so it is left out.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let decoded = versioned(bytes).and_then(|rest| postcard::take_from_bytes(rest).ok());
    match decoded {
        Some((value, [])) => Some(value),
        _ => {
            warn();
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

/// Reads one value after the other into the same memory.
#[derive(Debug, Default)]
pub struct Reader<T> {
    value: T,
}

impl<T: Cell> Reader<T> {
    /// The value that the bytes hold; `None` as in [`decode`].
    pub fn read(&mut self, bytes: &[u8]) -> Option<&T> {
        let rest = versioned(bytes).and_then(|rest| self.value.refill(rest));
        if rest.is_some_and(<[u8]>::is_empty) {
            return Some(&self.value);
        }
        warn();
        None
    }

    /// Adds the value that the bytes hold.
    pub fn merge_into(&mut self, sum: &mut T, bytes: &[u8]) {
        if let Some(value) = self.read(bytes) {
            sum.merge(value);
        }
    }
}

/// What follows the version, if it is known.
pub fn versioned(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split_first().filter(|(version, _)| **version == VERSION).map(|(_, rest)| rest)
}

/// Says that bytes hold no value.
pub fn warn() {
    tracing::warn!("what is kept of a minute, hour or day cannot be read, and is left out");
}
