//! Counts how many bytes of JSON bodies were not deserialized.
use std::cell::Cell;

thread_local! {
    static COUNTED: Cell<JsonStats> = const { Cell::new(JsonStats { received: 0, spared: 0 }) };
}

/// Totals since the page loaded, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct JsonStats {
    /// The size of all bodies.
    pub received: u64,
    /// The part of it that equalled the previous body, and was not deserialized.
    pub spared: u64,
}

/// The totals of this thread.
pub(crate) fn stats() -> JsonStats {
    COUNTED.get()
}

/// Counts bytes that were not deserialized.
pub(crate) fn spare(bytes: usize) {
    let before = COUNTED.get();
    COUNTED.set(JsonStats { spared: before.spared + bytes as u64, ..before });
}

/// Counts a body.
pub(crate) fn receive(bytes: usize) {
    let before = COUNTED.get();
    COUNTED.set(JsonStats { received: before.received + bytes as u64, ..before });
}
