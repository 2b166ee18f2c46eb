//! Pacing: decides when a function that is called often runs.
//!
//! [`Pace`] holds every paced function of a module on one heap of deadlines:
//!
//! | machine | decides |
//! |---|---|
//! | [`Pacers`] | debounce and throttle: which calls run |
//! | [`Batches`] | when single items are loaded together |
//! | [`Memos`] | which results are fresh, stale, shared or evicted |
//! | [`RateLimits`] | which calls run now, wait or are rejected |
//! | [`Retries`] | whether and when a failed call is retried, by the query cache's [policy](crate::query::retry) |
//!
//! The host keeps the functions, their arguments and their results. It
//!
//! 1. passes each input to a machine, together with [`Pace::timers`], and carries out the effects that the machine
//!    returns,
//! 2. keeps one timer and arms it for [`Timers::arm`] whenever a machine asks for it,
//! 3. calls [`Timers::handle_timeout`] when that timer fires, then [`Pace::poll_expired`] until it returns `None`,
//!    then arms the timer again.
//!
//! Debounce and throttle follow lodash's `debounce` exactly, in what it documents and in what it does: edges,
//! `maxWait`, the call after a flush, a clock that was set back. The tests compare them with a transliteration of
//! lodash's code. A call within a burst sets no deadline: the running timer checks for later calls when it expires,
//! and is set again then. A host may even count such calls for a while and report them together
//! ([`Pacers::coalesce_until`]).
mod batches;
mod linked_list;
mod memos;
mod monotonic;
mod pacer;
mod pacers;
mod rate_limits;
mod retries;
mod slab;
#[cfg(test)]
mod tests;
mod timers;

use crate::time::Instant;
pub use batches::{BatchId, BatchOptions, Batches, Enqueued};
pub use memos::{Lookup, MemoId, MemoOptions, MemoStats, Memos};
pub use pacer::Pacing;
pub use pacers::{PacerEffects, PacerId, Pacers};
pub use rate_limits::{Admission, Rate, RateLimitId, RateLimits};
pub use retries::{Retries, RetryDeadline, RetryId};
use timers::TimerOwner;
pub use timers::Timers;

/// Every paced function of a module. See the [module](self).
#[derive(Default)]
pub struct Pace {
    /// The deadlines of all machines.
    pub timers: Timers,
    /// Debounced and throttled functions.
    pub pacers: Pacers,
    /// Batched functions.
    pub batches: Batches,
    /// Memoized functions.
    pub memos: Memos,
    /// Rate-limited functions.
    pub rate_limits: RateLimits,
    /// Calls that are retried.
    pub retries: Retries,
}

/// The owner of an expired deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// A wait is over: carry out the effects.
    Pacer(PacerId, PacerEffects),
    /// The batch is dispatched now. It is closed already.
    Batch(BatchId),
    /// Results have expired: [`Memos::next_expired`] names them.
    Memo(MemoId),
    /// Calls may run: [`RateLimits::next_ready`] names them.
    RateLimit(RateLimitId),
    /// A retry delay is over, or an attempt timed out.
    Retry(RetryId, RetryDeadline),
}

impl Pace {
    /// Without any paced function.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next expired deadline. A deadline that is set meanwhile, by a function that runs, waits for the next
    /// timeout, even with a wait of zero.
    pub fn poll_expired(&mut self, now: Instant) -> Option<Expired> {
        loop {
            match self.timers.poll()? {
                TimerOwner::Pacer { pacer, .. } => {
                    let effects = self.pacers.expired(&mut self.timers, pacer, now);
                    return Some(Expired::Pacer(PacerId(pacer), effects));
                }
                TimerOwner::Batch(id) => {
                    if self.batches.close(&mut self.timers, BatchId(id), true) > 0 {
                        return Some(Expired::Batch(BatchId(id)));
                    }
                }
                TimerOwner::Memo(id) => return Some(Expired::Memo(MemoId(id))),
                TimerOwner::RateLimit(id) => return Some(Expired::RateLimit(RateLimitId(id))),
                TimerOwner::Retry(id) => {
                    if let Some(deadline) = self.retries.expired(id) {
                        return Some(Expired::Retry(RetryId(id), deadline));
                    }
                }
            }
        }
    }

    /// How often debounced, throttled, batched and memoized functions were called.
    pub fn calls(&self) -> u64 {
        self.pacers.calls() + self.batches.calls() + self.memos.calls()
    }

    /// How often the wrapped functions ran.
    pub fn invocations(&self) -> u64 {
        self.pacers.invocations() + self.batches.invocations() + self.memos.invocations()
    }
}
