//! The effects: what the host has to do.
use super::ids::{ObserverId, QueryId, RunId};
use super::key::Segment;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With data.
    Success,
    /// With an error, after all retries.
    Error,
    /// It was cancelled.
    Cancelled {
        /// The query went back to the state it had before the fetch.
        reverted: bool,
    },
    /// A newer fetch replaced it: whoever awaits this one has to await that.
    Replaced,
}

/// Something for the host to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The query should be fetched on behalf of `observer`: answer with [`Cache::fetch`](super::Cache::fetch),
    /// with that observer's function and options.
    Fetch {
        /// The query to fetch.
        query: QueryId,
        /// The observer that wants it.
        observer: ObserverId,
    },
    /// Call the function, for the first time or again.
    Run {
        /// The query whose function to call.
        query: QueryId,
        /// The run to answer for.
        run: RunId,
    },
    /// The run is paused until the page is online or focused. [`Effect::Changed`] follows.
    Paused {
        /// The query.
        query: QueryId,
        /// The run.
        run: RunId,
    },
    /// The attempt took longer than its [timeout](super::RunOptions::timeout). Abort the function and answer with
    /// [`Cache::failed`](super::Cache::failed) and a timeout error.
    TimedOut {
        /// The query.
        query: QueryId,
        /// The run.
        run: RunId,
    },
    /// A paused or waiting run is not retried after all: its last error is final. Answer with
    /// [`Cache::give_up`](super::Cache::give_up).
    GaveUp {
        /// The query.
        query: QueryId,
        /// The run.
        run: RunId,
    },
    /// The run is over. Settle the promises that await it; where it was cancelled or replaced, abort the function, as
    /// its answer would be ignored.
    Settled {
        /// The query.
        query: QueryId,
        /// The run.
        run: RunId,
        /// How it ended.
        outcome: Outcome,
    },
    /// The query's state changed: ask [`Cache::update`](super::Cache::update) for each of its observers
    /// whether to notify it.
    Changed {
        /// The query.
        query: QueryId,
    },
    /// The data became stale for this observer: ask [`Cache::update`](super::Cache::update).
    Stale {
        /// The observer.
        observer: ObserverId,
    },
    /// The query was garbage-collected, as it had no observer for its `gcTime`: drop its values.
    Collected {
        /// The id of the query, which is spent.
        query: QueryId,
    },
    /// No query fetches from this origin any more, and its breaker is reset: the number may be reused.
    OriginFreed {
        /// The origin that was passed to [`Cache::guard`](super::Cache::guard).
        origin: u32,
    },
    /// No key has this segment any more: its number may be reused.
    SegmentFreed {
        /// The segment.
        segment: Segment,
    },
}
