//! Debounced and throttled functions: whether one runs now, and how long to wait.
use super::monotonic::LONG_AGO;
use super::timers::{FREE, PacerId, Row, TimerId, Timers};
use crate::rows::{NONE, Rows};
use crate::time::{Duration, Instant};

const LEADING: u8 = 1;
const TRAILING: u8 = 2;
/// `max_wait` was given, even if it is infinite.
const MAXING: u8 = 4;
/// A timer runs: lodash's `pending`.
const WAITING: u8 = 8;
/// Nobody will call it again, but a timer runs on.
const RELEASED: u8 = 16;
/// The row is a pacer.
const PACER: u8 = 32;

/// How a function is paced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pacing {
    wait: Duration,
    max_wait: Duration,
    edges: u8,
}

impl Pacing {
    /// Runs once no call has come for `wait`, with the arguments of the last call.
    pub const fn debounce(wait: Duration) -> Self {
        Self { wait, max_wait: Duration::INFINITE, edges: PACER | TRAILING }
    }

    /// Runs on the first call, then at most once per `wait` while calls keep coming, the last call included.
    pub fn throttle(wait: Duration) -> Self {
        Self::debounce(wait).max_wait(wait).leading(true)
    }

    /// All of it at once: the same as [`debounce`](Self::debounce) and the methods below.
    pub fn of(wait: Duration, max_wait: Option<Duration>, leading: bool, trailing: bool) -> Self {
        let maxing = u8::from(max_wait.is_some()) * MAXING;
        let edges = PACER | u8::from(leading) | (u8::from(trailing) * TRAILING) | maxing;
        Self { wait, max_wait: max_wait.unwrap_or(Duration::INFINITE).max(wait), edges }
    }

    /// Whether the first call of a burst runs: the leading edge.
    pub fn leading(self, leading: bool) -> Self {
        self.with(LEADING, leading)
    }

    /// Whether the last call of a burst runs when the wait is over: the trailing edge. With `leading`, only if there
    /// was more than one call.
    pub fn trailing(self, trailing: bool) -> Self {
        self.with(TRAILING, trailing)
    }

    /// Runs at least this often while calls keep coming. Less than the wait counts as the wait.
    pub fn max_wait(self, max_wait: Duration) -> Self {
        Self { max_wait: max_wait.max(self.wait), ..self }.with(MAXING, true)
    }

    fn with(self, flag: u8, set: bool) -> Self {
        Self { edges: (self.edges & !flag) | (u8::from(set) * flag), ..self }
    }
}

/// What the host has to do after an input, as bits. Invoking the function comes last: it may throw, and it may call any
/// pacer again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacerEffects(pub u32);

impl PacerEffects {
    /// Run the function, with the arguments and `this` of the last call.
    pub const INVOKE: u32 = 1;
    /// A wait began. Keep the function and its arguments where they are found when its deadline expires, and arm the timer,
    /// before invoking: even if it would not have to fire earlier, because the armed one may be gone, for example when a test
    /// replaced the clock. While a timeout is handled the host need not arm it: it does so afterwards.
    pub const WAIT: u32 = 2;
    /// The wait is over: drop the arguments of the last call.
    pub const END: u32 = 4;
    /// No timer of the pacer runs any more: drop what was kept.
    pub const RELEASE: u32 = 8;

    /// Whether all these bits are set.
    pub fn has(self, bits: u32) -> bool {
        self.0 & bits == bits
    }
}

/// The host knows when it called last (`last`; [`LONG_AGO`] before the first call and after a cancellation), and whether the
/// arguments of a call wait (`has_args`): it need not report calls that have no effects.
impl<R: Rows<Row>> Timers<R> {
    /// Adds a paced function.
    pub fn pacer_create(&mut self, Pacing { wait, max_wait, edges }: Pacing) -> PacerId {
        let id = self.take();
        *self.rows.row(id) = Row { wait, max_wait, flags: edges, ..FREE };
        PacerId(id)
    }

    /// Paces `id` otherwise from now on. A wait that has begun ends no earlier than it would have.
    pub fn pacer_set(&mut self, PacerId(id): PacerId, Pacing { wait, max_wait, edges }: Pacing) {
        let row = self.rows.row(id);
        if row.flags & PACER != 0 {
            *row = Row { wait, max_wait, flags: edges | (row.flags & (WAITING | RELEASED)), ..*row };
        }
    }

    /// Says that `id` will not be called again. A wait that has begun still ends with its invocation.
    pub fn pacer_release(&mut self, PacerId(id): PacerId) {
        let row = self.rows.row(id);
        if row.flags & PACER != 0 {
            row.flags |= RELEASED;
            self.reuse_if_idle(id);
        }
    }

    /// The function was called.
    pub fn pacer_call(&mut self, PacerId(id): PacerId, now: Instant, last: Instant) -> PacerEffects {
        let row = self.rows.row(id);
        let due = row.is_due(now, last);
        let (was_waiting, timer, wait) = (row.flags & WAITING != 0, row.timer, row.wait);
        // Most calls within a burst return here. The timer may be late, as in a loop that blocks the host.
        if row.flags & PACER == 0 || was_waiting && !(due && row.flags & MAXING != 0) {
            return PacerEffects(0);
        }
        row.flags |= WAITING;
        let invoke = due && (was_waiting || row.flags & LEADING != 0);
        if due {
            // `max_wait` counts from the start of the burst.
            row.last_invoke = now;
        }
        if was_waiting {
            self.clear(TimerId(timer));
        }
        // A timer that still runs after a flush is not cleared, as in lodash.
        self.start(id, now, wait);
        PacerEffects(PacerEffects::WAIT | u32::from(invoke))
    }

    /// From the last call until this time, a call has no effects: the host need not report it. [`LONG_AGO`] where nothing
    /// waits.
    pub fn pacer_until(&mut self, PacerId(id): PacerId, last: Instant) -> Instant {
        let row = self.rows.row(id);
        if row.flags & WAITING != 0 { row.until(last) } else { LONG_AGO }
    }

    /// Runs the trailing edge now, if one is waiting. The timer runs on, as in lodash: a call before it expires postpones it.
    pub fn pacer_flush(&mut self, PacerId(id): PacerId, now: Instant, has_args: bool) -> PacerEffects {
        let row = self.rows.row(id);
        let has_args = has_args && row.flags & WAITING != 0;
        row.trailing_edge(now, has_args)
    }

    /// Drops a waiting call, and forgets when the function last ran.
    pub fn pacer_cancel(&mut self, PacerId(id): PacerId) -> PacerEffects {
        let row = self.rows.row(id);
        if row.flags & WAITING != 0 {
            let timer = row.timer;
            self.clear(TimerId(timer));
        }
        let row = self.rows.row(id);
        row.last_invoke = Instant::ZERO;
        row.trailing_edge(Instant::ZERO, false)
    }

    /// A timer of `id` expired.
    pub fn pacer_expired(
        &mut self,
        PacerId(id): PacerId,
        now: Instant,
        last: Instant,
        has_args: bool,
    ) -> PacerEffects {
        let row = self.rows.row(id);
        if row.is_due(now, last) {
            let effects = row.trailing_edge(now, has_args);
            self.reuse_if_idle(id);
            return effects;
        }
        row.flags |= WAITING;
        let remaining = row.until(last).since(now);
        self.start(id, now, remaining);
        PacerEffects(0)
    }

    fn start(&mut self, id: u32, now: Instant, wait: Duration) {
        let at = self.monotonic(now) + wait;
        let timer = if at.is_never() { NONE } else { self.set_for(id, at) };
        self.rows.row(id).timer = timer;
    }

    fn reuse_if_idle(&mut self, id: u32) {
        let row = self.rows.row(id);
        if row.flags & RELEASED != 0 && row.timers == 0 {
            self.give_back(id);
        }
    }
}

impl Row {
    fn until(&self, last: Instant) -> Instant {
        (last + self.wait).min(self.last_invoke + self.max_wait)
    }

    /// Whether a burst begins or ends at `now`: there was no call yet, or none for the wait, or `max_wait` is over, or
    /// the clock was set back. lodash's `shouldInvoke`.
    fn is_due(&self, now: Instant, last: Instant) -> bool {
        // Neither is true where the wait is endless and there was no call.
        !(now >= last && now < self.until(last))
    }

    fn trailing_edge(&mut self, now: Instant, has_args: bool) -> PacerEffects {
        self.flags &= !WAITING;
        let invoke = has_args && self.flags & TRAILING != 0;
        if invoke {
            self.last_invoke = now;
        }
        let release = u32::from(self.timers == 0) * PacerEffects::RELEASE;
        PacerEffects(PacerEffects::END | u32::from(invoke) | release)
    }
}
