//! What the client's one timer is set for, and whether the clock was set back meanwhile.
use crate::timing::LONGEST_MS;
use whippet_engine::time::{Duration, Instant};

/// A deadline that is this much further away than it can be means that the clock was set back, in ms.
const TOLERANCE: f64 = 1000.0;

/// When the timer fires by the wall clock, and the delay that it was set with.
#[derive(Default)]
pub(super) struct EngineTimer(Option<(Instant, Duration)>);

impl EngineTimer {
    /// Sets it for `deadline`, and gives the delay. `None` if it fires by then already: an early timer costs less than a new one
    /// after each input.
    pub(super) fn set(&mut self, now: Instant, deadline: Instant) -> Option<Duration> {
        if self.0.is_some_and(|(fires_at, _)| fires_at <= deadline) {
            return None;
        }
        let (delay, longest) = (deadline.since(now), Duration::from_ms(LONGEST_MS));
        // A longer one ends early.
        let set = if delay > longest { (now + longest, longest) } else { (deadline, delay) };
        self.0 = Some(set);
        Some(set.1)
    }

    /// Takes it as cleared. Whether it was set.
    pub(super) fn clear(&mut self) -> bool {
        self.0.take().is_some()
    }

    /// It fired. Gives by how much the clock was set back, if it was.
    pub(super) fn fired(&mut self, now: Instant) -> Option<Duration> {
        let (fires_at, _) = self.0.take()?;
        set_back(fires_at.since(now), Duration::ZERO)
    }

    /// Gives by how much the clock was set back, as far as it shows before the timer fires. It has to be set anew then.
    pub(super) fn take_set_back(&mut self, now: Instant) -> Option<Duration> {
        let (fires_at, delay) = self.0?;
        let by = set_back(fires_at.since(now), delay)?;
        self.0 = None;
        Some(by)
    }
}

/// `left`: how long a timer still waits by the clock; `most`: how long it can.
fn set_back(left: Duration, most: Duration) -> Option<Duration> {
    let by = left.as_ms() - most.as_ms();
    (by > TOLERANCE).then_some(Duration::from_ms(by))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: f64 = 3_600_000.0;

    fn at(ms: f64) -> Instant {
        Instant::from_ms(ms)
    }

    fn ms(span: Option<Duration>) -> Option<f64> {
        span.map(Duration::as_ms)
    }

    #[test]
    fn it_is_set_anew_for_what_is_earlier_alone() {
        let mut timer = EngineTimer::default();
        assert_eq!(ms(timer.set(at(1000.0), at(1500.0))), Some(500.0));
        assert_eq!(ms(timer.set(at(1100.0), at(1600.0))), None);
        assert_eq!(ms(timer.set(at(1100.0), at(1200.0))), Some(100.0));
        assert_eq!(ms(timer.set(at(1300.0), at(900.0))), Some(0.0), "what is due");
        assert_eq!(ms(timer.set(at(1300.0), at(900.0))), None);
        assert_eq!(ms(timer.fired(at(1301.0))), None);
        assert_eq!(ms(timer.set(at(1301.0), at(1600.0))), Some(299.0));
        assert!(timer.clear() && !timer.clear());
    }

    #[test]
    fn a_clock_that_was_set_back_shows_when_it_fires_and_when_it_is_set() {
        let mut timer = EngineTimer::default();
        timer.set(at(HOUR), at(HOUR + 100.0));
        assert_eq!(ms(timer.fired(at(100.0))), Some(HOUR));
        timer.set(at(HOUR), at(HOUR + 100.0));
        assert_eq!(ms(timer.take_set_back(at(HOUR + 50.0))), None);
        // 50 ms went by that nobody can know of.
        assert_eq!(ms(timer.take_set_back(at(50.0))), Some(HOUR - 50.0));
        assert_eq!(ms(timer.take_set_back(at(50.0))), None, "said once");
    }

    #[test]
    fn what_a_browser_cannot_wait_for_ends_early() {
        let mut timer = EngineTimer::default();
        let most = LONGEST_MS;
        assert_eq!(ms(timer.set(at(0.0), at(most * 3.0))), Some(most));
        assert_eq!(ms(timer.take_set_back(at(10.0))), None);
        assert_eq!(ms(timer.fired(at(most))), None, "the clock is right");
        assert_eq!(ms(timer.set(at(most), at(most * 3.0))), Some(most));
    }
}
