//! What one request spent its time on, for the `Server-Timing` header.
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

/// Filled in by whatever works for a request; cheap to clone, all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Trace(Arc<Parts>);

#[derive(Debug, Default)]
struct Parts {
    database_nanos: AtomicU64,
    /// 0 not asked, 1 miss, 2 hit.
    cache: AtomicU8,
}

impl Trace {
    /// Adds time spent in the database.
    pub fn database(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.database_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Notes whether the cache had the answer.
    pub fn cache(&self, hit: bool) {
        self.0.cache.store(if hit { 2 } else { 1 }, Ordering::Relaxed);
    }

    /// The header's value, after `total` time.
    pub fn server_timing(&self, total: Duration) -> String {
        let mut value = String::new();
        match self.0.cache.load(Ordering::Relaxed) {
            1 => value.push_str("cache;desc=miss, "),
            2 => value.push_str("cache;desc=hit, "),
            _ => {}
        }
        let nanos = self.0.database_nanos.load(Ordering::Relaxed);
        if nanos > 0 {
            let _ = write!(value, "db;dur={:.2}, ", nanos as f64 / 1e6);
        }
        let _ = write!(value, "total;dur={:.2}", total.as_secs_f64() * 1e3);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_used_is_named() {
        let trace = Trace::default();
        assert_eq!(trace.server_timing(Duration::from_micros(1500)), "total;dur=1.50");
        trace.cache(false);
        trace.database(Duration::from_micros(300));
        trace.database(Duration::from_micros(200));
        assert_eq!(
            trace.server_timing(Duration::from_millis(2)),
            "cache;desc=miss, db;dur=0.50, total;dur=2.00"
        );
    }
}
