//! The options of an observer, and its result.
use super::{Fetcher, Value};
use core::any::Any;
use whippet_engine::query::{ObserverOptions, RunOptions, Snapshot};
use whippet_engine::time::Duration;

/// The options of a [`QueryObserver`](super::QueryObserver).
#[derive(Clone)]
pub struct QueryObserverOptions {
    /// When the observer fetches by itself.
    pub observer: ObserverOptions,
    /// Retries, timeout and network mode of a fetch.
    pub run: RunOptions,
    /// How long the data is kept after the last observer has left.
    pub gc_time: Duration,
    /// Whether the result has the data of the previous key until the data of the new key arrives.
    pub keep_previous_data: bool,
    /// The query function.
    pub fetcher: Fetcher,
    /// Whether two values are equal. An equal answer does not replace the old value, so a comparison by identity sees
    /// no change.
    pub equal: fn(&dyn Any, &dyn Any) -> bool,
}

/// The current result of a [`QueryObserver`](super::QueryObserver).
#[derive(Clone)]
pub struct QueryResult {
    /// The data, if there is any.
    pub data: Option<Value>,
    /// The error of the last fetch; `None` if it succeeded.
    pub error: Option<Value>,
    /// Whether `data` is that of the previous key.
    pub is_placeholder: bool,
    /// Status, timestamps and counts.
    pub snapshot: Snapshot,
}
