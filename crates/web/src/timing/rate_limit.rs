//! Rate limits: a function that may run so often.
use super::HostTimer;
use super::ended::{Ended, NoValue, Promise, promise};
use super::lists::with_lists;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use core::cell::RefCell;
use core::future::Future;
use core::pin::Pin;
use wasm_bindgen_futures::spawn_local;
use whippet_engine::pace::{Admission, Rate, RateLimitId};
use whippet_engine::time::Duration;

/// How often a function may run.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RateLimitOptions {
    /// Which calls may run.
    pub rate: Rate,
    /// How many calls may wait; one more is [rejected](NoValue::QueueFull).
    pub max_queue: u32,
}

impl RateLimitOptions {
    /// At most `limit` calls run in any span of `interval`; the others wait.
    pub fn new(limit: u32, interval: impl Into<Duration>) -> Self {
        Self { rate: Rate::strict(limit.max(1), interval.into()), max_queue: u32::MAX }
    }

    /// A token bucket: `burst` calls run at once after an idle time, then one per `interval / limit`. A span of `interval`
    /// may hold nearly `burst + limit`.
    pub fn bucket(limit: u32, interval: impl Into<Duration>, burst: u32) -> Self {
        Self { rate: Rate::new(limit.max(1), interval.into(), burst.max(1)), max_queue: u32::MAX }
    }

    /// How many calls may wait; one more is [rejected](NoValue::QueueFull).
    #[must_use]
    pub fn max_queue(mut self, calls: u32) -> Self {
        self.max_queue = calls;
        self
    }
}

type Run<A, V, E> = Box<dyn Fn(A) -> Pin<Box<dyn Future<Output = Result<V, E>>>>>;

/// A function that runs only so often. Clones are the same. Calls run in the order in which they were made.
pub struct RateLimit<A, V, E>(Rc<Inner<A, V, E>>);

struct Inner<A, V, E> {
    id: RateLimitId,
    run: Run<A, V, E>,
    options: RateLimitOptions,
    queue: RefCell<VecDeque<(A, Promise<V, E>)>>,
    timer: RefCell<HostTimer>,
}

impl<A, V, E> Clone for RateLimit<A, V, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A, V, E> Drop for Inner<A, V, E> {
    fn drop(&mut self) {
        with_lists(|lists, _| lists.rate_release(self.id));
    }
}

impl<A: 'static, V: 'static, E: 'static> RateLimit<A, V, E> {
    /// Limits `run`.
    pub fn new<F>(options: RateLimitOptions, run: impl Fn(A) -> F + 'static) -> Self
    where
        F: Future<Output = Result<V, E>> + 'static,
    {
        let id = with_lists(|lists, _| lists.rate_create()).unwrap_or(RateLimitId(0));
        let run: Run<A, V, E> = Box::new(move |argument| Box::pin(run(argument)));
        Self(Rc::new(Inner { id, run, options, queue: RefCell::default(), timer: RefCell::default() }))
    }

    /// Runs the function now, or once it may.
    pub fn call(&self, argument: A) -> Ended<V, E> {
        let Inner { id, options, .. } = &*self.0;
        let queued = self.0.queue.borrow().len() as u32;
        let admission =
            with_lists(|lists, now| lists.rate_call(*id, options.rate, queued, options.max_queue, now));
        let (tell, told) = promise();
        match admission {
            Some(Admission::Run) => self.run(argument, tell),
            Some(Admission::Queue(wait)) => {
                self.0.queue.borrow_mut().push_back((argument, tell));
                if queued == 0 {
                    self.wait(wait);
                }
            }
            Some(Admission::Reject) => tell.end(Err(NoValue::QueueFull)),
            None => {}
        }
        told
    }

    /// The number of waiting calls.
    pub fn pending(&self) -> usize {
        self.0.queue.borrow().len()
    }

    /// Drops the waiting calls.
    pub fn clear(&self) {
        self.0.timer.borrow_mut().disarm();
        let dropped = self.0.queue.take();
        drop(dropped);
    }

    fn run(&self, argument: A, tell: Promise<V, E>) {
        let answer = (self.0.run)(argument);
        spawn_local(async move { tell.end(answer.await.map_err(|error| NoValue::Failed(Rc::new(error)))) });
    }

    fn wait(&self, wait: Duration) {
        let weak = Rc::downgrade(&self.0);
        let fire = move || {
            if let Some(limit) = weak.upgrade().map(Self) {
                limit.ready();
            }
        };
        self.0.timer.borrow_mut().arm(wait, fire);
    }

    /// Runs those that may run by now.
    fn ready(&self) {
        while self.pending() > 0 {
            let Inner { id, options, .. } = &*self.0;
            let wait = with_lists(|lists, now| lists.rate_acquire(*id, options.rate, now));
            match wait {
                None => return,
                Some(wait) if wait > Duration::ZERO => return self.wait(wait),
                Some(_) => {}
            }
            let next = self.0.queue.borrow_mut().pop_front();
            if let Some((argument, tell)) = next {
                self.run(argument, tell);
            }
        }
    }
}
