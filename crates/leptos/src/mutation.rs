//! What the mutation hook gives.
use crate::mutation_calls::{Calls, Handlers, Shown};
use crate::{Call, CallError, MutationStatus};
use futures::FutureExt;
use leptos::prelude::*;
use std::any::Any;
use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The result of [`use_mutation`](crate::use_mutation). The signals show the last call, and each changes only when its value
/// does. `C` is what [`on_mutate`](Self::on_mutate) gives.
#[non_exhaustive]
pub struct Mutation<V: 'static, T: Send + Sync + 'static, E: Send + Sync + 'static, C: 'static = ()> {
    /// Its status.
    pub status: Signal<MutationStatus>,
    /// Whether nothing was mutated yet, or [`reset`](Self::reset) was called.
    pub is_idle: Signal<bool>,
    /// Whether it runs, is paused or waits for a retry.
    pub is_pending: Signal<bool>,
    /// Whether it succeeded.
    pub is_success: Signal<bool>,
    /// Whether it failed.
    pub is_error: Signal<bool>,
    /// Whether it waits for the network, the page's focus, or an earlier mutation of its scope.
    pub is_paused: Signal<bool>,
    /// The number of its failed attempts.
    pub failure_count: Signal<u32>,
    /// The error of the last attempt that failed, even if a retry follows.
    pub failure_reason: Signal<Option<Arc<E>>>,
    /// When it was called, in ms since 1970; 0 where it was not.
    pub submitted_at: Signal<f64>,
    /// The result of the function.
    pub data: Signal<Option<Arc<T>>>,
    /// The error of the function, after its retries.
    pub error: Signal<Option<Arc<E>>>,
    /// `None` on a server.
    calls: Option<StoredValue<Calls<V, T, E>, LocalStorage>>,
    of: PhantomData<fn(V) -> C>,
}

impl<V, T: Send + Sync, E: Send + Sync, C> Clone for Mutation<V, T, E, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V, T: Send + Sync, E: Send + Sync, C> Copy for Mutation<V, T, E, C> {}

impl<V: 'static, T: Send + Sync + 'static, E: Send + Sync + 'static> Mutation<V, T, E> {
    pub(crate) fn new(shown: Shown<T, E>, calls: Option<StoredValue<Calls<V, T, E>, LocalStorage>>) -> Self {
        let is = |wanted| Memo::new(move |_| shown.status.get() == wanted).into();
        Self {
            status: shown.status.into(),
            is_idle: is(MutationStatus::Idle),
            is_pending: is(MutationStatus::Pending),
            is_success: is(MutationStatus::Success),
            is_error: is(MutationStatus::Error),
            is_paused: shown.is_paused.into(),
            failure_count: shown.failure_count.into(),
            failure_reason: shown.failure_reason.into(),
            submitted_at: shown.submitted_at.into(),
            data: shown.data.into(),
            error: shown.error.into(),
            calls,
            of: PhantomData,
        }
    }

    /// Calls `then` with the variables of a call before the function runs, even if it waits. The handlers that follow are
    /// given what it gives, such as how to take back what it showed: see
    /// [`QueryClient::optimistic`](crate::QueryClient::optimistic).
    ///
    /// ```no_run
    /// # use leptos::prelude::*;
    /// # use whippet_leptos::{MutationOptions, use_mutation, use_query_client};
    /// # async fn send_name(name: String) -> Result<(), String> { Ok(()) }
    /// # #[component] fn Page() -> impl IntoView {
    /// let client = use_query_client();
    /// let rename = use_mutation(send_name, MutationOptions::new())
    ///     .on_mutate(move |name| client.optimistic(&"name", |_: Option<&String>| Some(name.clone())))
    ///     .on_error(|_, _, undo| undo.undo())
    ///     .on_settled(move |_, _, _| client.invalidate("name"));
    /// # view! { <button on:click=move |_| rename.mutate("Rex".to_owned())>"Rename"</button> }
    /// # }
    /// ```
    pub fn on_mutate<C: 'static>(self, then: impl Fn(&V) -> C + 'static) -> Mutation<V, T, E, C> {
        self.on_mutate_async(move |variables| ready(then(variables)))
    }

    /// As [`on_mutate`](Self::on_mutate), with a future: the function runs once it has ended. It may not borrow the variables.
    ///
    /// ```no_run
    /// # use leptos::prelude::*;
    /// # use whippet_leptos::{MutationOptions, use_mutation};
    /// # async fn send_file(name: String) -> Result<(), String> { Ok(()) }
    /// # async fn remember(name: String) -> u32 { 7 }
    /// # async fn forget(draft: u32) {}
    /// # #[component] fn Page() -> impl IntoView {
    /// let send = use_mutation(send_file, MutationOptions::new())
    ///     .on_mutate_async(|name| remember(name.clone()))
    ///     // The mutation is pending until this has ended, too.
    ///     .on_success_async(|_, _, draft| forget(*draft));
    /// # view! { <button on:click=move |_| send.mutate("notes".to_owned())>"Send"</button> }
    /// # }
    /// ```
    pub fn on_mutate_async<C: 'static, F>(self, then: impl Fn(&V) -> F + 'static) -> Mutation<V, T, E, C>
    where
        F: Future<Output = C> + 'static,
    {
        self.handlers(|handlers| {
            handlers.on_mutate = Some(Rc::new(move |variables| {
                let context = then(variables);
                async move { Rc::new(context.await) as Rc<dyn Any> }.boxed_local()
            }));
        });
        let Self { status, is_idle, is_pending, is_success, is_error, is_paused, .. } = self;
        let Self { failure_count, failure_reason, submitted_at, data, error, calls, .. } = self;
        Mutation {
            status,
            is_idle,
            is_pending,
            is_success,
            is_error,
            is_paused,
            failure_count,
            failure_reason,
            submitted_at,
            data,
            error,
            calls,
            of: PhantomData,
        }
    }
}

impl<V: 'static, T: Send + Sync + 'static, E: Send + Sync + 'static, C: 'static> Mutation<V, T, E, C> {
    /// Calls `then` when a call has succeeded: with what it gave, its variables, and what [`on_mutate`](Self::on_mutate)
    /// gave. Handlers run even if the component was disposed meanwhile, in the order of their calls, before the signals
    /// change.
    pub fn on_success(self, then: impl Fn(&T, &V, &C) + 'static) -> Self {
        self.on_outcome(move |outcome, variables, context| {
            if let Ok(data) = outcome {
                then(data, variables, context);
            }
        })
    }

    /// Calls `then` when a call has failed, after its retries.
    pub fn on_error(self, then: impl Fn(&E, &V, &C) + 'static) -> Self {
        self.on_outcome(move |outcome, variables, context| {
            if let Err(error) = outcome {
                then(error, variables, context);
            }
        })
    }

    /// Calls `then` when a call has succeeded or failed.
    pub fn on_settled(self, then: impl Fn(Result<&T, &E>, &V, &C) + 'static) -> Self {
        self.on_outcome(then)
    }

    /// As [`on_success`](Self::on_success), with a future: the mutation is pending until that has ended, and so long the next
    /// one of its scope waits. It may not borrow what it is given.
    pub fn on_success_async<F>(self, then: impl Fn(&T, &V, &C) -> F + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        self.on_outcome_async(move |outcome, variables, context| {
            Some(then(outcome.ok()?, variables, context))
        })
    }

    /// As [`on_error`](Self::on_error), with a future, which is waited for.
    pub fn on_error_async<F>(self, then: impl Fn(&E, &V, &C) -> F + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        self.on_outcome_async(move |outcome, variables, context| {
            Some(then(outcome.err()?, variables, context))
        })
    }

    /// As [`on_settled`](Self::on_settled), with a future, which is waited for.
    pub fn on_settled_async<F>(self, then: impl Fn(Result<&T, &E>, &V, &C) -> F + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        self.on_outcome_async(move |outcome, variables, context| Some(then(outcome, variables, context)))
    }

    fn on_outcome(self, then: impl Fn(Result<&T, &E>, &V, &C) + 'static) -> Self {
        self.on_outcome_async(move |outcome, variables, context| {
            then(outcome, variables, context);
            None::<Ready<()>>
        })
    }

    fn on_outcome_async<F>(self, then: impl Fn(Result<&T, &E>, &V, &C) -> Option<F> + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        self.handlers(|handlers| {
            handlers.on_settled.push(Rc::new(move |outcome, variables, context| {
                Some(then(outcome, variables, context_of(context)?)?.boxed_local())
            }));
        });
        self
    }

    fn handlers(&self, change: impl FnOnce(&mut Handlers<V, T, E>)) {
        if let Some(calls) = self.calls.and_then(|calls| calls.try_get_value()) {
            change(&mut calls.handlers.borrow_mut());
        }
    }

    /// Calls the function. The mutation continues when the component is disposed, as long as the app lives.
    pub fn mutate(&self, variables: V) {
        if let Some(calls) = self.calls.and_then(|calls| calls.try_get_value()) {
            (calls.mutate)(variables, None);
        }
    }

    /// As [`mutate`](Self::mutate), and gives what came of it. After the component was disposed, and on a server, it is
    /// cancelled.
    ///
    /// ```no_run
    /// # use leptos::{prelude::*, task::spawn_local};
    /// # use whippet_leptos::{MutationOptions, use_mutation};
    /// # async fn create(title: String) -> Result<u32, String> { Ok(7) }
    /// # #[component] fn Page() -> impl IntoView {
    /// let create = use_mutation(create, MutationOptions::new());
    /// let and_show = move |_| {
    ///     spawn_local(async move {
    ///         if let Ok(id) = create.mutate_async("Walk the dog".to_owned()).await {
    ///             leptos::logging::log!("/todos/{id}");
    ///         }
    ///     });
    /// };
    /// # view! { <button on:click=and_show>"Create"</button> }
    /// # }
    /// ```
    pub fn mutate_async(&self, variables: V) -> Call<T, E> {
        let Some(calls) = self.calls.and_then(|calls| calls.try_get_value()) else {
            return Call::ready(Err(CallError::Cancelled));
        };
        let (tell, told) = futures::channel::oneshot::channel();
        (calls.mutate)(variables, Some(tell));
        Call::new(async move { told.await.unwrap_or(Err(CallError::Cancelled)) })
    }

    /// Resets the signals. A running mutation continues, but no longer changes them.
    pub fn reset(&self) {
        if let Some(calls) = self.calls.and_then(|calls| calls.try_get_value()) {
            (calls.reset)();
        }
    }
}

/// What `on_mutate` gave, for a handler that expects a `C`. A handler that was added before `on_mutate` expects `()`.
fn context_of<C: 'static>(context: &dyn Any) -> Option<&C> {
    let none: &'static dyn Any = &();
    context.downcast_ref().or_else(|| none.downcast_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_that_was_added_before_on_mutate_runs_without_its_context() {
        assert_eq!(context_of::<u32>(&7_u32), Some(&7));
        assert_eq!(context_of::<()>(&()), Some(&()));
        assert_eq!(context_of::<()>(&7_u32), Some(&()));
        assert_eq!(context_of::<u32>(&"seven"), None);
    }
}
