//! What a batch, a rate limit or a memo promises.
use alloc::boxed::Box;
use alloc::rc::Rc;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use futures_channel::oneshot;

/// Why there is no value.
pub enum NoValue<E> {
    /// The function failed; all who waited for it share the error.
    Failed(Rc<E>),
    /// It was cancelled, or its component was disposed.
    Cancelled,
    /// Too many calls wait already.
    QueueFull,
    /// The function of a batch gave another number of values than it had been given items.
    Miscounted {
        /// How many items it was given.
        asked: usize,
        /// How many values it gave.
        got: usize,
    },
}

impl<E> Clone for NoValue<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Failed(error) => Self::Failed(error.clone()),
            Self::Cancelled => Self::Cancelled,
            Self::QueueFull => Self::QueueFull,
            &Self::Miscounted { asked, got } => Self::Miscounted { asked, got },
        }
    }
}

impl<E: fmt::Display> fmt::Display for NoValue<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Cancelled => f.write_str("it was cancelled"),
            Self::QueueFull => f.write_str("too many calls wait: call less often, or raise max_queue"),
            Self::Miscounted { asked, got } => {
                write!(
                    f,
                    "the function of a batch must give a value per item: it got {asked} items and gave {got}"
                )
            }
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for NoValue<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => f.debug_tuple("Failed").field(error).finish(),
            Self::Cancelled => f.write_str("Cancelled"),
            Self::QueueFull => f.write_str("QueueFull"),
            Self::Miscounted { asked, got } => {
                f.debug_struct("Miscounted").field("asked", asked).field("got", got).finish()
            }
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for NoValue<E> {}

/// The value to come, or why there is none.
#[must_use = "who does not await it does not hear of its end"]
pub struct Ended<V, E>(Pin<Box<dyn Future<Output = Result<V, NoValue<E>>>>>);

impl<V: 'static, E: 'static> Ended<V, E> {
    /// What is known already.
    pub fn ready(outcome: Result<V, NoValue<E>>) -> Self {
        Self(Box::pin(core::future::ready(outcome)))
    }
}

impl<V, E> Future for Ended<V, E> {
    type Output = Result<V, NoValue<E>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

/// The other end of [`Ended`], which is cancelled where this is dropped.
pub(super) struct Promise<V, E>(oneshot::Sender<Result<V, NoValue<E>>>);

pub(super) fn promise<V: 'static, E: 'static>() -> (Promise<V, E>, Ended<V, E>) {
    let (tell, told) = oneshot::channel();
    let ended = async move { told.await.unwrap_or(Err(NoValue::Cancelled)) };
    (Promise(tell), Ended(Box::pin(ended)))
}

impl<V, E> Promise<V, E> {
    pub(super) fn keep(self, value: V) {
        self.end(Ok(value));
    }

    pub(super) fn fail(self, error: Rc<E>) {
        self.end(Err(NoValue::Failed(error)));
    }

    pub(super) fn miscounted(self, asked: usize, got: usize) {
        self.end(Err(NoValue::Miscounted { asked, got }));
    }

    pub(super) fn end(self, outcome: Result<V, NoValue<E>>) {
        // Nobody may await it any more.
        let _ = self.0.send(outcome);
    }
}
