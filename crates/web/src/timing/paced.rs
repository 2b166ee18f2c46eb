//! Debounced and throttled functions.
use super::host::{self, PacedFunction};
use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::fmt;
use whippet_engine::pace::{LONG_AGO, PacerEffects, PacerId, Pacing};
use whippet_engine::time::{Duration, Instant};

/// Runs `function` once no call has come for `wait`, with the argument of the last call.
pub fn debounce<A: 'static, R: Clone + 'static>(
    wait: Duration,
    function: impl Fn(A) -> R + 'static,
) -> Paced<A, R> {
    Paced::new(Pacing::debounce(wait), function)
}

/// Runs `function` on the first call, then at most once per `wait` while calls keep coming.
pub fn throttle<A: 'static, R: Clone + 'static>(
    wait: Duration,
    function: impl Fn(A) -> R + 'static,
) -> Paced<A, R> {
    Paced::new(Pacing::throttle(wait), function)
}

/// A debounced or throttled function of one argument, which may be a tuple. Clones are the same function.
#[must_use = "dropping the last clone cancels a waiting call"]
pub struct Paced<A: 'static, R: 'static = ()>(Rc<Function<A, R>>);

struct Function<A, R> {
    id: PacerId,
    function: Box<dyn Fn(A) -> R>,
    /// That of the last call, until it is needed no more.
    argument: RefCell<Option<A>>,
    last_call: Cell<Instant>,
    result: RefCell<Option<R>>,
}

impl<A: 'static, R: Clone + 'static> Paced<A, R> {
    /// Paces `function`.
    pub fn new(pacing: Pacing, function: impl Fn(A) -> R + 'static) -> Self {
        let paced = Rc::new(Function {
            id: host::create(pacing),
            function: Box::new(function),
            argument: RefCell::new(None),
            last_call: Cell::new(LONG_AGO),
            result: RefCell::new(None),
        });
        let function: Rc<dyn PacedFunction> = paced.clone();
        host::register(paced.id, Rc::downgrade(&function));
        Self(paced)
    }

    /// Calls the function. Returns the result of the last run, which may be this call's.
    pub fn call(&self, argument: A) -> Option<R> {
        drop(self.0.argument.replace(Some(argument)));
        host::count(|stats| stats.calls += 1);
        let effects = host::input(|timers, now| {
            let last = self.0.last_call.replace(now);
            timers.pacer_call(self.0.id, now, last)
        });
        self.0.apply(effects);
        self.last_result()
    }

    /// Runs a waiting call now. Returns the result of the last run.
    pub fn flush(&self) -> Option<R> {
        let (_, has_args) = self.0.last_call();
        let effects = host::input(|timers, now| timers.pacer_flush(self.0.id, now, has_args));
        self.0.apply(effects);
        self.last_result()
    }

    /// Drops a waiting call.
    pub fn cancel(&self) {
        self.0.last_call.set(LONG_AGO);
        let effects = host::input(|timers, _| timers.pacer_cancel(self.0.id));
        self.0.apply(effects);
    }

    /// Paces it otherwise from now on. A wait that is under way ends no earlier than it would have.
    pub fn set_pacing(&self, pacing: Pacing) {
        host::set(self.0.id, pacing);
    }

    /// Whether a wait is under way.
    pub fn is_pending(&self) -> bool {
        host::is_pending(self.0.id, self.0.last_call.get())
    }

    fn last_result(&self) -> Option<R> {
        self.0.result.borrow().clone()
    }
}

impl<A, R> PacedFunction for Function<A, R> {
    fn apply(&self, effects: PacerEffects) {
        if effects.0 & (PacerEffects::INVOKE | PacerEffects::END) == 0 {
            return;
        }
        let argument = self.argument.take();
        if let Some(argument) = argument.filter(|_| effects.has(PacerEffects::INVOKE)) {
            host::count(|stats| stats.invocations += 1);
            let result = (self.function)(argument);
            self.result.replace(Some(result));
        }
    }

    fn last_call(&self) -> (Instant, bool) {
        (self.last_call.get(), self.argument.borrow().is_some())
    }
}

impl<A, R> Drop for Function<A, R> {
    fn drop(&mut self) {
        host::remove(self.id);
    }
}

impl<A, R> Clone for Paced<A, R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A, R> fmt::Debug for Paced<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paced").field("id", &self.0.id).finish_non_exhaustive()
    }
}
