//! What the face is asked to do.
use super::ids::{ObserverId, QueryId, RunId};
use super::key::Segment;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With data.
    Success,
    /// With an error that is not retried.
    Error,
    /// It was cancelled.
    Cancelled {
        /// The query went back to the state it had before the fetch.
        reverted: bool,
    },
    /// A newer fetch took its place: whoever waited for this one should wait for that.
    Replaced,
}

/// Something for the face to do, now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The query should be fetched on behalf of `observer`: answer with [`Cache::fetch`](super::Cache::fetch),
    /// with that observer's function and options, joining a fetch that is on its way.
    Fetch {
        /// What.
        query: QueryId,
        /// For whom.
        observer: ObserverId,
    },
    /// Call the function, for the first time or again.
    Run {
        /// Whose function.
        query: QueryId,
        /// What to answer for.
        run: RunId,
    },
    /// The run waits for the network or for the page's focus. [`Effect::Changed`] follows.
    Paused {
        /// Whose run.
        query: QueryId,
        /// Which.
        run: RunId,
    },
    /// The attempt took longer than its [timeout](super::RunOptions::timeout). Abort the function's work and
    /// answer with [`Cache::failed`](super::Cache::failed): that it took too long is the error.
    TimedOut {
        /// Whose run.
        query: QueryId,
        /// Which.
        run: RunId,
    },
    /// The run will not be tried again, though nothing failed just now: the last error stands. Answer with
    /// [`Cache::give_up`](super::Cache::give_up).
    GaveUp {
        /// Whose run.
        query: QueryId,
        /// Which.
        run: RunId,
    },
    /// The run is over. Settle the promises that waited for it; where it was cancelled or replaced, abort the
    /// function's work, for its answer will be ignored.
    Settled {
        /// Whose run.
        query: QueryId,
        /// Which.
        run: RunId,
        /// How.
        outcome: Outcome,
    },
    /// The query's state changed: for each of its observers, ask [`Cache::update`](super::Cache::update)
    /// whether it is told.
    Changed {
        /// Which.
        query: QueryId,
    },
    /// The data turned stale to this observer: ask [`Cache::update`](super::Cache::update).
    Stale {
        /// To whom.
        observer: ObserverId,
    },
    /// Nobody looked at the query for its gc time, so it is gone: drop its values.
    Collected {
        /// Which; the id is spent.
        query: QueryId,
    },
    /// No query asks this origin any more, and there is nothing left to know of it: the number may stand for another.
    OriginFreed {
        /// The origin, as [`Cache::guard`](super::Cache::guard) was told.
        origin: u32,
    },
    /// No key has this segment any more: the number may stand for something else.
    SegmentFreed {
        /// The segment.
        segment: Segment,
    },
}
