//! The one heap of deadlines of a module, and what came due of it.
use super::steady::Steady;
use crate::deadlines::{Deadlines, Handle};
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// No host's timer waits longer than this at once: setTimeout's delay is a 32-bit number of ms.
const LONGEST_TIMER: f64 = 2_147_483_647.0;

/// Who is to be woken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    Pacer {
        pacer: u32,
        /// Tells the timers of one pacer apart.
        serial: u32,
    },
    Batch(u32),
    Memo(u32),
    Limit(u32),
    Retry(u32),
}

/// What all machines of a module wait by: a host arms one timer for it. See the [module](super).
#[derive(Default)]
pub struct Alarms {
    deadlines: Deadlines<Wake>,
    /// What came due and was not polled yet, from `polled` on.
    expired: Vec<Wake>,
    polled: usize,
    clock: Steady,
    /// The steady time for which the host armed its timer.
    armed: Instant,
    /// Whether a timeout is being handled, after which the host arms in any case.
    in_timeout: bool,
}

impl Alarms {
    /// When the host should call [`handle_timeout`](Self::handle_timeout), on its own clock.
    pub fn next_deadline(&self) -> Option<Instant> {
        let at = if self.polled < self.expired.len() { Some(Instant::ZERO) } else { self.deadlines.next() };
        at.map(|at| self.clock.to_host(at))
    }

    /// Says for how long the host's timer has to be set, and takes it that it will be. `None`: no timer.
    pub fn arm(&mut self, now: Instant) -> Option<Duration> {
        self.in_timeout = false;
        let now = self.clock.read(now);
        let delay = match self.deadlines.next() {
            _ if self.polled < self.expired.len() => Duration::ZERO,
            Some(at) => at.since(now).min(Duration::from_ms(LONGEST_TIMER)),
            None => return None,
        };
        self.armed = now + delay;
        Some(delay)
    }

    /// The host's timer fired: the `latest` that was armed, or one that the host could not take back.
    pub fn handle_timeout(&mut self, now: Instant, latest: bool) {
        let now = self.clock.after(now, self.armed, latest);
        self.in_timeout = true;
        while let Some(wake) = self.deadlines.pop(now) {
            self.expired.push(wake);
        }
    }

    /// The next that came due. What is set meanwhile waits for the next timeout, even with no delay at all.
    pub(super) fn poll(&mut self) -> Option<Wake> {
        let Some(&wake) = self.expired.get(self.polled) else {
            self.expired.clear();
            self.polled = 0;
            return None;
        };
        self.polled += 1;
        Some(wake)
    }

    pub(super) fn in_timeout(&self) -> bool {
        self.in_timeout
    }

    /// The time by which deadlines are measured; it never runs backwards.
    pub(super) fn steady(&mut self, now: Instant) -> Instant {
        self.clock.read(now)
    }

    /// What the host's clock will say at the steady time `at`.
    pub(super) fn to_host(&self, at: Instant) -> Instant {
        self.clock.to_host(at)
    }

    /// Wakes `wake` at the steady time `at`.
    pub(super) fn set(&mut self, at: Instant, wake: Wake) -> Option<Handle> {
        self.deadlines.set(at, wake)
    }

    /// Does not wake `wake` any more, also where it came due and was not polled yet.
    pub(super) fn stop(&mut self, handle: Option<Handle>, wake: Wake) {
        // Without a handle it waits for ever, and there is nothing to take away.
        if let Some(handle) = handle
            && self.deadlines.clear(handle).is_none()
            && let Some(place) = self.expired.iter().skip(self.polled).position(|other| *other == wake)
        {
            self.expired.remove(self.polled + place);
        }
    }
}
