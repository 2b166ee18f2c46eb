//! Pacing: when a function that is called often shall run.
//!
//! [`Pace`] holds every paced function of a module on one heap of deadlines:
//!
//! | machine | decides |
//! |---|---|
//! | [`Pacers`] | debounce and throttle: which calls run |
//! | [`Batches`] | when items that were asked for one by one are fetched together |
//! | [`Memos`] | which results are fresh, stale, shared or forgotten |
//! | [`Limits`] | which calls run now, wait or are refused |
//! | [`Retries`] | whether and when what failed is tried again, by the query cache's [policy](crate::query::retry) |
//!
//! The functions themselves, their arguments and their results stay with the host; it
//!
//! 1. tells a machine what happened, handing it [`Pace::alarms`], and does what the answer says,
//! 2. keeps one timer, armed for [`Alarms::arm`] whenever an answer asks for it,
//! 3. when that timer fires calls [`Alarms::handle_timeout`], then [`Pace::poll_expired`] until it gives
//!    `None`, then arms again.
//!
//! The rules of debounce and throttle are lodash's, to the letter, as its `debounce` documents and does them:
//! edges, `maxWait`, the call after a flush, the clock that was set back. The tests hold them against a plain
//! transliteration. A call within a burst touches no deadline: the waiting one is looked at when it comes due,
//! and moved then. A host may even keep such calls to itself for a while ([`Pacers::quiet_until`]).
mod alarms;
mod batches;
mod chain;
mod limits;
mod memos;
mod pacer;
mod pacers;
mod retries;
mod slots;
mod steady;
#[cfg(test)]
mod tests;

use crate::time::Instant;
pub use alarms::Alarms;
use alarms::Wake;
pub use batches::{BatchId, Batches, Batching, Joined};
pub use limits::{Asked, LimitId, Limits, Rate};
pub use memos::{Found, Keeping, MemoId, MemoStats, Memos};
pub use pacer::Pacing;
pub use pacers::{PacerId, Pacers, Step};
pub use retries::{Due, Retries, RetryId};

/// Everything that a module paces. See the [module](self).
#[derive(Default)]
pub struct Pace {
    /// What they all wait by.
    pub alarms: Alarms,
    /// Debounced and throttled functions.
    pub pacers: Pacers,
    /// Batched functions.
    pub batches: Batches,
    /// Memoized functions.
    pub memos: Memos,
    /// Functions with a rate limit.
    pub limits: Limits,
    /// Functions that are tried again.
    pub retries: Retries,
}

/// Whose time came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// A wait is over: do what the step says.
    Pacer(PacerId, Step),
    /// The batch goes now; it is closed.
    Batch(BatchId),
    /// Results are too old: [`Memos::next_expired`] names them.
    Memo(MemoId),
    /// Calls may run: [`Limits::next_ready`] names the calls that run.
    Limit(LimitId),
    /// A delay is over, or an attempt took too long.
    Retry(RetryId, Due),
}

impl Pace {
    /// Nothing is paced yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next whose deadline came, and what to do about it. What a function that is run meanwhile starts
    /// anew waits for the next timeout, even with a wait of zero.
    pub fn poll_expired(&mut self, now: Instant) -> Option<Expired> {
        loop {
            match self.alarms.poll()? {
                Wake::Pacer { pacer, .. } => {
                    let step = self.pacers.expired(&mut self.alarms, pacer, now);
                    return Some(Expired::Pacer(PacerId(pacer), step));
                }
                Wake::Batch(id) => {
                    if self.batches.close(&mut self.alarms, BatchId(id), true) > 0 {
                        return Some(Expired::Batch(BatchId(id)));
                    }
                }
                Wake::Memo(id) => return Some(Expired::Memo(MemoId(id))),
                Wake::Limit(id) => return Some(Expired::Limit(LimitId(id))),
                Wake::Retry(id) => {
                    if let Some(due) = self.retries.expired(id) {
                        return Some(Expired::Retry(RetryId(id), due));
                    }
                }
            }
        }
    }

    /// How often debounced, throttled, batched and memoized functions were called.
    pub fn calls(&self) -> u64 {
        self.pacers.calls() + self.batches.calls() + self.memos.calls()
    }

    /// How often the functions behind them ran: what the calls came down to.
    pub fn invocations(&self) -> u64 {
        self.pacers.invocations() + self.batches.invocations() + self.memos.invocations()
    }
}
