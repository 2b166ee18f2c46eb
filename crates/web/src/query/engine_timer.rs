//! What the client's one timer is set for, and whether the clock was set back meanwhile.
use crate::timing::LONGEST_MS;
use whippet_engine::time::{CLOCK_STEP, Duration, Instant};

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

    /// It fired. Gives by how much the clock was set back, if it was, or stayed behind: tests make it stand still (Playwright's
    /// `setFixedTime`).
    pub(super) fn fired(&mut self, now: Instant) -> Option<Duration> {
        let (fires_at, delay) = self.0.take()?;
        set_back(fires_at.since(now), delay)
    }

    /// Gives by how much the clock was set back, as far as it shows before the timer fires. It has to be set anew then.
    pub(super) fn take_set_back(&mut self, now: Instant) -> Option<Duration> {
        let (fires_at, delay) = self.0?;
        let by = set_back(fires_at.since(now + delay), delay)?;
        self.0 = None;
        Some(by)
    }
}

/// `by`: what the clock lacks of the time that a timer with this delay is over. Of a short wait half may be lacking.
fn set_back(by: Duration, delay: Duration) -> Option<Duration> {
    (by.as_ms() > CLOCK_STEP.as_ms().min(delay.as_ms() / 2.0)).then_some(by)
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
    fn a_clock_that_stands_still_shows_when_it_fires() {
        let mut timer = EngineTimer::default();
        for delay in [1.0, 2.0, 30.0, 1000.0] {
            timer.set(at(HOUR), at(HOUR + delay));
            assert_eq!(ms(timer.fired(at(HOUR))), Some(delay));
        }
        timer.set(at(HOUR), at(HOUR + 30.0));
        assert_eq!(ms(timer.fired(at(HOUR + 29.0))), None, "timers fire early");
        timer.set(at(HOUR), at(HOUR));
        assert_eq!(ms(timer.fired(at(HOUR))), None, "what was due");
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
