//! The host of paced functions: one `Timers` and one `setTimeout` per thread.
use super::timer::HostTimer;
use alloc::rc::Weak;
use alloc::vec::Vec;
use core::cell::RefCell;
use whippet_engine::pace::{Expired, LONG_AGO, PacerEffects, PacerId, Pacing, Row, RowVec, Timers};
use whippet_engine::time::Instant;

/// A paced function, as the host knows it.
pub(super) trait PacedFunction {
    /// Runs it, or drops the arguments of the last call.
    fn apply(&self, effects: PacerEffects);
    /// When it was called last, and whether the arguments of a call wait.
    fn last_call(&self) -> (Instant, bool);
}

#[derive(Default)]
struct Host {
    timers: Timers<RowVec<Row>>,
    timer: HostTimer,
    stats: Stats,
    /// By pacer id. Weak, so that a function whose last handle was dropped does not run any more.
    functions: Vec<Option<Weak<dyn PacedFunction>>>,
}

std::thread_local! {
    static HOST: RefCell<Host> = RefCell::default();
}

/// The figures of all debounced, throttled, batched and memoized functions of a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How often they were called.
    pub calls: u64,
    /// How often they ran.
    pub invocations: u64,
}

/// The figures of this thread.
pub fn stats() -> Stats {
    HOST.with_borrow(|host| host.stats)
}

/// Counts a call, or a run.
pub(super) fn count(count: impl FnOnce(&mut Stats)) {
    HOST.with_borrow_mut(|host| count(&mut host.stats));
}

/// The time, which never goes back. Not a number of the wall clock's while the thread ends.
pub(super) fn monotonic() -> Instant {
    HOST.try_with(|host| host.borrow_mut().timers.monotonic(now())).unwrap_or_default()
}

/// Paces `id` otherwise from now on.
pub(super) fn set(id: PacerId, pacing: Pacing) {
    HOST.with_borrow_mut(|host| host.timers.pacer_set(id, pacing));
}

pub(super) fn create(pacing: Pacing) -> PacerId {
    HOST.with_borrow_mut(|host| host.timers.pacer_create(pacing))
}

/// Stores the function of `id`.
pub(super) fn register(id: PacerId, function: Weak<dyn PacedFunction>) {
    HOST.with_borrow_mut(|host| {
        let index = id.0 as usize;
        if host.functions.len() <= index {
            host.functions.resize(index + 1, None);
        }
        host.functions[index] = Some(function);
    });
}

/// Cancels and releases `id`.
pub(super) fn remove(id: PacerId) {
    // While the thread ends, the host may be dropped already.
    let _ = HOST.try_with(|host| {
        let mut host = host.borrow_mut();
        host.timers.pacer_cancel(id);
        host.timers.pacer_release(id);
        host.functions[id.0 as usize] = None;
    });
}

/// Passes an input to the pacers, and arms the timer if necessary. The caller carries out the other effects: a function
/// may call any pacer again, so the host must not be borrowed while it runs.
pub(super) fn input(input: impl FnOnce(&mut Timers<RowVec<Row>>, Instant) -> PacerEffects) -> PacerEffects {
    HOST.with_borrow_mut(|host| {
        let effects = input(&mut host.timers, now());
        if effects.has(PacerEffects::WAIT) {
            host.arm();
        }
        effects
    })
}

pub(super) fn is_pending(id: PacerId, last: Instant) -> bool {
    HOST.with_borrow_mut(|host| host.timers.pacer_until(id, last) != LONG_AGO)
}

impl Host {
    fn arm(&mut self) {
        match self.timers.arm(now()) {
            Some(delay) => self.timer.arm(delay, fire),
            None => self.timer.disarm(),
        }
    }
}

fn fire() {
    HOST.with_borrow_mut(|host| host.timers.handle_timeout(now(), true));
    while let Some((id, function)) = HOST.with_borrow_mut(next_expired) {
        // Where its last handle was dropped, nothing waits any more: the engine has to know that its timer expired.
        let function = function.and_then(|function| function.upgrade());
        let (last, has_args) = function.as_ref().map_or((LONG_AGO, false), |function| function.last_call());
        let effects = input(|timers, now| timers.pacer_expired(id, now, last, has_args));
        if let Some(function) = function {
            function.apply(effects);
        }
    }
    HOST.with_borrow_mut(Host::arm);
}

type Function = Option<Weak<dyn PacedFunction>>;

fn next_expired(host: &mut Host) -> Option<(PacerId, Function)> {
    loop {
        // This crate sets no other deadlines.
        let Expired::Pacer(id) = host.timers.poll()? else { continue };
        return Some((id, host.functions.get(id.0 as usize).cloned().flatten()));
    }
}

fn now() -> Instant {
    Instant::from_ms(js_sys::Date::now())
}
