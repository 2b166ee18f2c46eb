//! What is awaited of a query or a mutation without observing it.
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Why a fetch or a mutation gave nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallError<E> {
    /// It failed, after its retries.
    Failed(Arc<E>),
    /// It was cancelled, or the app that called it was disposed.
    Cancelled,
}

impl<E> Clone for CallError<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Failed(error) => Self::Failed(error.clone()),
            Self::Cancelled => Self::Cancelled,
        }
    }
}

impl<E: fmt::Display> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Cancelled => f.write_str("it was cancelled"),
        }
    }
}

impl<E: Error + 'static> Error for CallError<E> {}

/// A fetch or a mutation that was begun. It goes on whether it is awaited or not.
pub struct Call<T, E>(Pin<Box<dyn Future<Output = Outcome<T, E>> + Send>>);

type Outcome<T, E> = Result<Arc<T>, CallError<E>>;

impl<T, E> Call<T, E> {
    pub(crate) fn new(future: impl Future<Output = Outcome<T, E>> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Call<T, E> {
    /// One that has ended already.
    pub(crate) fn ready(outcome: Outcome<T, E>) -> Self {
        Self::new(std::future::ready(outcome))
    }
}

impl<T, E> Future for Call<T, E> {
    type Output = Result<Arc<T>, CallError<E>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}
