//! The options of an observer, when they fetch, and which changes they are notified of.
use super::entry::{FetchStatus, State, Status};
use super::freshness::{StaleTime, is_stale};
use super::ids::QueryId;
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};

/// Whether a trigger (mounting, focus, reconnecting) refetches.
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

/// The options of an observer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObserverOptions {
    /// A disabled observer does not fetch by itself, and no data is stale for it.
    pub enabled: bool,
    /// The `staleTime`: how long data is fresh.
    pub stale_time: StaleTime,
    /// Whether mounting refetches existing data.
    pub on_mount: Refetch,
    /// Whether focusing the page refetches.
    pub on_focus: Refetch,
    /// Whether reconnecting refetches.
    pub on_reconnect: Refetch,
    /// Whether mounting refetches a query that failed and has no data.
    pub retry_on_mount: bool,
    /// The `refetchInterval`, counted from the last change of the query.
    pub interval: Option<Duration>,
    /// Whether the interval also refetches while the page is hidden.
    pub interval_in_background: bool,
    /// Whether it suspends: then a change of options does not refetch a failed query, as an error boundary shows it.
    pub suspense: bool,
    /// Whether it sets deadlines. It does not on a server.
    pub timers: bool,
    /// The fields whose changes it is notified of (`notifyOnChangeProps`).
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
    /// Whether data in `state` is stale for this observer.
    pub fn is_stale(&self, state: &State, now: Instant) -> bool {
        self.enabled && is_stale(state, self.stale_time, now)
    }

    /// Whether mounting fetches: there is no data yet, or `on_mount` refetches it.
    pub fn fetches_on_mount(&self, state: &State, now: Instant) -> bool {
        if state.has_data {
            self.fetches_on(self.on_mount, state, now)
        } else {
            self.enabled && (self.retry_on_mount || state.status != Status::Error)
        }
    }

    /// Whether a trigger fetches.
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

    /// Whether new options fetch. `switched` says that the observer was disabled before, or observed another query.
    pub fn fetches_on_change(&self, switched: bool, state: &State, now: Instant) -> bool {
        switched && !(self.suspense && state.status == Status::Error) && self.is_stale(state, now)
    }
}

/// The result of an observer, without its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Snapshot {
    /// The query's state.
    pub state: State,
    /// The data is stale for this observer.
    pub is_stale: bool,
    /// The observer is enabled.
    pub is_enabled: bool,
    /// A fetch ended since it mounted.
    pub is_fetched_after_mount: bool,
}

impl Snapshot {
    /// The fields that differ from `before`. Data and error count as changed whenever they were set.
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

/// A set of result fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes(pub u32);

impl Changes {
    /// The data was set.
    pub const DATA: Self = Self(1);
    /// The error was set or cleared.
    pub const ERROR: Self = Self(2);
    /// Pending, error or success.
    pub const STATUS: Self = Self(4);
    /// Fetching, paused or idle.
    pub const FETCH_STATUS: Self = Self(8);
    /// How many attempts failed.
    pub const FAILURE_COUNT: Self = Self(16);
    /// When the data was set.
    pub const DATA_UPDATED_AT: Self = Self(32);
    /// When the error was set.
    pub const ERROR_UPDATED_AT: Self = Self(64);
    /// Whether the data is stale.
    pub const IS_STALE: Self = Self(128);
    /// Whether it is enabled, was ever fetched, was fetched since it mounted.
    pub const OTHER: Self = Self(256);
    /// All fields.
    pub const ALL: Self = Self(u32::MAX);

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the two sets have a field in common.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The fields of either set.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

pub(crate) struct Observer {
    pub(crate) query: QueryId,
    pub(crate) options: ObserverOptions,
    /// The result at the last notification.
    pub(crate) last_result: Option<Snapshot>,
    /// The query's data and error update counts when it mounted.
    pub(crate) counts_at_mount: (u32, u32),
    pub(crate) stale: Option<Handle>,
    pub(crate) interval: Option<Handle>,
}
