//! One debounced or throttled function: whether it runs now, and how long to wait.
use super::monotonic::LONG_AGO;
use crate::time::{Duration, Instant};

/// How a function is paced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pacing {
    wait: Duration,
    max_wait: Option<Duration>,
    leading: bool,
    trailing: bool,
}

impl Pacing {
    /// Runs once no call has come for `wait`, with the arguments of the last call.
    pub fn debounce(wait: Duration) -> Self {
        Self { wait, max_wait: None, leading: false, trailing: true }
    }

    /// Runs on the first call, then at most once per `wait` while calls keep coming, the last call included.
    pub fn throttle(wait: Duration) -> Self {
        Self { wait, max_wait: Some(wait), leading: true, trailing: true }
    }

    /// Whether the first call of a burst runs: the leading edge.
    pub fn leading(mut self, leading: bool) -> Self {
        self.leading = leading;
        self
    }

    /// Whether the last call of a burst runs when the wait is over: the trailing edge. With `leading`, only if there
    /// was more than one call.
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
pub(super) struct Transition {
    pub(super) invoke: bool,
    pub(super) timer: TimerChange,
}

#[derive(Default)]
pub(super) enum TimerChange {
    #[default]
    Keep,
    /// Starts a timer. One that still runs after a flush is not cleared, as in lodash.
    Start(Duration),
    /// Starts the current timer again.
    Restart(Duration),
}

pub(super) struct Pacer {
    pacing: Pacing,
    last_call: Option<Instant>,
    last_invoke: Instant,
    /// Whether a call's arguments wait for an invocation.
    has_args: bool,
    waiting: bool,
}

impl Pacer {
    pub(super) fn new(pacing: Pacing) -> Self {
        Self { pacing, last_call: None, last_invoke: Instant::ZERO, has_args: false, waiting: false }
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting
    }

    pub(super) fn call(&mut self, now: Instant) -> Transition {
        let due = self.is_due(now);
        self.last_call = Some(now);
        self.has_args = true;
        if !self.waiting {
            self.waiting = true;
            if due {
                // `max_wait` counts from the start of the burst.
                self.last_invoke = now;
            }
            let invoke = due && self.pacing.leading && self.invoke(now);
            Transition { invoke, timer: TimerChange::Start(self.pacing.wait) }
        } else if due && self.pacing.max_wait.is_some() {
            // The timer is late, as in a loop that blocks the host.
            Transition { invoke: self.invoke(now), timer: TimerChange::Restart(self.pacing.wait) }
        } else {
            Transition::default()
        }
    }

    /// Until this time, a call changes nothing but the time of the last call.
    pub(super) fn coalesce_until(&self) -> Instant {
        let Some(last_call) = self.last_call.filter(|_| self.waiting) else { return LONG_AGO };
        let until = last_call + self.pacing.wait;
        match self.pacing.max_wait {
            Some(max) => until.min(self.last_invoke + max),
            None => until,
        }
    }

    pub(super) fn record_call(&mut self, last_call: Instant) {
        self.last_call = Some(last_call);
        self.has_args = true;
    }

    pub(super) fn timer_expired(&mut self, now: Instant) -> Transition {
        if self.is_due(now) {
            return Transition { invoke: self.trailing_edge(now), timer: TimerChange::Keep };
        }
        self.waiting = true;
        Transition { invoke: false, timer: TimerChange::Start(self.remaining(now)) }
    }

    pub(super) fn flush(&mut self, now: Instant) -> bool {
        self.waiting && self.trailing_edge(now)
    }

    pub(super) fn cancel(&mut self) {
        *self = Self::new(self.pacing);
    }

    /// Whether a burst begins or ends at `now`: there was no call yet, or none for the wait, or `max_wait` is over, or
    /// the clock was set back. lodash's `shouldInvoke`.
    fn is_due(&self, now: Instant) -> bool {
        let Some(last_call) = self.last_call else { return true };
        now < last_call
            || now.since(last_call) >= self.pacing.wait
            || self.pacing.max_wait.is_some_and(|max| now.since(self.last_invoke) >= max)
    }

    /// How long until it is due. Only valid while it is not. lodash's `remainingWait`.
    fn remaining(&self, now: Instant) -> Duration {
        let since_call = now.since(self.last_call.unwrap_or(now));
        let wait = subtract(self.pacing.wait, since_call);
        match self.pacing.max_wait {
            Some(max) => wait.min(subtract(max, now.since(self.last_invoke))),
            None => wait,
        }
    }

    fn trailing_edge(&mut self, now: Instant) -> bool {
        self.waiting = false;
        if self.pacing.trailing && self.has_args {
            return self.invoke(now);
        }
        self.has_args = false;
        false
    }

    fn invoke(&mut self, now: Instant) -> bool {
        self.has_args = false;
        self.last_invoke = now;
        true
    }
}

fn subtract(whole: Duration, part: Duration) -> Duration {
    Duration::from_ms(whole.as_ms() - part.as_ms())
}
