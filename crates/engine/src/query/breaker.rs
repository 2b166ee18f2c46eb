//! Circuit breakers: an origin that keeps failing is left alone for a while.
//!
//! A breaker is *closed* as long as all is well: attempts go through, and those that fail are counted. So many
//! failures within a window *open* it: no attempt goes through for a time. Then it is *half-open*: one attempt
//! goes through, and closes it or opens it anew.
use super::ids::RunId;
use crate::deadlines::Handle;
use crate::slab::shrink;
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerOptions {
    /// So many failures open it; at least one.
    pub failures: u32,
    /// Counting those of so long ago.
    pub window: Duration,
    /// How long it stays open before one attempt goes through.
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

/// What a breaker lets through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BreakerState {
    /// Everything.
    Closed,
    /// Nothing until then.
    Open(Instant),
    /// One attempt, which is on its way or will be the next.
    HalfOpen,
}

#[derive(Default)]
enum State {
    #[default]
    Closed,
    Open {
        until: Instant,
    },
    /// The probe may never answer: then another takes its place.
    HalfOpen {
        probe: RunId,
        until: Instant,
    },
}

#[derive(Default)]
struct Breaker {
    state: State,
    /// When attempts failed of late, oldest first; no more of them than it takes to open.
    failed: Vec<Instant>,
    /// So many queries asked it last.
    uses: u32,
    /// The face has a name for its number.
    known: bool,
    /// When it is to be forgotten, unless it is used again.
    due: Option<Handle>,
}

/// How an attempt that was let through ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// The origin answered: with data, or that it will never do what was asked.
    Answered,
    /// It did not, or said that it could not.
    Failed,
    /// Nobody knows, as nobody waited.
    Cancelled,
}

/// A breaker for each origin; origins are numbers from 1 that the face gives out one after the other.
pub(crate) struct Breakers {
    options: BreakerOptions,
    origins: Vec<Breaker>,
}

impl Breakers {
    pub(crate) fn new(options: BreakerOptions) -> Self {
        Self { options, origins: Vec::new() }
    }

    fn of(&mut self, origin: u32) -> &mut Breaker {
        let place = origin as usize;
        while self.origins.len() <= place {
            self.origins.push(Breaker::default());
        }
        &mut self.origins[place]
    }

    /// A query asks it from now on.
    pub(crate) fn enter(&mut self, origin: u32) {
        let breaker = self.of(origin);
        breaker.uses += 1;
        breaker.known = true;
    }

    /// A query that asked it is gone, or asks another.
    pub(crate) fn leave(&mut self, origin: u32) {
        let breaker = self.of(origin);
        breaker.uses = breaker.uses.saturating_sub(1);
    }

    /// When there is nothing left to know of an origin that no query asks any more: what failed is out of the window, and
    /// an open breaker has been closed for as long as it was open.
    pub(crate) fn forget_at(&mut self, now: Instant, origin: u32) -> Instant {
        let BreakerOptions { window, open_for, .. } = self.options;
        let breaker = self.of(origin);
        match breaker.state {
            _ if breaker.uses > 0 || !breaker.known => Instant::NEVER,
            State::Closed => breaker.failed.last().map_or(now, |&at| at + window),
            State::Open { until } | State::HalfOpen { until, .. } => until + open_for,
        }
    }

    /// Where its deadline is kept.
    pub(crate) fn due(&mut self, origin: u32) -> &mut Option<Handle> {
        &mut self.of(origin).due
    }

    /// Its number may stand for another from now on.
    pub(crate) fn forget(&mut self, origin: u32) {
        *self.of(origin) = Breaker::default();
        while self.origins.last().is_some_and(|breaker| !breaker.known) {
            self.origins.pop();
        }
        shrink(&mut self.origins);
    }

    /// How many are to be forgotten.
    #[cfg(test)]
    pub(crate) fn due_count(&self) -> usize {
        self.origins.iter().filter(|breaker| breaker.due.is_some()).count()
    }

    /// How many places there are for origins.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.origins.len()
    }

    /// Whether an attempt goes through now; otherwise, until when none will.
    pub(crate) fn admit(&mut self, now: Instant, origin: u32, run: RunId) -> Result<(), Instant> {
        let again = now + self.options.open_for;
        let breaker = self.of(origin);
        match breaker.state {
            State::Closed => return Ok(()),
            State::Open { until } | State::HalfOpen { until, .. } if now < until => return Err(until),
            _ => breaker.state = State::HalfOpen { probe: run, until: again },
        }
        Ok(())
    }

    /// An attempt that was let through has ended.
    pub(crate) fn ended(&mut self, now: Instant, origin: u32, run: RunId, attempt: Attempt) {
        let options = self.options;
        let breaker = self.of(origin);
        match breaker.state {
            State::Closed if attempt == Attempt::Failed => {
                let failed = &mut breaker.failed;
                failed.retain(|&at| now - at <= options.window);
                failed.push(now);
                if failed.len() < options.failures as usize {
                    return;
                }
            }
            State::HalfOpen { probe, .. } if probe == run => match attempt {
                Attempt::Answered => {
                    breaker.state = State::Closed;
                    return;
                }
                Attempt::Failed => {}
                Attempt::Cancelled => {
                    breaker.state = State::Open { until: now };
                    return;
                }
            },
            // What began before it opened tells nothing of how the origin is now.
            _ => return,
        }
        breaker.failed.clear();
        breaker.state = State::Open { until: now + options.open_for };
    }

    pub(crate) fn state(&self, now: Instant, origin: u32) -> BreakerState {
        match self.origins.get(origin as usize).map(|breaker| &breaker.state) {
            None | Some(State::Closed) => BreakerState::Closed,
            Some(State::Open { until }) if now < *until => BreakerState::Open(*until),
            Some(_) => BreakerState::HalfOpen,
        }
    }

    /// The clock was set back: what waits goes on waiting as long as it would have.
    pub(crate) fn bring_forward(&mut self, span: Duration) {
        let earlier = |at: &mut Instant| *at = Instant::from_ms(at.as_ms() - span.as_ms());
        for breaker in &mut self.origins {
            breaker.failed.iter_mut().for_each(earlier);
            if let State::Open { until } | State::HalfOpen { until, .. } = &mut breaker.state {
                earlier(until);
            }
        }
    }
}
