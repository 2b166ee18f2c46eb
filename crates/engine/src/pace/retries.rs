//! Functions that are tried again, by the policy of the query cache.
use super::alarms::{Alarms, Wake};
use super::slots::Slots;
use crate::deadlines::Handle;
use crate::query::retry::{Phase, Run};
use crate::query::{Next, RunOptions, Verdict};
use crate::rng::Rng;
use crate::time::Instant;

/// Names one run of a function until it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RetryId(pub u32);

/// What a run's deadline means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The delay is over: tell of the next [attempt](Retries::attempt), and make it.
    Again,
    /// The attempt took too long: it has [failed](Retries::failed).
    TimedOut,
}

struct Entry {
    run: Run,
    rng: Rng,
    timer: Option<Handle>,
}

/// The runs of a module that may be tried again.
#[derive(Default)]
pub struct Retries {
    runs: Slots<Entry>,
}

impl Retries {
    /// Begins a run. The delays that are left to chance are drawn from `seed`.
    pub fn begin(&mut self, options: RunOptions, seed: u32, now: Instant) -> RetryId {
        // Small seeds would draw small numbers at first; Knuth's multiplicative hash spreads them.
        let rng = Rng::new(seed.wrapping_mul(0x9e37_79b1));
        RetryId(self.runs.add(Entry { run: Run::new(now, options), rng, timer: None }))
    }

    /// The function is called. Gives whether the timer is to be armed again.
    pub fn attempt(&mut self, alarms: &mut Alarms, id: RetryId, now: Instant) -> bool {
        let now = alarms.steady(now);
        let Some(entry) = self.runs.get_mut(id.0) else { return false };
        entry.run.phase = Phase::Running;
        entry.timer = alarms.set(now + entry.run.options.timeout, Wake::Retry(id.0));
        entry.timer.is_some() && !alarms.in_timeout()
    }

    /// The attempt failed. `true`: it is tried again after a delay, so arm the timer; `false`: that was all.
    pub fn failed(&mut self, alarms: &mut Alarms, id: RetryId, verdict: Verdict, now: Instant) -> bool {
        let now = alarms.steady(now);
        let Some(entry) = self.runs.get_mut(id.0) else { return false };
        alarms.stop(entry.timer.take(), Wake::Retry(id.0));
        let Next::Wait(at) = entry.run.failed(now, verdict, &mut entry.rng) else { return false };
        entry.run.phase = Phase::Waiting;
        entry.timer = alarms.set(at, Wake::Retry(id.0));
        true
    }

    /// The run is over: it succeeded, failed for good or was given up.
    pub fn end(&mut self, alarms: &mut Alarms, id: RetryId) {
        if let Some(entry) = self.runs.remove(id.0) {
            alarms.stop(entry.timer, Wake::Retry(id.0));
        }
    }

    pub(super) fn expired(&mut self, id: u32) -> Option<Due> {
        let entry = self.runs.get_mut(id)?;
        entry.timer = None;
        Some(if entry.run.phase == Phase::Running { Due::TimedOut } else { Due::Again })
    }
}
