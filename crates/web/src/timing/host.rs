//! The host of paced functions: one `Pace` and one timer per thread.
use super::timer::HostTimer;
use alloc::rc::Weak;
use alloc::vec::Vec;
use core::cell::RefCell;
use whippet_engine::pace::{Expired, Pace, PacerEffects, PacerId, Pacing};
use whippet_engine::time::Instant;

/// A paced function, as the host knows it.
pub(super) trait PacedFunction {
    fn invoke(&self);
    /// Drops the arguments of the last call.
    fn drop_args(&self);
}

#[derive(Default)]
struct Host {
    pace: Pace,
    timer: HostTimer,
    /// By pacer id. Weak, so that a function whose last handle was dropped does not run any more.
    functions: Vec<Option<Weak<dyn PacedFunction>>>,
}

std::thread_local! {
    static HOST: RefCell<Host> = RefCell::default();
}

/// The figures of all paced functions of a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How often they were called.
    pub calls: u64,
    /// How often they ran.
    pub invocations: u64,
}

/// The figures of this thread.
pub fn stats() -> Stats {
    HOST.with_borrow(|host| Stats { calls: host.pace.calls(), invocations: host.pace.invocations() })
}

pub(super) fn create(pacing: Pacing) -> PacerId {
    HOST.with_borrow_mut(|host| host.pace.pacers.create(pacing))
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
        let Host { pace, .. } = &mut *host;
        pace.pacers.cancel(&mut pace.timers, id);
        pace.pacers.release(id);
        host.functions[id.0 as usize] = None;
    });
}

/// Passes an input to the pacers, and arms the timer if necessary. The caller carries out the other effects: a function
/// may call any pacer again, so the host must not be borrowed while it runs.
pub(super) fn input(input: impl FnOnce(&mut Pace, Instant) -> PacerEffects) -> PacerEffects {
    HOST.with_borrow_mut(|host| {
        let effects = input(&mut host.pace, now());
        if effects.arm {
            host.arm();
        }
        effects
    })
}

pub(super) fn is_pending(id: PacerId) -> bool {
    HOST.with_borrow(|host| host.pace.pacers.is_pending(id))
}

impl Host {
    fn arm(&mut self) {
        match self.pace.timers.arm(now()) {
            Some(delay) => self.timer.arm(delay, fire),
            None => self.timer.disarm(),
        }
    }
}

fn fire() {
    HOST.with_borrow_mut(|host| host.pace.timers.handle_timeout(now(), true));
    while let Some((function, effects)) = HOST.with_borrow_mut(next_expired) {
        let Some(function) = function.upgrade() else { continue };
        if effects.invoke {
            function.invoke();
        } else if effects.drop_args {
            function.drop_args();
        }
    }
    HOST.with_borrow_mut(Host::arm);
}

fn next_expired(host: &mut Host) -> Option<(Weak<dyn PacedFunction>, PacerEffects)> {
    loop {
        // This crate uses no other machine of `Pace`.
        let Expired::Pacer(id, effects) = host.pace.poll_expired(now())? else { continue };
        if let Some(function) = &host.functions[id.0 as usize] {
            return Some((function.clone(), effects));
        }
    }
}

fn now() -> Instant {
    Instant::from_ms(js_sys::Date::now())
}
