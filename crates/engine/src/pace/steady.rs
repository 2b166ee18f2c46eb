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
        self.at_least(now, self.last)
    }

    /// The same, where the host knows that `floor` has been reached, whatever its clock says.
    pub(super) fn at_least(&mut self, now: Instant, floor: Instant) -> Instant {
        let floor = floor.max(self.last);
        if now + self.ahead < floor {
            self.ahead = floor.since(now);
        }
        self.last = now + self.ahead;
        self.last
    }

    /// What the host's clock will say at the steady time `at`, if it is not set again.
    pub(super) fn to_host(&self, at: Instant) -> Instant {
        Instant::from_ms(at.as_ms() - self.ahead.as_ms())
    }
}
