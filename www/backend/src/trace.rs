//! How long the parts of a request took, for the `Server-Timing` header.
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

/// The times of one request. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Trace(Arc<Parts>);

#[derive(Debug, Default)]
struct Parts {
    database_nanos: AtomicU64,
    cache_nanos: AtomicU64,
    /// The cache: 0 not used, 1 miss, 2 hit.
    cache: AtomicU8,
}

impl Trace {
    /// Adds time spent in the database.
    pub fn database(&self, time: Duration) {
        self.0.database_nanos.fetch_add(nanos(time), Ordering::Relaxed);
    }

    /// Records whether the cache had the answer, and how long the look-up took.
    pub fn cache(&self, hit: bool, time: Duration) {
        self.0.cache_nanos.fetch_add(nanos(time), Ordering::Relaxed);
        self.0.cache.store(if hit { 2 } else { 1 }, Ordering::Relaxed);
    }

    /// The value of the header, for a request that took `total`.
    pub fn server_timing(&self, total: Duration) -> String {
        let mut value = String::new();
        let ms = |part: &AtomicU64| part.load(Ordering::Relaxed) as f64 / 1e6;
        let outcome = [None, Some("miss"), Some("hit")][usize::from(self.0.cache.load(Ordering::Relaxed))];
        if let Some(outcome) = outcome {
            let _ = write!(value, "cache;desc={outcome};dur={:.3}, ", ms(&self.0.cache_nanos));
        }
        if ms(&self.0.database_nanos) > 0.0 {
            let _ = write!(value, "db;dur={:.2}, ", ms(&self.0.database_nanos));
        }
        let _ = write!(value, "total;dur={:.2}", total.as_secs_f64() * 1e3);
        value
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_used_is_named() {
        let trace = Trace::default();
        assert_eq!(trace.server_timing(Duration::from_micros(1500)), "total;dur=1.50");
        trace.cache(false, Duration::from_micros(5));
        trace.database(Duration::from_micros(300));
        trace.database(Duration::from_micros(200));
        assert_eq!(
            trace.server_timing(Duration::from_millis(2)),
            "cache;desc=miss;dur=0.005, db;dur=0.50, total;dur=2.00"
        );
    }
}
