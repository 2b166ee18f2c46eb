//! Query functions: how they are kept, run and stopped.
use alloc::boxed::Box;
use alloc::rc::Rc;
use core::any::Any;
use core::cell::RefCell;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

/// Data or an error, of whatever type.
pub type Value = Rc<dyn Any>;

type Answer = Result<Value, Value>;
type Work = Pin<Box<dyn Future<Output = Answer>>>;

/// A query function. Clones are the same function.
#[derive(Clone)]
pub struct Fetcher(Rc<dyn Fn() -> Work>);

impl Fetcher {
    /// What `function` gives is kept as it is; its type is whoever reads it to know.
    pub fn new<T: 'static, E: 'static, F>(function: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, E>> + 'static,
    {
        Self(Rc::new(move || {
            let answer = function();
            Box::pin(async move {
                answer.await.map(|data| Rc::new(data) as Value).map_err(|error| Rc::new(error) as Value)
            })
        }))
    }

    pub(super) fn call(&self) -> Running {
        Running(Rc::new(RefCell::new(Stage::Working((self.0)()))))
    }
}

/// A call on its way. Clones are the same call; awaiting it gives `None` once it was stopped.
#[derive(Clone)]
pub(super) struct Running(Rc<RefCell<Stage>>);

enum Stage {
    Working(Work),
    /// Its work is being polled, right now.
    Polled,
    Stopped,
}

impl Running {
    /// Drops the work, which aborts what it waits for.
    pub(super) fn stop(&self) {
        let work = self.0.replace(Stage::Stopped);
        drop(work);
    }
}

impl Future for Running {
    type Output = Option<Answer>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Taken out for the time being: the work may stop itself, through the client.
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
