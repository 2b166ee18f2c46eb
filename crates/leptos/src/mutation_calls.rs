//! The calls of a mutation: their handlers, and what is shown of the last one.
use crate::{CallError, MutationStatus};
use futures::channel::oneshot::Sender;
use futures::future::{LocalBoxFuture, Shared};
use leptos::prelude::*;
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use whippet_web::query::{Progress, Value};

/// Who awaits a call.
pub(crate) type Tell<T, E> = Sender<Result<Arc<T>, CallError<E>>>;
type Mutate<V, T, E> = Rc<dyn Fn(V, Option<Tell<T, E>>)>;

/// What a mutation can be asked for.
pub(crate) struct Calls<V, T, E> {
    pub(crate) mutate: Mutate<V, T, E>,
    pub(crate) reset: Rc<dyn Fn()>,
    pub(crate) handlers: Rc<RefCell<Handlers<V, T, E>>>,
}

impl<V, T, E> Clone for Calls<V, T, E> {
    fn clone(&self) -> Self {
        Self { mutate: self.mutate.clone(), reset: self.reset.clone(), handlers: self.handlers.clone() }
    }
}

/// What `on_mutate` gives, once it has: of a type that the handlers know.
pub(crate) type Before = Shared<LocalBoxFuture<'static, Rc<dyn Any>>>;
type OnMutate<V> = Rc<dyn Fn(&V) -> LocalBoxFuture<'static, Rc<dyn Any>>>;
/// Gives a future where there is something to wait for.
type OnSettled<V, T, E> = Rc<dyn Fn(Result<&T, &E>, &V, &dyn Any) -> Option<LocalBoxFuture<'static, ()>>>;

/// The user's functions around the one that mutates.
pub(crate) struct Handlers<V, T, E> {
    pub(crate) on_mutate: Option<OnMutate<V>>,
    pub(crate) on_settled: Vec<OnSettled<V, T, E>>,
}

impl<V, T, E> Default for Handlers<V, T, E> {
    fn default() -> Self {
        Self { on_mutate: None, on_settled: Vec::new() }
    }
}

/// The signals of a mutation, writable.
pub(crate) struct Shown<T: Send + Sync + 'static, E: Send + Sync + 'static> {
    pub(crate) status: RwSignal<MutationStatus>,
    pub(crate) is_paused: RwSignal<bool>,
    pub(crate) failure_count: RwSignal<u32>,
    pub(crate) failure_reason: RwSignal<Option<Arc<E>>>,
    pub(crate) submitted_at: RwSignal<f64>,
    pub(crate) data: RwSignal<Option<Arc<T>>>,
    pub(crate) error: RwSignal<Option<Arc<E>>>,
}

impl<T: Send + Sync, E: Send + Sync> Clone for Shown<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync, E: Send + Sync> Copy for Shown<T, E> {}

impl<T: Send + Sync, E: Send + Sync> Shown<T, E> {
    pub(crate) fn new() -> Self {
        Self {
            status: RwSignal::new(MutationStatus::Idle),
            is_paused: RwSignal::new(false),
            failure_count: RwSignal::new(0),
            failure_reason: RwSignal::new(None),
            submitted_at: RwSignal::new(0.0),
            data: RwSignal::new(None),
            error: RwSignal::new(None),
        }
    }

    pub(crate) fn clear(self) {
        change(self.status, MutationStatus::Idle);
        change(self.is_paused, false);
        change(self.failure_count, 0);
        change(self.submitted_at, 0.0);
        self.set_values(None, None, None);
    }

    pub(crate) fn begin(self, now: f64) {
        self.clear();
        change(self.status, MutationStatus::Pending);
        change(self.submitted_at, now);
    }

    pub(crate) fn publish(self, progress: Progress) {
        change(self.is_paused, matches!(progress, Progress::Paused));
        match progress {
            Progress::Paused => {}
            Progress::Running(failures, reason) => {
                change(self.failure_count, failures);
                if let Some(reason) = reason {
                    self.failure_reason.set(typed(reason));
                }
            }
            Progress::Done(Ok(data)) => {
                self.set_values(typed(data), None, None);
                change(self.status, MutationStatus::Success);
            }
            Progress::Done(Err(error)) => {
                let error = typed(error);
                self.set_values(None, error.clone(), error);
                change(self.failure_count, self.failure_count.try_get_untracked().unwrap_or_default() + 1);
                change(self.status, MutationStatus::Error);
            }
        }
    }

    fn set_values(self, data: Option<Arc<T>>, error: Option<Arc<E>>, reason: Option<Arc<E>>) {
        set_value(self.data, data);
        set_value(self.error, error);
        set_value(self.failure_reason, reason);
    }
}

/// Nobody is told of what stays as it was.
fn change<V: Copy + PartialEq + Send + Sync + 'static>(signal: RwSignal<V>, value: V) {
    if signal.try_get_untracked().is_some_and(|now| now != value) {
        signal.set(value);
    }
}

fn set_value<V: Send + Sync + 'static>(signal: RwSignal<Option<Arc<V>>>, value: Option<Arc<V>>) {
    if value.is_some() || signal.try_with_untracked(Option::is_some) == Some(true) {
        signal.set(value);
    }
}

/// Restores the type that [`Fetcher`](whippet_web::query::Fetcher) erased.
pub(crate) fn typed<T: Send + Sync + 'static>(value: Value) -> Option<Arc<T>> {
    value.downcast().ok()
}
