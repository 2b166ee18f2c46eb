//! The deadlines of all machines of a module, and the ones that expired.
use super::monotonic::MonotonicClock;
use crate::deadlines::{Deadlines, Handle};
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// The longest delay, in ms, that a host's timer supports: `setTimeout` keeps it in 32 bits, with a sign.
const LONGEST_TIMER: f64 = 2_147_483_647.0;

/// The machine, and the function in it, that set a deadline.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TimerOwner {
    Pacer {
        pacer: u32,
        /// Distinguishes the timers of one pacer.
        serial: u32,
    },
    Batch(u32),
    Memo(u32),
    RateLimit(u32),
    Retry(u32),
}

/// The deadlines of all machines of a module, for which a host arms one timer. See the [module](super).
#[derive(Default)]
pub struct Timers {
    deadlines: Deadlines<TimerOwner>,
    /// Expired deadlines. Those before `polled` were returned already.
    expired: Vec<TimerOwner>,
    polled: usize,
    clock: MonotonicClock,
    /// The monotonic time for which the host armed its timer.
    armed: Instant,
    /// Whether a timeout is being handled. The host arms the timer after it in any case.
    in_timeout: bool,
}

impl Timers {
    /// When the host should call [`handle_timeout`](Self::handle_timeout), on its own clock.
    pub fn next_deadline(&self) -> Option<Instant> {
        let at = if self.polled < self.expired.len() { Some(Instant::ZERO) } else { self.deadlines.next() };
        at.map(|at| self.clock.to_host(at))
    }

    /// The delay that the host has to set its timer to; `None`: no timer. Takes it for granted that the host does.
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

    /// The host's timer fired: the `latest` that was armed, or an earlier one that the host could not clear.
    pub fn handle_timeout(&mut self, now: Instant, latest: bool) {
        let now = self.clock.read_after_timer(now, self.armed, latest);
        self.in_timeout = true;
        while let Some(owner) = self.deadlines.pop(now) {
            self.expired.push(owner);
        }
    }

    /// The owner of the next expired deadline. A deadline that is set meanwhile waits for the next timeout, even
    /// with a delay of zero.
    pub(super) fn poll(&mut self) -> Option<TimerOwner> {
        let Some(&owner) = self.expired.get(self.polled) else {
            self.expired.clear();
            self.polled = 0;
            return None;
        };
        self.polled += 1;
        Some(owner)
    }

    pub(super) fn in_timeout(&self) -> bool {
        self.in_timeout
    }

    /// The host's time `now` on the monotonic clock, by which deadlines are measured.
    pub(super) fn monotonic(&mut self, now: Instant) -> Instant {
        self.clock.read(now)
    }

    /// The monotonic time `at` on the host's clock.
    pub(super) fn to_host(&self, at: Instant) -> Instant {
        self.clock.to_host(at)
    }

    /// Sets a deadline at the monotonic time `at`. `None` for a deadline that never comes.
    pub(super) fn set(&mut self, at: Instant, owner: TimerOwner) -> Option<Handle> {
        self.deadlines.set(at, owner)
    }

    /// Clears a deadline, also one that expired and was not polled yet.
    pub(super) fn clear(&mut self, handle: Option<Handle>, owner: TimerOwner) {
        // Without a handle there is no deadline: the wait is endless.
        if let Some(handle) = handle
            && self.deadlines.clear(handle).is_none()
            && let Some(index) = self.expired.iter().skip(self.polled).position(|other| *other == owner)
        {
            self.expired.remove(self.polled + index);
        }
    }
}
