//! What a loader is given, what it tells, and what it counts.
use crate::time::Duration;

/// What the host has to do with an item, or with all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect<Id> {
    /// Load the item, and report that it is loaded or failed.
    Load(Id),
    /// Report the distance of every item that is near: there are more of them than may load, and the page may have been
    /// scrolled.
    Measure,
    /// The load takes so long that its place is free for another item. It may still arrive, and is reported as before.
    Overdue(Id),
    /// The item's attempts are spent: show that it failed. It may still be loaded when the network is back.
    GiveUp(Id),
}

/// How many items load at once, how long, and how often they are retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many items load at once; at least one.
    pub concurrent: u32,
    /// How long a load keeps its place among these; [`Duration::INFINITE`]: until it ends.
    pub timeout: Duration,
    /// How often a failed load is retried.
    pub retries: u32,
}

impl Limits {
    /// The default of [`concurrent`](Self::concurrent): four times the connections that browsers open to one HTTP/1.1 server, so
    /// that none of them is idle while the page shows what has arrived.
    pub const CONCURRENT: u32 = 24;
    /// The default of [`timeout`](Self::timeout), in ms: longer than a large image takes on 3g, shorter than browsers wait for
    /// a server that does not respond.
    pub const TIMEOUT_MS: f64 = 30_000.0;
    /// The default of [`retries`](Self::retries).
    pub const RETRIES: u32 = 2;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrent: Self::CONCURRENT,
            timeout: Duration::from_const(Self::TIMEOUT_MS),
            retries: Self::RETRIES,
        }
    }
}

/// The figures of a loader by number.
pub mod figure {
    /// Items that are loading, overdue ones included.
    pub const LOADING: usize = 0;
    /// Items that were loaded.
    pub const LOADED: usize = 1;
    /// Times that an item was given up, also if it was loaded later.
    pub const FAILED: usize = 2;
    /// Loads that were retries.
    pub const RETRIED: usize = 3;
    /// Times that an item left the queue before its load began.
    pub const CANCELLED: usize = 4;
}

/// The figures of a loader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Items that are not loaded, failed ones included.
    pub pending: u32,
    /// [`figure::LOADING`].
    pub loading: u32,
    /// [`figure::LOADED`].
    pub loaded: u32,
    /// [`figure::FAILED`].
    pub failed: u32,
    /// [`figure::RETRIED`].
    pub retried: u32,
    /// [`figure::CANCELLED`].
    pub cancelled: u32,
}
