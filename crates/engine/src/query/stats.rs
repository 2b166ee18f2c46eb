//! Counters of the cache.
use crate::stats::Histogram;

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
    /// Durations of successful fetches in ms, retries and pauses included.
    pub latency: Histogram,
}

impl Stats {
    /// The share of reads that found data, fresh or stale; `None` before the first read.
    pub fn hit_rate(&self) -> Option<f64> {
        let served = self.hits + self.stale_served;
        let reads = served + self.misses;
        (reads > 0).then(|| served as f64 / reads as f64)
    }
}
