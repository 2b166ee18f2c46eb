//! One `Pace` and one timer per thread.
use super::timer::HostTimer;
use alloc::rc::Weak;
use alloc::vec::Vec;
use core::cell::RefCell;
use whippet_engine::pace::{Expired, Pace, PacerId, Pacing, Step};
use whippet_engine::time::Instant;

/// What the host asks of a function whose wait is over.
pub(super) trait Waiting {
    fn invoke(&self);
    fn forget(&self);
}

#[derive(Default)]
struct Host {
    pace: Pace,
    timer: HostTimer,
    /// By the number of the pacer. Weak: a function whose handles are gone is not run any more.
    functions: Vec<Option<Weak<dyn Waiting>>>,
}

std::thread_local! {
    static HOST: RefCell<Host> = RefCell::default();
}

/// How often the paced functions of this thread were called, and how often they ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Calls.
    pub calls: u64,
    /// Invocations: what the calls came down to.
    pub invocations: u64,
}

/// The figures of this thread.
pub fn stats() -> Stats {
    HOST.with_borrow(|host| Stats { calls: host.pace.calls(), invocations: host.pace.invocations() })
}

pub(super) fn create(pacing: Pacing) -> PacerId {
    HOST.with_borrow_mut(|host| host.pace.pacers.create(pacing))
}

/// Says whom to run for `id`.
pub(super) fn keep(id: PacerId, function: Weak<dyn Waiting>) {
    HOST.with_borrow_mut(|host| {
        let place = id.0 as usize;
        if host.functions.len() <= place {
            host.functions.resize(place + 1, None);
        }
        host.functions[place] = Some(function);
    });
}

/// Cancels `id` and gives its place away.
pub(super) fn remove(id: PacerId) {
    // While the thread ends there may be no host any more, and nothing to be done.
    let _ = HOST.try_with(|host| {
        let mut host = host.borrow_mut();
        let Host { pace, .. } = &mut *host;
        pace.pacers.cancel(&mut pace.alarms, id);
        pace.pacers.release(id);
        host.functions[id.0 as usize] = None;
    });
}

/// Tells the pacers something, and arms the timer if that needs it. What is to be run is left to the
/// caller: a function may call any pacer again, so the host must not be borrowed meanwhile.
pub(super) fn tell(tell: impl FnOnce(&mut Pace, Instant) -> Step) -> Step {
    HOST.with_borrow_mut(|host| {
        let step = tell(&mut host.pace, now());
        if step.rearm {
            host.arm();
        }
        step
    })
}

pub(super) fn is_pending(id: PacerId) -> bool {
    HOST.with_borrow(|host| host.pace.pacers.is_pending(id))
}

impl Host {
    fn arm(&mut self) {
        match self.pace.alarms.arm(now()) {
            Some(delay) => self.timer.arm(delay, fire),
            None => self.timer.disarm(),
        }
    }
}

fn fire() {
    HOST.with_borrow_mut(|host| host.pace.alarms.handle_timeout(now(), true));
    while let Some((function, step)) = HOST.with_borrow_mut(next_expired) {
        let Some(function) = function.upgrade() else { continue };
        if step.invoke {
            function.invoke();
        } else if step.forget {
            function.forget();
        }
    }
    HOST.with_borrow_mut(Host::arm);
}

fn next_expired(host: &mut Host) -> Option<(Weak<dyn Waiting>, Step)> {
    loop {
        // Nothing but functions is paced here.
        let Expired::Pacer(id, step) = host.pace.poll_expired(now())? else { continue };
        if let Some(function) = &host.functions[id.0 as usize] {
            return Some((function.clone(), step));
        }
    }
}

fn now() -> Instant {
    Instant::from_ms(js_sys::Date::now())
}
