//! Pacing: decides when a function that is called often runs.
//!
//! | machine | decides |
//! |---|---|
//! | [`Timers`] | when the host's one timer fires, and whose deadline expired then |
//! | its pacers | debounce and throttle: which calls run |
//! | [`Lists`] | memos: which results are fresh, stale, shared or evicted; rate limits: which calls run now, wait or are rejected |
//! | [`enqueue`] | when single items are loaded together |
//! | [`retry_delay`] | whether and when a failed call is retried, by the query cache's [policy](crate::query::retry) |
//!
//! The host keeps the functions, their arguments and their results, and counts calls. It
//!
//! 1. passes each input to a machine, and carries out the effects that the machine returns,
//! 2. keeps one timer and arms it for [`Timers::arm`] whenever a pacer begins to wait or the host sets a deadline, which it
//!    does for all machines but the pacers,
//! 3. calls [`Timers::handle_timeout`] when that timer fires, then [`Timers::poll`] until it returns `None`, then arms the
//!    timer again.
//!
//! Debounce and throttle follow lodash's `debounce` exactly, in what it documents and in what it does: edges,
//! `maxWait`, the call after a flush, a clock that was set back. The tests compare them with a transliteration of
//! lodash's code. A call within a burst sets no deadline: the running timer checks for later calls when it expires,
//! and is set again then. A host need not even report such calls ([`Timers::pacer_until`]).
mod batches;
mod lists;
mod memos;
mod monotonic;
mod pacers;
mod rate_limits;
mod retries;
#[cfg(test)]
mod tests;
mod timers;

pub use crate::rows::{RowVec, Rows};
pub use batches::{Enqueued, enqueue};
pub use lists::{Lists, Node};
pub use memos::{Lookup, MemoId};
pub use monotonic::LONG_AGO;
pub use pacers::{PacerEffects, Pacing};
pub use rate_limits::{Admission, Rate, RateLimitId};
pub use retries::retry_delay;
pub use timers::{Expired, PacerId, Row, TimerId, Timers};
