//! One paced function: whether it runs now, and how long to wait.
use crate::time::{Duration, Instant};

/// Before any clock, those included that are set to a year before 1970.
pub(super) const LONG_AGO: Instant = Instant::from_const(f64::NEG_INFINITY);

/// How a function is paced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pacing {
    wait: Duration,
    max_wait: Option<Duration>,
    leading: bool,
    trailing: bool,
}

impl Pacing {
    /// Runs once no call came for `wait`, with the last call's arguments.
    pub fn debounce(wait: Duration) -> Self {
        Self { wait, max_wait: None, leading: false, trailing: true }
    }

    /// Runs at once, then at most once per `wait` for as long as calls come, the last one included.
    pub fn throttle(wait: Duration) -> Self {
        Self { wait, max_wait: Some(wait), leading: true, trailing: true }
    }

    /// Whether the first call of a burst runs at once.
    pub fn leading(mut self, leading: bool) -> Self {
        self.leading = leading;
        self
    }

    /// Whether the last call of a burst runs when the wait is over; where `leading` is set too, only if
    /// there was more than one call.
    pub fn trailing(mut self, trailing: bool) -> Self {
        self.trailing = trailing;
        self
    }

    /// Runs at least this often while calls keep coming. Less than the wait counts as the wait.
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = Some(max_wait.max(self.wait));
        self
    }
}

/// What a call or an expired timer leads to.
#[derive(Default)]
pub(super) struct Move {
    pub(super) invoke: bool,
    pub(super) timer: Timer,
}

#[derive(Default)]
pub(super) enum Timer {
    #[default]
    Keep,
    /// Starts a timer; one that may still run is left alone and forgotten.
    Start(Duration),
    /// Starts the current timer again.
    Restart(Duration),
}

pub(super) struct Pacer {
    pacing: Pacing,
    last_call: Option<Instant>,
    last_invoke: Instant,
    /// Whether there are arguments that no invocation has taken yet.
    called: bool,
    waiting: bool,
}

impl Pacer {
    pub(super) fn new(pacing: Pacing) -> Self {
        Self { pacing, last_call: None, last_invoke: Instant::ZERO, called: false, waiting: false }
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting
    }

    pub(super) fn call(&mut self, now: Instant) -> Move {
        let due = self.is_due(now);
        self.last_call = Some(now);
        self.called = true;
        if !self.waiting {
            self.waiting = true;
            if due {
                // The longest wait counts from the start of the burst.
                self.last_invoke = now;
            }
            let invoke = due && self.pacing.leading && self.invoke(now);
            Move { invoke, timer: Timer::Start(self.pacing.wait) }
        } else if due && self.pacing.max_wait.is_some() {
            // The timer is late, as it is in a loop that leaves the host no time.
            Move { invoke: self.invoke(now), timer: Timer::Restart(self.pacing.wait) }
        } else {
            Move::default()
        }
    }

    /// Until when a call does nothing but move the last call's time.
    pub(super) fn quiet_until(&self) -> Instant {
        let Some(last_call) = self.last_call.filter(|_| self.waiting) else { return LONG_AGO };
        let quiet = last_call + self.pacing.wait;
        match self.pacing.max_wait {
            Some(max) => quiet.min(self.last_invoke + max),
            None => quiet,
        }
    }

    pub(super) fn note(&mut self, last_call: Instant) {
        self.last_call = Some(last_call);
        self.called = true;
    }

    pub(super) fn timer_expired(&mut self, now: Instant) -> Move {
        if self.is_due(now) {
            return Move { invoke: self.trailing_edge(now), timer: Timer::Keep };
        }
        self.waiting = true;
        Move { invoke: false, timer: Timer::Start(self.remaining(now)) }
    }

    pub(super) fn flush(&mut self, now: Instant) -> bool {
        self.waiting && self.trailing_edge(now)
    }

    pub(super) fn cancel(&mut self) {
        *self = Self::new(self.pacing);
    }

    /// Whether a burst begins or ends at `now`: no call yet, none for the wait, the longest wait over, or
    /// a clock that was set back.
    fn is_due(&self, now: Instant) -> bool {
        let Some(last_call) = self.last_call else { return true };
        now < last_call
            || now.since(last_call) >= self.pacing.wait
            || self.pacing.max_wait.is_some_and(|max| now.since(self.last_invoke) >= max)
    }

    /// How long until this is due; asked only where it is not.
    fn remaining(&self, now: Instant) -> Duration {
        let since_call = now.since(self.last_call.unwrap_or(now));
        let wait = less(self.pacing.wait, since_call);
        match self.pacing.max_wait {
            Some(max) => wait.min(less(max, now.since(self.last_invoke))),
            None => wait,
        }
    }

    fn trailing_edge(&mut self, now: Instant) -> bool {
        self.waiting = false;
        if self.pacing.trailing && self.called {
            return self.invoke(now);
        }
        self.called = false;
        false
    }

    fn invoke(&mut self, now: Instant) -> bool {
        self.called = false;
        self.last_invoke = now;
        true
    }
}

fn less(whole: Duration, part: Duration) -> Duration {
    Duration::from_ms(whole.as_ms() - part.as_ms())
}
