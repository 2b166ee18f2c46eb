//! Circuit breakers: an origin that keeps failing is left alone for a while.
//!
//! A breaker is *closed* as long as all is well: attempts go through, and those that fail are counted. So many
//! failures within a window *open* it: no attempt goes through for a time. Then it is *half-open*: one attempt
//! goes through, and closes it or opens it anew.
use super::slots::RunId;
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

impl Default for BreakerOptions {
    /// Five failures within ten seconds; half a minute.
    fn default() -> Self {
        Self { failures: 5, window: Duration::from_ms(10_000.0), open_for: Duration::from_ms(30_000.0) }
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
