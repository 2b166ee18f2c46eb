//! A function that runs less often than it is called.
use super::host::{self, Waiting};
use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::RefCell;
use core::fmt;
use whippet_engine::pace::{PacerId, Pacing};
use whippet_engine::time::Duration;

/// Runs `function` once no call came for `wait`, with the arguments of the last one.
pub fn debounce<A: 'static, R: Clone + 'static>(
    wait: Duration,
    function: impl Fn(A) -> R + 'static,
) -> Paced<A, R> {
    Paced::new(Pacing::debounce(wait), function)
}

/// Runs `function` at once, and then at most once per `wait` for as long as calls come.
pub fn throttle<A: 'static, R: Clone + 'static>(
    wait: Duration,
    function: impl Fn(A) -> R + 'static,
) -> Paced<A, R> {
    Paced::new(Pacing::throttle(wait), function)
}

/// A debounced or throttled function of one argument (a tuple, for several). Clones are the same function.
#[must_use = "dropping the last clone cancels what waits"]
pub struct Paced<A: 'static, R: 'static = ()>(Rc<Function<A, R>>);

struct Function<A, R> {
    id: PacerId,
    function: Box<dyn Fn(A) -> R>,
    argument: RefCell<Option<A>>,
    result: RefCell<Option<R>>,
}

impl<A: 'static, R: Clone + 'static> Paced<A, R> {
    /// Paces `function`.
    pub fn new(pacing: Pacing, function: impl Fn(A) -> R + 'static) -> Self {
        let made = Rc::new(Function {
            id: host::create(pacing),
            function: Box::new(function),
            argument: RefCell::new(None),
            result: RefCell::new(None),
        });
        let waiting: Rc<dyn Waiting> = made.clone();
        host::keep(made.id, Rc::downgrade(&waiting));
        Self(made)
    }

    /// Calls it; gives what its last invocation gave, this one if it ran at once.
    pub fn call(&self, argument: A) -> Option<R> {
        drop(self.0.argument.replace(Some(argument)));
        let step = host::tell(|pace, now| pace.pacers.call(&mut pace.alarms, self.0.id, now));
        if step.invoke {
            self.0.invoke();
        }
        self.last_result()
    }

    /// Runs now what waits; gives what the last invocation gave.
    pub fn flush(&self) -> Option<R> {
        let step = host::tell(|pace, now| pace.pacers.flush(&mut pace.alarms, self.0.id, now));
        if step.invoke {
            self.0.invoke();
        } else if step.forget {
            self.0.forget();
        }
        self.last_result()
    }

    /// Forgets what waits.
    pub fn cancel(&self) {
        host::tell(|pace, _| pace.pacers.cancel(&mut pace.alarms, self.0.id));
        self.0.forget();
    }

    /// Whether a wait is going on.
    pub fn is_pending(&self) -> bool {
        host::is_pending(self.0.id)
    }

    fn last_result(&self) -> Option<R> {
        self.0.result.borrow().clone()
    }
}

impl<A, R> Waiting for Function<A, R> {
    fn invoke(&self) {
        let argument = self.argument.take();
        if let Some(argument) = argument {
            let result = (self.function)(argument);
            self.result.replace(Some(result));
        }
    }

    fn forget(&self) {
        self.argument.take();
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
