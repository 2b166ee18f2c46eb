//! Counters of the cache.
use whippet_engine::query;
use whippet_engine::stats::Histogram;

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
    /// The size of the data in bytes, where the cache is limited.
    pub bytes: f64,
}

impl Stats {
    pub(super) fn new(counters: &query::Stats, latency: Histogram, bytes: f64) -> Self {
        let &query::Stats { hits, misses, stale_served, deduplicated, fetches, errors, retries, evictions } =
            counters;
        Self { hits, misses, stale_served, deduplicated, fetches, errors, retries, evictions, latency, bytes }
    }

    /// The share of reads that found data, fresh or stale; `None` before the first read.
    pub fn hit_rate(&self) -> Option<f64> {
        query::stats::hit_rate(self.hits + self.stale_served, self.misses)
    }
}
