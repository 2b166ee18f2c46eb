//! Counters of the cache.

/// What the cache did since it was created.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Reads of fresh data.
    pub hits: u64,
    /// Reads without data.
    pub misses: u64,
    /// Reads of stale data, whether it was refetched or not.
    pub stale_served: u64,
    /// Fetches that joined a running one.
    pub deduplicated: u64,
    /// Fetches that began.
    pub fetches: u64,
    /// Fetches that failed, after all their retries.
    pub errors: u64,
    /// Retries.
    pub retries: u64,
    /// Queries that were garbage-collected or evicted.
    pub evictions: u64,
}

impl Stats {
    pub(crate) const NONE: Self = Self {
        hits: 0,
        misses: 0,
        stale_served: 0,
        deduplicated: 0,
        fetches: 0,
        errors: 0,
        retries: 0,
        evictions: 0,
    };

    /// The share of reads that found data, fresh or stale; `None` before the first read.
    pub fn hit_rate(&self) -> Option<f64> {
        hit_rate(self.hits + self.stale_served, self.misses)
    }
}

/// The share of reads that found data; `None` before the first read.
pub fn hit_rate(found: u64, missed: u64) -> Option<f64> {
    let reads = found + missed;
    (reads > 0).then(|| found as f64 / reads as f64)
}
