//! A monotonic clock, derived from a wall clock that may be set back.
use crate::time::{Duration, Instant};

/// Before every time that a clock shows, also one that is set to a year before 1970.
pub const LONG_AGO: Instant = Instant::from_const(f64::NEG_INFINITY);

/// The wall clock plus what it was set back by, so that nothing waits longer because of it.
pub(super) struct MonotonicClock {
    offset: Duration,
    last: Instant,
}

impl MonotonicClock {
    pub(super) const fn new() -> Self {
        Self { offset: Duration::ZERO, last: Instant::ZERO }
    }

    /// The monotonic time at which the host's clock shows `now`.
    pub(super) fn read(&mut self, now: Instant) -> Instant {
        self.read_after_timer(now, self.last, false)
    }

    /// Whether a timer that was set for `timer` fires up to a ms before it, as those of Node and of browsers do.
    pub(super) fn is_early(&self, now: Instant, timer: Instant) -> bool {
        let early = timer.as_ms() - (now + self.offset).as_ms();
        early <= 1.0 && early > 0.0
    }

    /// The same as [`read`](Self::read), after a timer fired that was set for `timer`. A clock that was set back does not tell
    /// how much time has passed, but the timer does. Where it is not `certain` that this timer fired, the clock is believed
    /// unless it runs backwards.
    pub(super) fn read_after_timer(&mut self, now: Instant, timer: Instant, certain: bool) -> Instant {
        let least = if certain { timer.max(self.last) } else { self.last };
        if now + self.offset < least {
            self.offset = timer.max(self.last).since(now);
        }
        self.last = now + self.offset;
        self.last
    }
}
