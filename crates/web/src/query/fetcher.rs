//! Query functions: storing, calling and cancelling them.
use super::error_type::ErrorType;
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::sync::Arc;
use core::any::Any;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

/// Data or an error of any type.
pub type Value = Arc<dyn Any + Send + Sync>;

type Answer = Result<Value, Value>;
type Work = Pin<Box<dyn Future<Output = Answer>>>;

/// A query function. Clones are the same function.
#[derive(Clone)]
pub struct Fetcher(Rc<dyn Fn() -> Work>, pub(super) ErrorType);

impl Fetcher {
    /// Stores the results of `function` untyped: whoever reads them must know their types.
    pub fn new<T: Send + Sync + 'static, E: Send + Sync + 'static, F>(
        function: impl Fn() -> F + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T, E>> + 'static,
    {
        let work: Rc<dyn Fn() -> Work> = Rc::new(move || {
            let answer = function();
            Box::pin(async move {
                answer.await.map(|data| Arc::new(data) as Value).map_err(|error| Arc::new(error) as Value)
            })
        });
        Self(work, ErrorType::of::<E>())
    }

    pub(super) fn call(&self) -> Running {
        let stage = RefCell::new(Stage::Working((self.0)()));
        Running(Rc::new(Call { stage, waker: Cell::new(None) }))
    }
}

/// A running call, which ends where it is dropped.
pub(super) struct Running(Rc<Call>);

struct Call {
    stage: RefCell<Stage>,
    /// Of who awaits it.
    waker: Cell<Option<Waker>>,
}

enum Stage {
    Working(Work),
    /// Its future is being polled.
    Polled,
    Stopped,
}

impl Running {
    /// Drops the future, which aborts its request.
    pub(super) fn stop(&self) {
        let work = self.0.stage.replace(Stage::Stopped);
        drop(work);
        self.0.wake();
    }

    /// The answer; `None` once the call was stopped or dropped.
    pub(super) fn answer(&self) -> Answered {
        Answered(Rc::downgrade(&self.0))
    }
}

impl Call {
    /// A task that nothing wakes is never freed.
    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.wake();
    }
}

/// See [`Running::answer`].
pub(super) struct Answered(Weak<Call>);

impl Future for Answered {
    type Output = Option<Answer>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(call) = self.0.upgrade() else { return Poll::Ready(None) };
        // Taken out while it is polled, as the query function may cancel its own query through the client.
        let Stage::Working(mut work) = call.stage.replace(Stage::Polled) else {
            call.stage.replace(Stage::Stopped);
            return Poll::Ready(None);
        };
        call.waker.set(Some(context.waker().clone()));
        let polled = work.as_mut().poll(context);
        let stopped = matches!(*call.stage.borrow(), Stage::Stopped);
        match polled {
            _ if stopped => Poll::Ready(None),
            Poll::Pending => {
                call.stage.replace(Stage::Working(work));
                Poll::Pending
            }
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::{pending, ready};
    use core::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Task(AtomicU32);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Polls the answer of a call that never ends, before and after `end`.
    fn wakes(end: impl FnOnce(Running)) -> u32 {
        let running = Fetcher::new(pending::<Result<u32, u32>>).call();
        let (mut answer, task) = (running.answer(), Arc::new(Task::default()));
        let waker = Waker::from(task.clone());
        let mut poll = || Pin::new(&mut answer).poll(&mut Context::from_waker(&waker)).map(|it| it.is_none());
        assert_eq!(poll(), Poll::Pending);
        end(running);
        assert_eq!(poll(), Poll::Ready(true));
        task.0.load(Ordering::Relaxed)
    }

    #[test]
    fn who_awaits_a_call_is_woken_where_it_is_stopped_or_dropped() {
        assert!(wakes(|running| running.stop()) > 0, "or its task is never freed");
        assert!(wakes(drop) > 0);
    }

    #[test]
    fn an_answer_comes_while_the_call_is_kept() {
        let running = Fetcher::new(|| ready(Ok::<u32, u32>(7))).call();
        let polled = Pin::new(&mut running.answer()).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Some(Ok(data))) = polled else { panic!("it is ready") };
        assert_eq!(data.downcast_ref::<u32>(), Some(&7));
    }
}
