//! A clock that never runs backwards, made of one that may.
use crate::time::{Duration, Instant};

/// Wall clocks are set back; what waits must not wait longer for it.
#[derive(Default)]
pub(super) struct Steady {
    ahead: Duration,
    last: Instant,
}

impl Steady {
    /// The steady time at which the host's clock says `now`.
    pub(super) fn read(&mut self, now: Instant) -> Instant {
        self.after(now, self.last, false)
    }

    /// The same, where a timer fired that was set for `timer`: what a clock that was set back says is no
    /// measure of the time since then, but the timer is. Where it is not certain that this one fired
    /// (`certain`), a clock is right that does not run backwards.
    pub(super) fn after(&mut self, now: Instant, timer: Instant, certain: bool) -> Instant {
        let least = if certain { timer.max(self.last) } else { self.last };
        if now + self.ahead < least {
            self.ahead = timer.max(self.last).since(now);
        }
        self.last = now + self.ahead;
        self.last
    }

    /// What the host's clock will say at the steady time `at`, if it is not set again.
    pub(super) fn to_host(&self, at: Instant) -> Instant {
        Instant::from_ms(at.as_ms() - self.ahead.as_ms())
    }
}
