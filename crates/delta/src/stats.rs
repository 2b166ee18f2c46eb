//! What was sent, and what was spared.
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the layer was made, of responses whose bodies were compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    /// Responses with a whole body.
    pub whole: u64,
    /// Responses that a dictionary compressed.
    pub dictionary: u64,
    /// Responses as edits.
    pub edits: u64,
    /// Responses without a body, as the client has it.
    pub not_modified: u64,
    /// Requests that named a body which is not kept.
    pub unknown: u64,
    /// Bytes of all bodies.
    pub body_bytes: u64,
    /// Bytes that were sent for them, before anything else compressed them.
    pub sent_bytes: u64,
    /// Bytes that are kept now.
    pub kept_bytes: u64,
}

#[derive(Default)]
pub struct Counters {
    pub whole: AtomicU64,
    pub dictionary: AtomicU64,
    pub edits: AtomicU64,
    pub not_modified: AtomicU64,
    pub unknown: AtomicU64,
    pub body_bytes: AtomicU64,
    pub sent_bytes: AtomicU64,
}

impl Counters {
    pub fn stats(&self, kept: usize) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            whole: read(&self.whole),
            dictionary: read(&self.dictionary),
            edits: read(&self.edits),
            not_modified: read(&self.not_modified),
            unknown: read(&self.unknown),
            body_bytes: read(&self.body_bytes),
            sent_bytes: read(&self.sent_bytes),
            kept_bytes: kept as u64,
        }
    }
}

pub fn count(counter: &AtomicU64, by: usize) {
    counter.fetch_add(by as u64, Ordering::Relaxed);
}
