//! Query functions: storing, calling and cancelling them.
use super::error_type::ErrorType;
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::sync::Arc;
use core::any::Any;
use core::cell::RefCell;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

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
        Running(Rc::new(RefCell::new(Stage::Working((self.0)()))))
    }
}

/// A running call. Clones are the same call. Awaiting it yields `None` once it was stopped.
#[derive(Clone)]
pub(super) struct Running(Rc<RefCell<Stage>>);

enum Stage {
    Working(Work),
    /// Its future is being polled.
    Polled,
    Stopped,
}

impl Running {
    /// Drops the future, which aborts its request.
    pub(super) fn stop(&self) {
        let work = self.0.replace(Stage::Stopped);
        drop(work);
    }

    /// The call, as long as its client keeps it: what a client fetches ends with it.
    pub(super) fn while_kept(&self) -> Kept {
        Kept(Rc::downgrade(&self.0))
    }
}

/// See [`Running::while_kept`].
pub(super) struct Kept(Weak<RefCell<Stage>>);

impl Future for Kept {
    type Output = Option<Answer>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0.upgrade() {
            Some(stage) => Pin::new(&mut Running(stage)).poll(context),
            None => Poll::Ready(None),
        }
    }
}

impl Future for Running {
    type Output = Option<Answer>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Taken out while it is polled, as the query function may cancel its own query through the client.
        let Stage::Working(mut work) = self.0.replace(Stage::Polled) else {
            self.0.replace(Stage::Stopped);
            return Poll::Ready(None);
        };
        let polled = work.as_mut().poll(context);
        let stopped = matches!(*self.0.borrow(), Stage::Stopped);
        match polled {
            _ if stopped => Poll::Ready(None),
            Poll::Pending => {
                self.0.replace(Stage::Working(work));
                Poll::Pending
            }
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
        }
    }
}
