//! The record of one query: its state and what belongs to it.
use super::ids::{ObserverId, RunId};
use super::index::Leaf;
use super::lru::LastUse;
use crate::deadlines::Handle;
use crate::list::List;
use crate::time::{Duration, Instant};

/// The status of a query's data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// There is no data yet, and no fetch has failed.
    #[default]
    Pending,
    /// The last fetch ended in an error; there may be data of an earlier one.
    Error,
    /// There is data.
    Success,
}

/// The status of a query's fetch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FetchStatus {
    /// No fetch is running.
    #[default]
    Idle,
    /// Its function is running, or waits for its next attempt.
    Fetching,
    /// Its fetch waits for the network or for the page's focus.
    Paused,
}

/// The state of a query without `data` and `error`, which the host stores.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    /// Whether the host holds data for the query.
    pub has_data: bool,
    /// When data was last set; zero where it never was.
    pub data_updated_at: Instant,
    /// How often data was set.
    pub data_update_count: u32,
    /// When a fetch last failed after its retries; zero where none did.
    pub error_updated_at: Instant,
    /// How many fetches failed after their retries.
    pub error_update_count: u32,
    /// How many attempts of the current or last fetch failed; zero after a success.
    pub failure_count: u32,
    /// Pending, error or success.
    pub status: Status,
    /// Fetching, paused or idle.
    pub fetch_status: FetchStatus,
    /// The data is stale whatever its age: it was invalidated, or the last fetch failed.
    pub invalidated: bool,
}

impl State {
    /// The state of a query with initial data that was current at `updated_at`.
    pub fn with_data(updated_at: Instant) -> Self {
        Self { has_data: true, data_updated_at: updated_at, status: Status::Success, ..Self::default() }
    }

    /// Whether a fetch ever ended, or data was set.
    pub fn is_fetched(&self) -> bool {
        self.data_update_count + self.error_update_count > 0
    }
}

pub(crate) struct Entry {
    pub(crate) state: State,
    /// The state that a reset reverts to.
    pub(crate) initial: State,
    /// The state that cancelling the fetch reverts to.
    pub(crate) before_fetch: Option<State>,
    pub(crate) gc_time: Duration,
    pub(crate) gc: Option<Handle>,
    pub(crate) observers: List<ObserverId>,
    pub(crate) run: Option<RunId>,
    /// Its place in the index; `None` where it has no key or was removed.
    pub(crate) leaf: Option<Leaf>,
    /// The query function uses its abort signal, so that cancelling it saves work.
    pub(crate) abortable: bool,
    /// `Some` if the data was invalidated after the current fetch began, so that its answer stays stale; `Some(true)` if
    /// a fetch was also requested since, so that another one has to follow.
    pub(crate) outdated: Option<bool>,
    /// The current or last fetch is of a part of the data, see [`RunOptions::partial`](super::RunOptions::partial).
    pub(crate) partial: bool,
    /// The data is invalidated only because such a fetch failed.
    pub(crate) page_failed: bool,
    /// A caller without an observer awaits the current fetch: it continues when the last observer leaves.
    pub(crate) held: bool,
    /// The current fetch is about to be replaced; those who await it will await the next.
    pub(crate) replaced: bool,
    /// The origin last passed to [`Cache::guard`](super::Cache::guard); zero without one.
    pub(crate) origin: u32,
    pub(crate) last_use: LastUse,
}

impl Entry {
    pub(crate) fn new(state: State, gc_time: Duration) -> Self {
        Self {
            state,
            initial: state,
            before_fetch: None,
            gc_time,
            gc: None,
            observers: List::new(),
            run: None,
            leaf: None,
            abortable: false,
            outdated: None,
            partial: false,
            page_failed: false,
            held: false,
            replaced: false,
            origin: 0,
            last_use: LastUse::default(),
        }
    }

    /// Whether it is unused: only then may it be garbage-collected or evicted.
    pub(crate) fn is_idle(&self) -> bool {
        self.observers.is_empty() && self.run.is_none() && self.state.fetch_status == FetchStatus::Idle
    }

    pub(crate) fn set_data(&mut self, updated_at: Instant) {
        let state = &mut self.state;
        state.has_data = true;
        state.data_updated_at = updated_at;
        state.data_update_count += 1;
        state.invalidated = false;
        state.status = Status::Success;
        self.page_failed = false;
    }

    pub(crate) fn set_error(&mut self, now: Instant) {
        let state = &mut self.state;
        self.page_failed = self.partial && (self.page_failed || !state.invalidated);
        state.error_update_count += 1;
        state.error_updated_at = now;
        state.failure_count += 1;
        state.fetch_status = FetchStatus::Idle;
        state.status = Status::Error;
        // As in TanStack Query, data is stale after a failed refetch.
        state.invalidated = true;
    }

    pub(crate) fn set_fetching(&mut self, paused: bool) {
        let state = &mut self.state;
        state.failure_count = 0;
        state.fetch_status = if paused { FetchStatus::Paused } else { FetchStatus::Fetching };
        if !state.has_data {
            state.status = Status::Pending;
        }
    }
}
