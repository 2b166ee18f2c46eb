//! Circuit breakers: requests to an origin that keeps failing stop for a while.
//!
//! A *closed* breaker admits attempts and counts failures. Enough failures within a window *open* it: it admits none
//! for a time. Then it is *half-open*: it admits one attempt, the probe, which closes it or opens it again.
use super::ids::RunId;
use crate::deadlines::Handle;
use crate::list::List;
use crate::time::{Duration, Instant};

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerOptions {
    /// How many failures open it; at least one.
    pub failures: u32,
    /// Older failures do not count.
    pub window: Duration,
    /// How long it stays open before it admits a probe.
    pub open_for: Duration,
}

impl BreakerOptions {
    /// Five failures within ten seconds open it for half a minute.
    pub const DEFAULT: Self = Self {
        failures: 5,
        window: Duration::from_const(10_000.0),
        open_for: Duration::from_const(30_000.0),
    };
}

impl Default for BreakerOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The state of a breaker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BreakerState {
    /// It admits all attempts.
    Closed,
    /// It admits none until then.
    Open(Instant),
    /// It admits one attempt, the next one or the one that runs.
    HalfOpen,
}

/// A breaker is closed while it is not open until any later time than this.
const CLOSED: Instant = Instant::from_const(f64::NEG_INFINITY);

pub(crate) struct Breaker {
    /// Until when it admits no attempt. A probe that does not answer until then is replaced by another.
    until: Instant,
    /// The probe, while it runs.
    probe: Option<RunId>,
    /// The times of recent failures, oldest first; at most as many as open it.
    failed: List<Instant>,
    /// The number of queries that fetched from it last.
    uses: u32,
    /// The host uses its number.
    known: bool,
    /// The deadline at which it is reset, unless it is used again.
    pub(crate) due: Option<Handle>,
}

impl Breaker {
    const NEW: Self =
        Self { until: CLOSED, probe: None, failed: List::new(), uses: 0, known: false, due: None };
}

/// How an admitted attempt ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// The origin answered: with data or a permanent error.
    Answered,
    /// It did not answer, or with a temporary error.
    Failed,
    /// The result is unknown.
    Cancelled,
}

/// A breaker for each origin; origins are numbers from 1, which the host assigns in order.
pub(crate) struct Breakers {
    options: BreakerOptions,
    origins: List<Breaker>,
}

impl Breakers {
    pub(crate) fn new(options: BreakerOptions) -> Self {
        Self { options, origins: List::new() }
    }

    pub(crate) fn of(&mut self, origin: u32) -> &mut Breaker {
        let place = origin as usize;
        while self.origins.len() <= place {
            self.origins.push(Breaker::NEW);
        }
        &mut self.origins[place]
    }

    /// A query fetches from it from now on.
    pub(crate) fn enter(&mut self, origin: u32) {
        let breaker = self.of(origin);
        breaker.uses += 1;
        breaker.known = true;
    }

    /// A query that fetched from it was removed, or fetches from another.
    pub(crate) fn leave(&mut self, origin: u32) {
        let breaker = self.of(origin);
        breaker.uses = breaker.uses.saturating_sub(1);
    }

    /// When an origin that no query uses can be reset: its failures are out of the window, and an open breaker has been
    /// due to close for as long as it was open.
    pub(crate) fn forget_at(&mut self, now: Instant, origin: u32) -> Instant {
        let BreakerOptions { window, open_for, .. } = self.options;
        let breaker = self.of(origin);
        let last = breaker.failed.last().copied();
        if breaker.uses > 0 || !breaker.known {
            Instant::NEVER
        } else if breaker.until == CLOSED {
            last.map_or(now, |at| at + window)
        } else {
            breaker.until + open_for
        }
    }

    /// The handle of its deadline.
    /// Resets it: its number may be reused.
    pub(crate) fn forget(&mut self, origin: u32) {
        self.of(origin);
        self.origins[origin as usize] = Breaker::NEW;
        while self.origins.last().is_some_and(|breaker| !breaker.known) {
            self.origins.pop();
        }
        self.origins.shrink();
    }

    /// How many have a deadline.
    #[cfg(test)]
    pub(crate) fn due_count(&self) -> usize {
        self.origins.iter().filter(|breaker| breaker.due.is_some()).count()
    }

    /// The length of the list of origins.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.origins.len()
    }

    /// The time until which it admits no attempt; `None` where it admits this one.
    pub(crate) fn refused_until(&mut self, now: Instant, origin: u32, run: RunId) -> Option<Instant> {
        let again = now + self.options.open_for;
        let breaker = self.of(origin);
        if now < breaker.until {
            return Some(breaker.until);
        }
        if breaker.until != CLOSED {
            (breaker.probe, breaker.until) = (Some(run), again);
        }
        None
    }

    /// An admitted attempt has ended.
    pub(crate) fn ended(&mut self, now: Instant, origin: u32, run: RunId, attempt: Attempt) {
        let options = self.options;
        let breaker = self.of(origin);
        if breaker.until == CLOSED {
            if attempt != Attempt::Failed {
                return;
            }
            let failed = &mut breaker.failed;
            failed.push(now);
            if failed.len() < options.failures as usize {
                return;
            }
            let first = failed[0];
            failed.remove(0);
            if now - first > options.window {
                return;
            }
            failed.clear();
        } else if breaker.probe != Some(run) {
            // The attempt began before the breaker opened, so it does not show the present state of the origin.
            return;
        }
        breaker.probe = None;
        breaker.until = match attempt {
            Attempt::Answered => CLOSED,
            Attempt::Failed => now + options.open_for,
            Attempt::Cancelled => now,
        };
    }

    pub(crate) fn state(&self, now: Instant, origin: u32) -> BreakerState {
        let Some(breaker) = self.origins.get(origin as usize) else { return BreakerState::Closed };
        if breaker.until == CLOSED {
            BreakerState::Closed
        } else if breaker.probe.is_none() && now < breaker.until {
            BreakerState::Open(breaker.until)
        } else {
            BreakerState::HalfOpen
        }
    }

    /// The clock was set back: times move with it, so the breaker stays open no longer than it would have.
    pub(crate) fn bring_forward(&mut self, span: Duration) {
        for breaker in self.origins.iter_mut() {
            for at in 0..breaker.failed.len() {
                breaker.failed[at] = Instant::from_ms(breaker.failed[at].as_ms() - span.as_ms());
            }
            breaker.until = Instant::from_ms(breaker.until.as_ms() - span.as_ms());
        }
    }
}
