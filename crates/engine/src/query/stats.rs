//! The cache's own figures.
use crate::stats::Histogram;

/// What the cache did since it began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Someone wanted data and got it fresh from the cache.
    pub hits: u64,
    /// Someone wanted data and there was none.
    pub misses: u64,
    /// Someone wanted data and got it from the cache, stale, while it was fetched again or not at all.
    pub stale_served: u64,
    /// Fetches that joined one on its way.
    pub deduplicated: u64,
    /// Fetches that began.
    pub fetches: u64,
    /// Fetches that failed, after all their retries.
    pub errors: u64,
    /// Attempts repeated.
    pub retries: u64,
    /// Queries collected after their gc time, or let go since there were too many.
    pub evictions: u64,
    /// How long fetches that succeeded took, retries and pauses included, in ms.
    pub latency: Histogram,
}

impl Stats {
    /// The part of all reads that were answered from the cache, fresh or stale; `None` before the first.
    pub fn hit_rate(&self) -> Option<f64> {
        let served = self.hits + self.stale_served;
        let reads = served + self.misses;
        (reads > 0).then(|| served as f64 / reads as f64)
    }
}
