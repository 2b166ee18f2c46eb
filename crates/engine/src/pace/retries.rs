//! Retries of failed calls, by the policy of the query cache.
use super::slab::Slab;
use super::timers::{TimerOwner, Timers};
use crate::deadlines::Handle;
use crate::query::retry::{Phase, Run};
use crate::query::{Next, RunOptions, Verdict};
use crate::rng::Rng;
use crate::time::Instant;

/// Names one call, with all its attempts, until it settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RetryId(pub u32);

/// Which deadline of a call expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDeadline {
    /// The delay is over: report and make the next [attempt](Retries::start_attempt).
    Delay,
    /// The attempt timed out: it has [failed](Retries::attempt_failed).
    Timeout,
}

struct Entry {
    run: Run,
    rng: Rng,
    timer: Option<Handle>,
}

/// The calls of a module that are retried when they fail.
#[derive(Default)]
pub struct Retries {
    runs: Slab<Entry>,
}

impl Retries {
    /// Begins a call. Jitter is drawn from `seed`.
    pub fn begin(&mut self, options: RunOptions, seed: u32, now: Instant) -> RetryId {
        // Small seeds would draw small numbers at first; Knuth's multiplicative hash spreads them.
        let rng = Rng::new(seed.wrapping_mul(0x9e37_79b1));
        RetryId(self.runs.insert(Entry { run: Run::new(now, options), rng, timer: None }))
    }

    /// An attempt starts. Returns whether the timer has to be armed again.
    pub fn start_attempt(&mut self, timers: &mut Timers, id: RetryId, now: Instant) -> bool {
        let now = timers.monotonic(now);
        let Some(entry) = self.runs.get_mut(id.0) else { return false };
        entry.run.phase = Phase::Running;
        entry.timer = timers.set(now + entry.run.options.timeout, TimerOwner::Retry(id.0));
        entry.timer.is_some() && !timers.in_timeout()
    }

    /// The attempt failed. `true`: it is retried after a delay, so arm the timer; `false`: the call has failed.
    pub fn attempt_failed(
        &mut self,
        timers: &mut Timers,
        id: RetryId,
        verdict: Verdict,
        now: Instant,
    ) -> bool {
        let now = timers.monotonic(now);
        let Some(entry) = self.runs.get_mut(id.0) else { return false };
        timers.clear(entry.timer.take(), TimerOwner::Retry(id.0));
        let Next::Wait(at) = entry.run.failed(now, verdict, &mut entry.rng) else { return false };
        entry.run.phase = Phase::Waiting;
        entry.timer = timers.set(at, TimerOwner::Retry(id.0));
        true
    }

    /// The call settled: it succeeded, failed or was aborted.
    pub fn end(&mut self, timers: &mut Timers, id: RetryId) {
        if let Some(entry) = self.runs.remove(id.0) {
            timers.clear(entry.timer, TimerOwner::Retry(id.0));
        }
    }

    pub(super) fn expired(&mut self, id: u32) -> Option<RetryDeadline> {
        let entry = self.runs.get_mut(id)?;
        entry.timer = None;
        let is_running = entry.run.phase == Phase::Running;
        Some(if is_running { RetryDeadline::Timeout } else { RetryDeadline::Delay })
    }
}
