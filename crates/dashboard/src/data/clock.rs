//! The collector's clock: what is measured has its times, and the browser's clock may be minutes off.
use super::ApiError;
use leptos::prelude::*;
use whippet_api::Status;
use whippet_leptos::Query;

/// A smaller difference is not told from the time that an answer takes, ms.
const TOLERANCE: i64 = 5_000;

/// The clock of the collector, by its last status.
#[derive(Clone, Copy)]
pub struct CollectorClock(Memo<i64>);

/// Provides the clock to all components below. Call once.
pub fn provide_collector_clock(status: Query<Status, ApiError>) {
    let ahead = Memo::new(move |before: Option<&i64>| {
        let before = before.copied().unwrap_or(0);
        let told = status.data.with(|status| status.as_ref().map(|status| status.now));
        let arrived = status.data_updated_at.get();
        told.map_or(before, |told| ahead_of(before, told, arrived as i64))
    });
    provide_context(CollectorClock(ahead));
}

/// How far the collector's clock is ahead of the browser's: as `before`, or by an answer that `told` the time and `arrived` then.
/// All in ms.
fn ahead_of(before: i64, told: i64, arrived: i64) -> i64 {
    let measured = told - arrived;
    match measured {
        _ if (measured - before).abs() <= TOLERANCE => before,
        _ if measured.abs() <= TOLERANCE => 0,
        _ => measured,
    }
}

/// The clock of the collector.
pub fn use_collector_clock() -> CollectorClock {
    expect_context()
}

impl CollectorClock {
    /// How far it is ahead of the browser's, ms; 0 where they agree, and until the first status is there.
    pub fn ahead(self) -> i64 {
        self.0.get()
    }

    /// Its time, ms since the epoch. Does not track changes.
    pub fn now(self) -> i64 {
        js_sys::Date::now() as i64 + self.0.get_untracked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_told_from_a_slow_answer() {
        const MINUTE: i64 = 60_000;
        let now = 1_000 * MINUTE;
        assert_eq!(ahead_of(0, now, now + 800), 0, "the answer took some time");
        assert_eq!(ahead_of(0, now + 20 * MINUTE, now), 20 * MINUTE, "the browser is late");
        assert_eq!(ahead_of(0, now - 20 * MINUTE, now), -20 * MINUTE, "the browser is early");
        assert_eq!(
            ahead_of(20 * MINUTE, now + 20 * MINUTE - 900, now),
            20 * MINUTE,
            "no other key for a little"
        );
        assert_eq!(ahead_of(20 * MINUTE, now - 10, now), 0, "the clock was set");
    }
}
