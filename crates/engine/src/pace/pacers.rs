//! Debounced and throttled functions.
use super::alarms::{Alarms, Wake};
use super::pacer::{LONG_AGO, Move, Pacer, Pacing, Timer};
use crate::deadlines::Handle;
use crate::time::Instant;
use alloc::vec::Vec;

/// Names one paced function until it is released; then another may get the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PacerId(pub u32);

/// What the host has to do after telling the pacers something. Running the function comes last: it may
/// throw, and it may call any pacer again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The pacer begins to wait: keep its function and arguments where
    /// [`Pace::poll_expired`](super::Pace::poll_expired) names them.
    pub held: bool,
    /// The pacer waits no more: let go what was kept.
    pub freed: bool,
    /// A wait began: arm the timer again, before invoking. Not only where it has to fire earlier than it
    /// would: what arms it may be gone, as when a test puts its own clock in place and takes it away.
    pub rearm: bool,
    /// Run the function, with the arguments and `this` of the last call.
    pub invoke: bool,
    /// Nothing will ask for the last call's arguments any more: they may be dropped.
    pub forget: bool,
}

struct Entry {
    pacer: Pacer,
    /// The current timer. None too where it waits for ever, for there is no deadline for that.
    timer: Option<Handle>,
    serial: u32,
    /// Timers that will still expire. A flush leaves its timer running, so there may be several.
    timers: u32,
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

    /// Whether `id` has a timer running: what lodash calls pending.
    pub fn is_pending(&self, id: PacerId) -> bool {
        self.entries[id.0 as usize].pacer.is_waiting()
    }

    /// Adds a paced function.
    pub fn create(&mut self, pacing: Pacing) -> PacerId {
        let entry = Entry { pacer: Pacer::new(pacing), timer: None, serial: 0, timers: 0, released: false };
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

    /// Says that `id` will not be called again. What it waits for still comes.
    pub fn release(&mut self, id: PacerId) {
        self.entries[id.0 as usize].released = true;
        self.reuse_if_idle(id.0);
    }

    /// The function was called.
    pub fn call(&mut self, alarms: &mut Alarms, id: PacerId, now: Instant) -> Step {
        self.calls += 1;
        let step = self.entries[id.0 as usize].pacer.call(now);
        self.apply(alarms, id.0, step, now)
    }

    /// Until when, from the last call on, a call leads to an empty [`Step`]. A host to whom telling is dear
    /// may count such calls and [`note`](Self::note) them in one go, before it says anything else.
    pub fn quiet_until(&self, alarms: &Alarms, id: PacerId) -> Instant {
        if alarms.in_timeout() {
            // Its own timer may be the next that is polled, and must know of each call.
            return LONG_AGO;
        }
        self.entries[id.0 as usize].pacer.quiet_until()
    }

    /// There were so many quiet calls, the last one then.
    pub fn note(&mut self, id: PacerId, calls: u32, last: Instant) {
        self.calls += u64::from(calls);
        self.entries[id.0 as usize].pacer.note(last);
    }

    /// Runs what waits for its trailing edge now.
    pub fn flush(&mut self, alarms: &mut Alarms, id: PacerId, now: Instant) -> Step {
        // The timer is left to run out, as in lodash: a call that comes before it does is moved by it.
        let entry = &mut self.entries[id.0 as usize];
        let for_ever = entry.pacer.is_waiting() && entry.timer.is_none();
        let invoke = entry.pacer.flush(now);
        self.invocations += u64::from(invoke);
        if for_ever {
            self.stop_timer(alarms, id.0);
        }
        let freed = for_ever && self.entries[id.0 as usize].timers == 0;
        Step { freed, invoke, forget: true, ..Step::default() }
    }

    /// Forgets what waits and when the function last ran.
    pub fn cancel(&mut self, alarms: &mut Alarms, id: PacerId) -> Step {
        let entry = &mut self.entries[id.0 as usize];
        let held = entry.timers > 0;
        let was_waiting = entry.pacer.is_waiting();
        entry.pacer.cancel();
        if was_waiting {
            self.stop_timer(alarms, id.0);
        }
        let freed = held && self.entries[id.0 as usize].timers == 0;
        Step { freed, forget: true, ..Step::default() }
    }

    /// A timer of `id` came due.
    pub(super) fn expired(&mut self, alarms: &mut Alarms, id: u32, now: Instant) -> Step {
        let entry = &mut self.entries[id as usize];
        entry.timers -= 1;
        let step = entry.pacer.timer_expired(now);
        let mut step = self.apply(alarms, id, step, now);
        let entry = &self.entries[id as usize];
        step.held = false;
        step.freed = entry.timers == 0;
        step.forget = !entry.pacer.is_waiting();
        self.reuse_if_idle(id);
        step
    }

    fn apply(&mut self, alarms: &mut Alarms, id: u32, step: Move, now: Instant) -> Step {
        self.invocations += u64::from(step.invoke);
        let wait = match step.timer {
            // The way of all calls within a burst.
            Timer::Keep => return Step { invoke: step.invoke, ..Step::default() },
            Timer::Start(wait) => wait,
            Timer::Restart(wait) => {
                self.stop_timer(alarms, id);
                wait
            }
        };
        let at = alarms.steady(now) + wait;
        let entry = &mut self.entries[id as usize];
        let held = entry.timers == 0 && !matches!(step.timer, Timer::Restart(_));
        entry.serial = entry.serial.wrapping_add(1);
        entry.timers += 1;
        entry.timer = alarms.set(at, Wake::Pacer { pacer: id, serial: entry.serial });
        Step { held, rearm: !alarms.in_timeout(), invoke: step.invoke, ..Step::default() }
    }

    /// Stops the current timer, also where it came due and was not polled yet.
    fn stop_timer(&mut self, alarms: &mut Alarms, id: u32) {
        let entry = &mut self.entries[id as usize];
        entry.timers -= 1;
        alarms.stop(entry.timer.take(), Wake::Pacer { pacer: id, serial: entry.serial });
    }

    fn reuse_if_idle(&mut self, id: u32) {
        let entry = &self.entries[id as usize];
        if entry.released && entry.timers == 0 {
            self.free.push(id);
        }
    }
}
