//! Every deadline of a module, on one clock: the heap for which a host arms one timer.
use super::monotonic::MonotonicClock;
use crate::rows::{NONE, Rows};
use crate::time::{Duration, Instant};

/// The longest delay, in ms, that a host's timer supports: `setTimeout` keeps it in 32 bits, with a sign.
const LONGEST_TIMER: f64 = 2_147_483_647.0;

/// Names a deadline until it expires or is cleared; then another may get the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerId(pub u32);

/// Whose deadline expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// That of a debounced or throttled function: call [`Timers::pacer_expired`].
    Pacer(PacerId),
    /// One that the host set.
    Timer(TimerId),
}

/// Names one paced function until it is released; then another may get the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PacerId(pub u32);

/// A deadline or a pacer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row {
    // Of a deadline:
    pub(super) at: Instant,
    /// Tells deadlines of the same instant apart: first set, first due.
    pub(super) order: u32,
    /// The pacer; `NONE`: the host.
    pub(super) owner: u32,
    /// The deadline above, and the two below.
    pub(super) parent: u32,
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) is_set: bool,

    // Of a pacer:
    pub(super) flags: u8,
    pub(super) wait: Duration,
    pub(super) max_wait: Duration,
    pub(super) last_invoke: Instant,
    /// The current timer; `NONE` also where the wait is endless, because that has no deadline.
    pub(super) timer: u32,
    /// Deadlines that will still expire. A flush leaves its timer running, so there may be several.
    pub(super) timers: u32,
}

pub(super) const FREE: Row = Row {
    at: Instant::ZERO,
    order: 0,
    owner: NONE,
    parent: NONE,
    left: NONE,
    right: NONE,
    is_set: false,
    flags: 0,
    wait: Duration::ZERO,
    max_wait: Duration::ZERO,
    last_invoke: Instant::ZERO,
    timer: NONE,
    timers: 0,
};

/// All deadlines of a module, for which a host arms one timer, and its debounced and throttled functions. See the
/// [module](super).
///
/// The deadlines are a skew heap, in which the soonest is above all others: setting, clearing and polling take logarithmic
/// time on average. Sleator and Tarjan, *Self-adjusting heaps*, 1986.
pub struct Timers<R> {
    pub(super) rows: R,
    /// How many deadlines were set. It may wrap: none outlives two thousand million others.
    order: u32,
    clock: MonotonicClock,
    /// The monotonic time for which the host armed its timer.
    armed: Instant,
    /// When that fired last, and `order` at that moment.
    fired: Instant,
    fired_order: u32,
    /// Whether it fired early, and was set again.
    was_early: bool,
}

impl<R: Rows<Row> + Default> Default for Timers<R> {
    fn default() -> Self {
        Self::new(R::default())
    }
}

impl<R: Rows<Row>> Timers<R> {
    /// Without deadlines and functions.
    pub const fn new(rows: R) -> Self {
        let clock = MonotonicClock::new();
        Self {
            rows,
            order: 0,
            clock,
            armed: Instant::ZERO,
            fired: Instant::ZERO,
            fired_order: 0,
            was_early: false,
        }
    }

    /// The delay that the host has to set its timer to; `None`: no timer. Takes it for granted that the host does.
    pub fn arm(&mut self, now: Instant) -> Option<Duration> {
        let now = self.clock.read(now);
        let first = self.first();
        if first == NONE {
            return None;
        }
        let delay = self.rows.row(first).at.since(now).min(Duration::from_const(LONGEST_TIMER));
        self.armed = now + delay;
        Some(delay)
    }

    /// The host's timer fired: the `latest` that was armed, or an earlier one that the host could not clear. Where it fires
    /// early, the wait goes on for the rest of that ms: many of them would make the clock fast. Only a clock that stands
    /// still is set forward.
    pub fn handle_timeout(&mut self, now: Instant, latest: bool) {
        self.was_early = !self.was_early && self.clock.is_early(now, self.armed);
        self.fired = self.clock.read_after_timer(now, self.armed, latest && !self.was_early);
        self.fired_order = self.order;
    }

    /// The next deadline that expired. One that is set meanwhile waits for the next timeout, even with a delay of zero: the
    /// clock does not run backwards, so those that expired come before it.
    pub fn poll(&mut self) -> Option<Expired> {
        let timer = self.first();
        let row = self.rows.row(timer);
        if timer == NONE || row.at > self.fired || is_before(self.fired_order, row.order) {
            return None;
        }
        let owner = row.owner;
        self.clear(TimerId(timer));
        Some(if owner == NONE { Expired::Timer(TimerId(timer)) } else { Expired::Pacer(PacerId(owner)) })
    }

    /// The host's time `now` on the monotonic clock, by which deadlines are measured.
    pub fn monotonic(&mut self, now: Instant) -> Instant {
        self.clock.read(now)
    }

    /// Sets a deadline of the host at the monotonic time `at`, which must not be [`Instant::NEVER`].
    pub fn set(&mut self, at: Instant) -> TimerId {
        debug_assert!(!at.is_never(), "a deadline that never comes is not set");
        TimerId(self.set_for(NONE, at))
    }

    /// Clears a deadline, also one that expired and was not polled yet.
    pub fn clear(&mut self, TimerId(timer): TimerId) {
        let Row { owner, parent, left, right, is_set: true, .. } = *self.rows.row(timer) else { return };
        let first = self.first();
        self.merge(left, right);
        if parent != NONE {
            // What was below it takes its place.
            let below = core::mem::replace(&mut self.rows.row(NONE).left, first);
            self.rows.row(below).parent = parent;
            let above = self.rows.row(parent);
            if above.left == timer {
                above.left = below;
            } else {
                above.right = below;
            }
        }
        let pacer = self.rows.row(owner);
        pacer.timers = pacer.timers.wrapping_sub(1);
        self.give_back(timer);
    }

    /// Sets a deadline of a pacer, or of the host where that is `NONE`.
    pub(super) fn set_for(&mut self, owner: u32, at: Instant) -> u32 {
        let timer = self.take();
        self.order = self.order.wrapping_add(1);
        let order = self.order;
        *self.rows.row(timer) = Row { at, order, owner, is_set: true, ..FREE };
        let pacer = self.rows.row(owner);
        pacer.timers = pacer.timers.wrapping_add(1);
        let first = self.first();
        // The first of all, as it mostly is: there is nothing to compare it with.
        if first == NONE {
            self.rows.row(NONE).left = timer;
        } else {
            self.merge(first, timer);
        }
        timer
    }

    /// A row that is free.
    pub(super) fn take(&mut self) -> u32 {
        let free = self.rows.row(NONE).right;
        if free == NONE {
            return self.rows.push();
        }
        self.rows.row(NONE).right = self.rows.row(free).right;
        free
    }

    pub(super) fn give_back(&mut self, row: u32) {
        let free = core::mem::replace(&mut self.rows.row(NONE).right, row);
        *self.rows.row(row) = Row { right: free, ..FREE };
    }

    /// The soonest deadline: it hangs below row `NONE`.
    fn first(&mut self) -> u32 {
        self.rows.row(NONE).left
    }

    /// Merges two heaps into one, which hangs below row `NONE` then. Each row on the way swaps what is left and right below
    /// it: that keeps the way short.
    fn merge(&mut self, mut a: u32, mut b: u32) {
        let mut above = NONE;
        while a != NONE && b != NONE {
            if self.is_due_before(b, a) {
                core::mem::swap(&mut a, &mut b);
            }
            self.rows.row(above).left = a;
            let row = self.rows.row(a);
            row.parent = above;
            above = a;
            a = core::mem::replace(&mut row.right, row.left);
        }
        let rest = if a == NONE { b } else { a };
        self.rows.row(above).left = rest;
        self.rows.row(rest).parent = above;
    }

    fn is_due_before(&mut self, a: u32, b: u32) -> bool {
        let Row { at, order, .. } = *self.rows.row(a);
        let b = self.rows.row(b);
        at < b.at || (at == b.at && is_before(order, b.order))
    }
}

/// Of two deadlines, by their order.
fn is_before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}
