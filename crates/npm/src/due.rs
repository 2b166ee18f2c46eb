//! When something is due, from what the state of a query says: for devtools, whose client may be another than ours, with no
//! engine that could be asked.
use whippet_engine::query::defaults;
use whippet_engine::query::freshness::stale_at;
use whippet_engine::query::{Delay, StaleTime, State};
use whippet_engine::time::{Duration, Instant};

/// When data that was current at `updated_at` becomes stale, by a `staleTime` in ms.
pub fn due_stale(updated_at: f64, stale_time: f64) -> f64 {
    let state = State::with_data(Instant::from_ms(updated_at));
    stale_at(&state, StaleTime::After(Duration::from_ms(stale_time))).as_ms()
}

/// The default `retryDelay` in ms, after so many attempts that had failed before the last one.
pub fn due_retry_delay(failures: u32) -> f64 {
    Delay::default().after(failures).as_ms()
}

/// The default `gcTime` in ms.
pub fn due_gc_time() -> f64 {
    defaults::gc_time(false).as_ms()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_engine() {
        assert_eq!(due_stale(100.0, 10.0), 110.0);
        assert_eq!([0, 1, 2, 5, 9].map(due_retry_delay), [1_000.0, 2_000.0, 4_000.0, 30_000.0, 30_000.0]);
        assert_eq!(due_gc_time(), 300_000.0);
    }
}
