//! What is known of one query.
use super::ids::{ObserverId, RunId};
use super::index::Leaf;
use super::lru::LastUse;
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// What a query has to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// No data yet, and no attempt has ended.
    #[default]
    Pending,
    /// The last fetch ended in an error; data of an earlier one may be there.
    Error,
    /// There is data.
    Success,
}

/// What a query is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FetchStatus {
    /// Nothing.
    #[default]
    Idle,
    /// Its function is running, or waits for its next attempt.
    Fetching,
    /// It would fetch, but waits for the network or for the page's focus.
    Paused,
}

/// The state of a query, values aside. `data` and `error` are stored by the face.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    /// Whether the face holds data for the query.
    pub has_data: bool,
    /// When the data came; zero where there never was any.
    pub data_updated_at: Instant,
    /// How often data was set.
    pub data_update_count: u32,
    /// When the last fetch failed for good; zero where none did.
    pub error_updated_at: Instant,
    /// How many fetches failed for good.
    pub error_update_count: u32,
    /// How many attempts of the present (or last) fetch failed; zero after a success.
    pub failure_count: u32,
    /// What there is to show.
    pub status: Status,
    /// What is going on.
    pub fetch_status: FetchStatus,
    /// The data counts as stale, however young: it was invalidated, or the last fetch failed.
    pub invalidated: bool,
}

impl State {
    /// The state of a query that was given data before any fetch, known to be current at `updated_at`.
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
    /// What the query began with, and goes back to on reset.
    pub(crate) initial: State,
    /// What a fetch that is cancelled may go back to.
    pub(crate) before_fetch: Option<State>,
    pub(crate) gc_time: Duration,
    pub(crate) gc: Option<Handle>,
    pub(crate) observers: Vec<ObserverId>,
    pub(crate) run: Option<RunId>,
    /// Where the index has it; `None` where it is not to be found by key.
    pub(crate) leaf: Option<Leaf>,
    /// The query function looked at its abort signal: cancelling it saves work.
    pub(crate) abortable: bool,
    /// Invalidated since the present fetch began, so that its answer will not make the data valid; `true`
    /// where someone has asked for the data since.
    pub(crate) outdated: Option<bool>,
    /// The present (or last) fetch is of a part of the data, see [`RunOptions::partial`](super::RunOptions::partial).
    pub(crate) partial: bool,
    /// The data is invalidated for no other reason than that such a fetch failed.
    pub(crate) page_failed: bool,
    /// Someone waits for the present fetch, whoever looks at the query meanwhile and looks no more.
    pub(crate) held: bool,
    /// The present fetch is about to be replaced, and who waits for it will wait for the next.
    pub(crate) replaced: bool,
    /// Whom its function asked last, as [`Cache::guard`](super::Cache::guard) was told; zero for nobody in particular.
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
            observers: Vec::new(),
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

    /// Whether nothing needs it: only then may it be collected.
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
        // A refetch that failed leaves data that nobody vouches for.
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
