//! The order in which queries were last used, and the limits that evict the least recently used.
//!
//! A query that was just fetched or hydrated is expected to get an observer. It is not evicted until it had one, or
//! until [its expectation](MIN_EXPECTATION) ran out. Otherwise a component that waits for more queries than the
//! limits allow would refetch the first when the last arrives, without end.
use super::due::Due;
use crate::deadlines::{Deadlines, Handle};
use crate::time::{Duration, Instant};

/// A query that is expected to get an observer is not evicted for at least this long. A component that suspends on
/// several queries observes them only when all have arrived; hydrated and prefetched ones wait for the first render.
pub const MIN_EXPECTATION: Duration = Duration::from_const(5_000.0);
/// The expectation grows with the duration of the last fetch, but not beyond this: the fetch may have been paused.
pub(crate) const MAX_EXPECTATION: Duration = Duration::from_const(60_000.0);

/// No use has a higher number.
pub(crate) const LAST_USE: Instant = Instant::from_const(f64::MAX);

/// How much a cache may hold. A query that has an observer, is fetching or is [expected](super::Cache::expect) to get an
/// observer is never evicted, so the cache may hold more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The maximal number of queries.
    pub entries: usize,
    /// The maximal size of all data in bytes, as far as the host [reports](super::Cache::set_bytes) it.
    pub bytes: f64,
}

impl Limits {
    const NONE: Self = Self { entries: usize::MAX, bytes: f64::INFINITY };
}

impl Default for Limits {
    /// Unlimited.
    fn default() -> Self {
        Self::NONE
    }
}

/// An entry's place in the order of use.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastUse {
    /// `None` where it is not listed.
    pub(crate) place: Option<Handle>,
    pub(crate) bytes: f64,
    /// Until then the query is expected to get an observer, and is not evicted.
    pub(crate) expected_until: Instant,
    /// How long the last fetch took.
    pub(crate) fetch_duration: Duration,
    /// Pending while an expected query is out of the order of use.
    pub(crate) due: Option<Handle>,
}

/// The order of use, and the size of all data. A use has a number, and the queries lie in a heap by the number of their
/// last use: that of [deadlines](crate::deadlines), whose code is there anyway.
pub(crate) struct Lru {
    pub(crate) limits: Limits,
    /// The order is kept only where there are limits.
    pub(crate) limited: bool,
    pub(crate) order: Deadlines<Due>,
    pub(crate) uses: f64,
    pub(crate) bytes: f64,
    /// Queries visited so far, for tests of cost.
    #[cfg(test)]
    pub(crate) steps: usize,
}

impl Lru {
    pub(crate) const fn new() -> Self {
        Self {
            limits: Limits::NONE,
            limited: false,
            order: Deadlines::new(),
            uses: 0.0,
            bytes: 0.0,
            #[cfg(test)]
            steps: 0,
        }
    }
}
