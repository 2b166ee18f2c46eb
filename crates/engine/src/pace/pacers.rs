//! Debounced and throttled functions.
use super::monotonic::LONG_AGO;
use super::pacer::{Pacer, Pacing, TimerChange, Transition};
use super::timers::{TimerOwner, Timers};
use crate::deadlines::Handle;
use crate::time::Instant;
use alloc::vec::Vec;

/// Names one paced function until it is released; then another may get the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PacerId(pub u32);

/// What the host has to do after an input. Invoking the function comes last: it may throw, and it may call any
/// pacer again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacerEffects {
    /// The pacer begins to wait: keep its function and arguments where they are found when
    /// [`Pace::poll_expired`](super::Pace::poll_expired) names the pacer.
    pub retain: bool,
    /// The pacer stops waiting: drop what was retained.
    pub release: bool,
    /// A wait began: arm the timer again, before invoking. This is set even if the timer would not have to fire
    /// earlier, because the armed timer may be gone, for example when a test replaced the clock and restored it.
    pub arm: bool,
    /// Run the function, with the arguments and `this` of the last call.
    pub invoke: bool,
    /// The arguments of the last call are not needed any more: drop them.
    pub drop_args: bool,
}

struct Entry {
    pacer: Pacer,
    /// The current timer. `None` also where the wait is endless, because that has no deadline.
    timer: Option<Handle>,
    serial: u32,
    /// Timers that will still expire. A flush leaves its timer running, so there may be several.
    running_timers: u32,
    released: bool,
}

/// The debounced and throttled functions of a module.
#[derive(Default)]
pub struct Pacers {
    entries: Vec<Entry>,
    free: Vec<u32>,
    calls: u64,
    invocations: u64,
}

impl Pacers {
    /// How often paced functions were called.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How often they ran.
    pub fn invocations(&self) -> u64 {
        self.invocations
    }

    /// Whether `id` has a timer running: lodash's `pending`.
    pub fn is_pending(&self, id: PacerId) -> bool {
        self.entries[id.0 as usize].pacer.is_waiting()
    }

    /// Adds a paced function.
    pub fn create(&mut self, pacing: Pacing) -> PacerId {
        let pacer = Pacer::new(pacing);
        let entry = Entry { pacer, timer: None, serial: 0, running_timers: 0, released: false };
        match self.free.pop() {
            Some(index) => {
                self.entries[index as usize] = entry;
                PacerId(index)
            }
            None => {
                self.entries.push(entry);
                PacerId(self.entries.len() as u32 - 1)
            }
        }
    }

    /// Says that `id` will not be called again. A wait that has begun still ends with its invocation.
    pub fn release(&mut self, id: PacerId) {
        self.entries[id.0 as usize].released = true;
        self.reuse_if_idle(id.0);
    }

    /// The function was called.
    pub fn call(&mut self, timers: &mut Timers, id: PacerId, now: Instant) -> PacerEffects {
        self.calls += 1;
        let transition = self.entries[id.0 as usize].pacer.call(now);
        self.apply(timers, id.0, transition, now)
    }

    /// From the last call until this time, a call has no effects. A host for which each input is expensive may count
    /// such calls and report them together with [`record_coalesced`](Self::record_coalesced), before any other
    /// input.
    pub fn coalesce_until(&self, timers: &Timers, id: PacerId) -> Instant {
        if timers.in_timeout() {
            // Its own timer may be polled next, and has to know of each call.
            return LONG_AGO;
        }
        self.entries[id.0 as usize].pacer.coalesce_until()
    }

    /// Records calls without effects. The last one was made at `last`.
    pub fn record_coalesced(&mut self, id: PacerId, calls: u32, last: Instant) {
        self.calls += u64::from(calls);
        self.entries[id.0 as usize].pacer.record_call(last);
    }

    /// Runs the trailing edge now, if one is waiting.
    pub fn flush(&mut self, timers: &mut Timers, id: PacerId, now: Instant) -> PacerEffects {
        // The timer runs on, as in lodash: a call before it expires postpones it.
        let entry = &mut self.entries[id.0 as usize];
        let is_endless = entry.pacer.is_waiting() && entry.timer.is_none();
        let invoke = entry.pacer.flush(now);
        self.invocations += u64::from(invoke);
        if is_endless {
            self.clear_timer(timers, id.0);
        }
        let release = is_endless && self.entries[id.0 as usize].running_timers == 0;
        PacerEffects { release, invoke, drop_args: true, ..PacerEffects::default() }
    }

    /// Drops a waiting call, and forgets when the function last ran.
    pub fn cancel(&mut self, timers: &mut Timers, id: PacerId) -> PacerEffects {
        let entry = &mut self.entries[id.0 as usize];
        let was_retained = entry.running_timers > 0;
        let was_waiting = entry.pacer.is_waiting();
        entry.pacer.cancel();
        if was_waiting {
            self.clear_timer(timers, id.0);
        }
        let release = was_retained && self.entries[id.0 as usize].running_timers == 0;
        PacerEffects { release, drop_args: true, ..PacerEffects::default() }
    }

    /// A timer of `id` expired.
    pub(super) fn expired(&mut self, timers: &mut Timers, id: u32, now: Instant) -> PacerEffects {
        let entry = &mut self.entries[id as usize];
        entry.running_timers -= 1;
        let transition = entry.pacer.timer_expired(now);
        let mut effects = self.apply(timers, id, transition, now);
        let entry = &self.entries[id as usize];
        effects.retain = false;
        effects.release = entry.running_timers == 0;
        effects.drop_args = !entry.pacer.is_waiting();
        self.reuse_if_idle(id);
        effects
    }

    fn apply(&mut self, timers: &mut Timers, id: u32, transition: Transition, now: Instant) -> PacerEffects {
        self.invocations += u64::from(transition.invoke);
        let wait = match transition.timer {
            // Most calls within a burst return here.
            TimerChange::Keep => {
                return PacerEffects { invoke: transition.invoke, ..PacerEffects::default() };
            }
            TimerChange::Start(wait) => wait,
            TimerChange::Restart(wait) => {
                self.clear_timer(timers, id);
                wait
            }
        };
        let at = timers.monotonic(now) + wait;
        let entry = &mut self.entries[id as usize];
        let retain = entry.running_timers == 0 && !matches!(transition.timer, TimerChange::Restart(_));
        entry.serial = entry.serial.wrapping_add(1);
        entry.running_timers += 1;
        entry.timer = timers.set(at, TimerOwner::Pacer { pacer: id, serial: entry.serial });
        PacerEffects {
            retain,
            arm: !timers.in_timeout(),
            invoke: transition.invoke,
            ..PacerEffects::default()
        }
    }

    /// Clears the current timer, also one that expired and was not polled yet.
    fn clear_timer(&mut self, timers: &mut Timers, id: u32) {
        let entry = &mut self.entries[id as usize];
        entry.running_timers -= 1;
        timers.clear(entry.timer.take(), TimerOwner::Pacer { pacer: id, serial: entry.serial });
    }

    fn reuse_if_idle(&mut self, id: u32) {
        let entry = &self.entries[id as usize];
        if entry.released && entry.running_timers == 0 {
            self.free.push(id);
        }
    }
}
