//! Who looks at a query, on what terms, and what that asks for.
use super::entry::{FetchStatus, State, Status};
use super::freshness::{StaleTime, is_stale};
use super::ids::QueryId;
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};

/// Whether an trigger (mounting, focus, reconnecting) refetches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refetch {
    /// Never.
    No,
    /// Where the data is stale.
    #[default]
    IfStale,
    /// Even where it is fresh; not where it is static.
    Always,
}

/// The terms of an observer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObserverOptions {
    /// A disabled observer fetches nothing of its own accord, and to it no data is stale.
    pub enabled: bool,
    /// How long data is fresh enough.
    pub stale_time: StaleTime,
    /// When the observer mounts and there is data already.
    pub on_mount: Refetch,
    /// When the page comes to the front.
    pub on_focus: Refetch,
    /// When the network comes back.
    pub on_reconnect: Refetch,
    /// Whether mounting fetches again what failed without ever giving data.
    pub retry_on_mount: bool,
    /// Fetch again so long after the query last changed.
    pub interval: Option<Duration>,
    /// Also while the page is not looked at.
    pub interval_in_background: bool,
    /// A change of options does not fetch what failed: an error boundary shows it.
    pub suspense: bool,
    /// Whether time alone may wake it. Not so on a server.
    pub timers: bool,
    /// The fields whose change it wants to be told of.
    pub wants: Changes,
}

impl Default for ObserverOptions {
    fn default() -> Self {
        Self {
            enabled: true,
            stale_time: StaleTime::default(),
            on_mount: Refetch::default(),
            on_focus: Refetch::default(),
            on_reconnect: Refetch::default(),
            retry_on_mount: true,
            interval: None,
            interval_in_background: false,
            suspense: false,
            timers: true,
            wants: Changes::ALL,
        }
    }
}

impl ObserverOptions {
    /// Whether data in `state` is stale to this observer.
    pub fn is_stale(&self, state: &State, now: Instant) -> bool {
        self.enabled && is_stale(state, self.stale_time, now)
    }

    /// Whether mounting fetches: there is nothing yet, or what there is should be refetched.
    pub fn fetches_on_mount(&self, state: &State, now: Instant) -> bool {
        if state.has_data {
            self.fetches_on(self.on_mount, state, now)
        } else {
            self.enabled && (self.retry_on_mount || state.status != Status::Error)
        }
    }

    /// Whether an trigger fetches.
    pub fn fetches_on(&self, trigger: Refetch, state: &State, now: Instant) -> bool {
        if !self.enabled || self.stale_time == StaleTime::Static {
            return false;
        }
        match trigger {
            Refetch::No => false,
            Refetch::IfStale => self.is_stale(state, now),
            Refetch::Always => true,
        }
    }

    /// Whether new options fetch. `turned` says that with them the observer looks at another query, or was
    /// disabled before.
    pub fn fetches_on_change(&self, turned: bool, state: &State, now: Instant) -> bool {
        turned && !(self.suspense && state.status == Status::Error) && self.is_stale(state, now)
    }
}

/// What an observer sees of its query: all that can be said without the values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Snapshot {
    /// The query's state.
    pub state: State,
    /// To this observer the data is stale.
    pub is_stale: bool,
    /// The observer is enabled.
    pub is_enabled: bool,
    /// A fetch ended since it began to look.
    pub is_fetched_after_mount: bool,
}

impl Snapshot {
    /// What differs from `before`. Data and error count as changed whenever they were set.
    pub fn changes(&self, before: &Self) -> Changes {
        let (a, b) = (&self.state, &before.state);
        let mut changes = 0;
        let mut mark = |changed: bool, field: Changes| {
            if changed {
                changes |= field.0;
            }
        };
        mark(a.data_update_count != b.data_update_count || a.has_data != b.has_data, Changes::DATA);
        mark(a.error_update_count != b.error_update_count || (a.status != b.status), Changes::ERROR);
        mark(a.status != b.status, Changes::STATUS);
        mark(a.fetch_status != b.fetch_status, Changes::FETCH_STATUS);
        mark(a.failure_count != b.failure_count, Changes::FAILURE_COUNT);
        mark(a.data_updated_at != b.data_updated_at, Changes::DATA_UPDATED_AT);
        mark(a.error_updated_at != b.error_updated_at, Changes::ERROR_UPDATED_AT);
        mark(self.is_stale != before.is_stale, Changes::IS_STALE);
        mark(
            self.is_enabled != before.is_enabled
                || self.is_fetched_after_mount != before.is_fetched_after_mount
                || a.is_fetched() != b.is_fetched(),
            Changes::OTHER,
        );
        Changes(changes)
    }

    /// Whether it is fetching for the first time.
    pub fn is_loading(&self) -> bool {
        self.state.status == Status::Pending && self.state.fetch_status == FetchStatus::Fetching
    }
}

/// A set of result fields: those that changed, or those that are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes(pub u32);

impl Changes {
    /// The data was set.
    pub const DATA: Self = Self(1);
    /// The error came or went.
    pub const ERROR: Self = Self(2);
    /// Pending, error or success.
    pub const STATUS: Self = Self(4);
    /// Fetching, paused or idle.
    pub const FETCH_STATUS: Self = Self(8);
    /// How many attempts failed.
    pub const FAILURE_COUNT: Self = Self(16);
    /// When the data came.
    pub const DATA_UPDATED_AT: Self = Self(32);
    /// When the last error came.
    pub const ERROR_UPDATED_AT: Self = Self(64);
    /// Whether the data is stale.
    pub const IS_STALE: Self = Self(128);
    /// Whether it is enabled, was ever fetched, was fetched since it mounted.
    pub const OTHER: Self = Self(256);
    /// Everything.
    pub const ALL: Self = Self(u32::MAX);

    /// Nothing at all.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the two sets have a field in common.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

pub(crate) struct Observer {
    pub(crate) query: QueryId,
    pub(crate) options: ObserverOptions,
    /// What it was last told.
    pub(crate) told: Option<Snapshot>,
    /// Fetches that had ended when it began to look.
    pub(crate) seen: (u32, u32),
    pub(crate) stale: Option<Handle>,
    pub(crate) interval: Option<Handle>,
}
