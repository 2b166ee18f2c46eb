//! Every paced function of a module, on one heap of deadlines.
use super::pacer::{Move, Pacer, Pacing, Timer};
use super::steady::Steady;
use crate::deadlines::{Deadlines, Handle};
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// No host's timer waits longer than this at once: setTimeout's delay is a 32-bit number of ms.
const LONGEST_TIMER: f64 = 2_147_483_647.0;

/// Names one paced function until it is released; then another may get the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PacerId(pub u32);

/// What the host has to do after telling the pacers something. Running the function comes last: it may
/// throw, and it may call any pacer again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The pacer begins to wait: keep its function and arguments where [`Pacers::poll_expired`] finds them.
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

#[derive(Clone, Copy, PartialEq, Eq)]
struct Wake {
    pacer: u32,
    /// Tells the timers of one pacer apart.
    serial: u32,
}

/// Holds the paced functions of a module and says when each one runs. See the [module](super).
#[derive(Default)]
pub struct Pacers {
    entries: Vec<Entry>,
    free: Vec<u32>,
    deadlines: Deadlines<Wake>,
    /// What came due and was not polled yet, from `polled` on.
    expired: Vec<Wake>,
    polled: usize,
    clock: Steady,
    /// The steady time for which the host armed its timer.
    armed: Instant,
    /// Whether a timeout is being handled, after which the host arms in any case.
    in_timeout: bool,
    calls: u64,
    invocations: u64,
}

impl Pacers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

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

    /// When the host should call [`handle_timeout`](Self::handle_timeout), on its own clock.
    pub fn next_deadline(&self) -> Option<Instant> {
        let at = if self.polled < self.expired.len() { Some(Instant::ZERO) } else { self.deadlines.next() };
        at.map(|at| self.clock.to_host(at))
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
    pub fn call(&mut self, id: PacerId, now: Instant) -> Step {
        self.calls += 1;
        let step = self.entries[id.0 as usize].pacer.call(now);
        self.apply(id.0, step, now)
    }

    /// Until when, from the last call on, a call leads to an empty [`Step`]. A host to whom telling is dear
    /// may count such calls and [`note`](Self::note) them in one go, before it says anything else.
    pub fn quiet_until(&self, id: PacerId) -> Instant {
        if self.in_timeout {
            // Its own timer may be the next that is polled, and must know of each call.
            return Instant::ZERO;
        }
        self.entries[id.0 as usize].pacer.quiet_until()
    }

    /// There were so many quiet calls, the last one then.
    pub fn note(&mut self, id: PacerId, calls: u32, last: Instant) {
        self.calls += u64::from(calls);
        self.entries[id.0 as usize].pacer.note(last);
    }

    /// Runs what waits for its trailing edge now.
    pub fn flush(&mut self, id: PacerId, now: Instant) -> Step {
        // The timer is left to run out, as in lodash: a call that comes before it does is moved by it.
        let entry = &mut self.entries[id.0 as usize];
        let for_ever = entry.pacer.is_waiting() && entry.timer.is_none();
        let invoke = entry.pacer.flush(now);
        self.invocations += u64::from(invoke);
        if for_ever {
            self.stop_timer(id.0);
        }
        let freed = for_ever && self.entries[id.0 as usize].timers == 0;
        Step { freed, invoke, forget: true, ..Step::default() }
    }

    /// Forgets what waits and when the function last ran.
    pub fn cancel(&mut self, id: PacerId) -> Step {
        let entry = &mut self.entries[id.0 as usize];
        let held = entry.timers > 0;
        let was_waiting = entry.pacer.is_waiting();
        entry.pacer.cancel();
        if was_waiting {
            self.stop_timer(id.0);
        }
        let freed = held && self.entries[id.0 as usize].timers == 0;
        Step { freed, forget: true, ..Step::default() }
    }

    /// Says for how long the host's timer has to be set, and takes it that it will be. `None`: no timer.
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

    /// The host's timer fired.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.clock.after(now, self.armed);
        self.in_timeout = true;
        while let Some(wake) = self.deadlines.pop(now) {
            self.expired.push(wake);
        }
    }

    /// The next pacer whose timer came due, and what to do about it. What a function that is run meanwhile
    /// starts anew waits for the next timeout, even with a wait of zero.
    pub fn poll_expired(&mut self, now: Instant) -> Option<(PacerId, Step)> {
        let Some(&wake) = self.expired.get(self.polled) else {
            self.expired.clear();
            self.polled = 0;
            return None;
        };
        self.polled += 1;
        let entry = &mut self.entries[wake.pacer as usize];
        entry.timers -= 1;
        let step = entry.pacer.timer_expired(now);
        let mut step = self.apply(wake.pacer, step, now);
        let entry = &self.entries[wake.pacer as usize];
        step.held = false;
        step.freed = entry.timers == 0;
        step.forget = !entry.pacer.is_waiting();
        self.reuse_if_idle(wake.pacer);
        Some((PacerId(wake.pacer), step))
    }

    fn apply(&mut self, id: u32, step: Move, now: Instant) -> Step {
        self.invocations += u64::from(step.invoke);
        let wait = match step.timer {
            // The way of all calls within a burst.
            Timer::Keep => return Step { invoke: step.invoke, ..Step::default() },
            Timer::Start(wait) => wait,
            Timer::Restart(wait) => {
                self.stop_timer(id);
                wait
            }
        };
        let at = self.clock.read(now) + wait;
        let entry = &mut self.entries[id as usize];
        let held = entry.timers == 0 && !matches!(step.timer, Timer::Restart(_));
        entry.serial = entry.serial.wrapping_add(1);
        entry.timers += 1;
        entry.timer = self.deadlines.set(at, Wake { pacer: id, serial: entry.serial });
        Step { held, rearm: !self.in_timeout, invoke: step.invoke, ..Step::default() }
    }

    /// Stops the current timer, also where it came due and was not polled yet.
    fn stop_timer(&mut self, id: u32) {
        let entry = &mut self.entries[id as usize];
        let wake = Wake { pacer: id, serial: entry.serial };
        entry.timers -= 1;
        // Without a handle it waits for ever, and there is nothing to take away.
        if let Some(handle) = entry.timer.take()
            && self.deadlines.clear(handle).is_none()
            && let Some(place) = self.expired.iter().skip(self.polled).position(|other| *other == wake)
        {
            self.expired.remove(self.polled + place);
        }
    }

    fn reuse_if_idle(&mut self, id: u32) {
        let entry = &self.entries[id as usize];
        if entry.released && entry.timers == 0 {
            self.free.push(id);
        }
    }
}
