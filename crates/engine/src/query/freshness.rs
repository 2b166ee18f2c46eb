//! Whether data is fresh or stale.
use super::entry::State;
use crate::time::{Duration, Instant};

/// TanStack's `staleTime`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StaleTime {
    /// Fresh for this long, unless it is invalidated. May be infinite.
    After(Duration),
    /// Always fresh, even when invalidated: only an explicit fetch refetches it.
    Static,
}

impl Default for StaleTime {
    /// Stale at once.
    fn default() -> Self {
        Self::After(Duration::ZERO)
    }
}

/// Whether `state` is stale at `now`. A query without data is.
pub fn is_stale(state: &State, stale_time: StaleTime, now: Instant) -> bool {
    if !state.has_data {
        return true;
    }
    match stale_time {
        StaleTime::Static => false,
        StaleTime::After(span) => state.invalidated || state.data_updated_at + span <= now,
    }
}

/// When fresh data becomes stale; [`Instant::NEVER`] where it does not by time alone.
pub fn stale_at(state: &State, stale_time: StaleTime) -> Instant {
    match stale_time {
        StaleTime::After(span) if state.has_data => state.data_updated_at + span,
        _ => Instant::NEVER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(state: State, stale_time: StaleTime, now: f64, stale: bool) {
        assert_eq!(is_stale(&state, stale_time, Instant::from_ms(now)), stale);
    }

    #[test]
    fn data_is_fresh_until_its_stale_time_is_over() {
        let data = State::with_data(Instant::from_ms(100.0));
        let ten = StaleTime::After(Duration::from_ms(10.0));
        check(data, ten, 109.0, false);
        check(data, ten, 110.0, true);
        check(data, StaleTime::default(), 100.0, true);
        check(data, StaleTime::After(Duration::INFINITE), 1e300, false);
        assert_eq!(stale_at(&data, ten), Instant::from_ms(110.0));
        assert!(stale_at(&data, StaleTime::Static).is_never());
    }

    #[test]
    fn an_invalidation_makes_all_but_static_data_stale() {
        let data = State { invalidated: true, ..State::with_data(Instant::ZERO) };
        check(data, StaleTime::After(Duration::INFINITE), 0.0, true);
        check(data, StaleTime::Static, 0.0, false);
    }

    #[test]
    fn a_query_without_data_is_stale() {
        check(State::default(), StaleTime::Static, 0.0, true);
    }
}
