//! The options of an observer, and its result.
use super::{Fetcher, Value};
use alloc::sync::Arc;
use core::any::Any;
use whippet_engine::query::pages::Direction;
use whippet_engine::query::{ObserverOptions, RunOptions, Snapshot, Verdict};
use whippet_engine::time::Duration;

/// Says what follows from an error, after that many attempts failed before it.
pub type Judge = Arc<dyn Fn(u32, &dyn Any) -> Verdict + Send + Sync>;

/// Measures data, in bytes.
pub type SizeOf = Arc<dyn Fn(&dyn Any) -> f64 + Send + Sync>;

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
    /// Whether errors are retried; `None` leaves it to `run`.
    pub judge: Option<Judge>,
    /// Whether two values are equal. An equal answer does not replace the old value, so a comparison by identity sees
    /// no change.
    pub equal: fn(&dyn Any, &dyn Any) -> bool,
    /// What the data counts as where the cache is [limited](super::Client::set_limits); `None`: nothing.
    pub size: Option<SizeOf>,
}

/// The current result of a [`QueryObserver`](super::QueryObserver).
#[derive(Clone)]
pub struct QueryResult {
    /// The data, if there is any.
    pub data: Option<Value>,
    /// The error of the last fetch; `None` if it succeeded.
    pub error: Option<Value>,
    /// The error of the last attempt that failed, even if a retry follows.
    pub failure_reason: Option<Value>,
    /// Whether `data` is that of the previous key.
    pub is_placeholder: bool,
    /// What part of the data the last fetch was of; `None`: all.
    pub part: Option<Direction>,
    /// Status, timestamps and counts.
    pub snapshot: Snapshot,
}
