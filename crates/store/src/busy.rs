//! How much of the time the writer works: whoever needs a larger installation learns it here before beacons are refused.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::time::MINUTE;

/// The minutes that the share is of.
const MINUTES: usize = 5;
/// From this share on, the next peak is answered later, and the one after with 503.
const MUCH: f64 = 0.7;

/// The time that the writer has worked.
#[derive(Default)]
pub struct Busy {
    micros: AtomicU64,
    /// The minute that is running, and what was worked in it and in those before, µs; the newest last.
    minutes: Mutex<(i64, [u64; MINUTES + 1])>,
}

impl Busy {
    /// Counts work that took `took` and ended at `now`, ms since the epoch.
    pub fn add(&self, took: Duration, now: i64) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Relaxed);
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        advance(&mut minutes, now.div_euclid(MINUTE));
        minutes.1[MINUTES] += micros;
    }

    /// All of it, s.
    pub fn seconds(&self) -> f64 {
        self.micros.load(Relaxed) as f64 / 1e6
    }

    /// The share of the last five full minutes, where it is so much that something should be done.
    pub fn much(&self, now: i64) -> Option<f64> {
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        advance(&mut minutes, now.div_euclid(MINUTE));
        let worked: u64 = minutes.1[..MINUTES].iter().sum();
        let share = worked as f64 / (MINUTES as f64 * MINUTE as f64 * 1000.0);
        (share > MUCH).then_some(share.min(1.0))
    }
}

/// Makes `minute` the running one. A clock that went back changes nothing.
fn advance((running, worked): &mut (i64, [u64; MINUTES + 1]), minute: i64) {
    let length = worked.len();
    let passed = usize::try_from(minute.saturating_sub(*running)).unwrap_or(0).min(length);
    worked.rotate_left(passed % length);
    worked[length - passed..].fill(0);
    *running = minute.max(*running);
}

#[cfg(test)]
mod tests {
    use super::Busy;
    use crate::time::MINUTE;
    use std::time::Duration;

    #[test]
    fn much_work_in_the_last_five_full_minutes_is_told() {
        let busy = Busy::default();
        let start = 1_000_000 * MINUTE;
        for minute in 0..5 {
            busy.add(Duration::from_secs(45), start + minute * MINUTE);
        }
        assert_eq!(busy.much(start + 4 * MINUTE), None, "the fifth minute runs");
        assert_eq!(busy.much(start + 5 * MINUTE), Some(0.75));
        assert_eq!(busy.much(start + 3 * MINUTE), Some(0.75), "the clock went back");
        assert_eq!(busy.much(start + 6 * MINUTE), None, "60 %");
        assert_eq!(busy.seconds(), 225.0);
        busy.add(Duration::from_secs(1000), start + 100 * MINUTE);
        assert_eq!(busy.much(start + 100 * MINUTE), None);
        assert_eq!(busy.much(start + 101 * MINUTE), Some(1.0));
    }
}
