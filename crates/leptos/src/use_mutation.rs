//! Mutations.
use crate::component::Component;
use crate::error_boundary::show_in_boundary;
use crate::host::{IN_BROWSER, now};
use crate::mutation_calls::{Before, Calls, Handlers, Shown, Tell, typed};
use crate::{CallError, Mutation, MutationOptions, QueryClient, QueryKey, use_query_client};
use futures::FutureExt;
use futures::future::Either;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::task::spawn_local;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::{Future, ready};
use std::rc::Rc;
use whippet_web::query::{self, Fetcher, Progress, Value};

/// Wraps a function that writes to a server. It runs when [`Mutation::mutate`] is called, and is not retried unless
/// `options` say so.
///
/// Put what follows a success, such as invalidating queries, at the end of the function.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{MutationOptions, use_mutation, use_query_client};
/// # async fn send_star(id: u32) -> Result<(), String> { Ok(()) }
/// # #[component] fn Page() -> impl IntoView {
/// let client = use_query_client();
/// let star = use_mutation(
///     move |id: u32| async move {
///         send_star(id).await?;
///         client.invalidate("packages");
///         Ok::<_, String>(())
///     },
///     MutationOptions::new(),
/// );
/// view! {
///     <button on:click=move |_| star.mutate(7)>"Star"</button>
///     <p role="status">{move || star.error.get().map(|error| error.to_string())}</p>
/// }
/// # }
/// ```
///
/// A server calls no mutations.
pub fn use_mutation<V, T, E, F>(
    function: impl Fn(V) -> F + 'static,
    options: MutationOptions,
) -> Mutation<V, T, E>
where
    V: Clone + 'static,
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    let client = use_query_client();
    let options = client.complete_mutation(options);
    let shown = Shown::<T, E>::new();
    if !IN_BROWSER {
        return Mutation::new(shown, None);
    }
    let throw = options.attempts.throw.clone();
    show_in_boundary(shown.error.into(), move || throw.clone());
    let (function, component) = (Rc::new(function), client.component());
    let handlers = Rc::new(RefCell::new(Handlers::<V, T, E>::default()));
    // The number of the last call: an older mutation that settles later is not displayed.
    let last = StoredValue::new(0_u32);
    let next = move || {
        last.try_update_value(|last| {
            *last += 1;
            *last
        })
    };

    let known = handlers.clone();
    let mutate = move |variables: V, tell: Option<Tell<T, E>>| {
        let Some(this) = next() else { return };
        shown.begin(now());
        let variables = Rc::new(variables);
        let call = Rc::new(CallOf {
            client,
            key: options.key.clone().unwrap_or_else(|| QueryKey::new(&())),
            component: component.clone(),
            context: before(&component, &known, &variables),
            handlers: known.clone(),
            variables: variables.clone(),
        });
        let function = {
            let (function, component, context) = (function.clone(), component.clone(), call.context.clone());
            move || {
                let (function, component, variables) =
                    (function.clone(), component.clone(), variables.clone());
                let run =
                    move || component.run(|| ScopedFuture::new_untracked(function((*variables).clone())));
                match context.peek() {
                    Some(_) => Either::Left(run()),
                    None => Either::Right(context.clone().then(move |_| run())),
                }
            }
        };
        let mutation = query::MutationOptions {
            function: Fetcher::new(function),
            run: options.attempts.run,
            scope: options.scope.clone(),
            key: options.key.clone().map(|key| key.0),
            judge: options.attempts.judge.clone(),
            after: Some(Rc::new(move |outcome| Box::pin(call.clone().follow(outcome)))),
        };
        let tell = Cell::new(tell);
        client.host(|host| {
            host.mutate(mutation, move |progress| {
                let settled = match &progress {
                    Progress::Done(outcome) => Some(outcome.clone()),
                    _ => None,
                };
                if last.try_get_value() == Some(this) {
                    shown.publish(progress);
                }
                if let Some(outcome) = settled
                    && let Some(tell) = tell.take()
                {
                    tell_caller(tell, outcome);
                }
            });
        });
    };
    let reset = move || {
        if next().is_some() {
            shown.clear();
        }
    };
    let calls = Calls { mutate: Rc::new(mutate), reset: Rc::new(reset), handlers };
    Mutation::new(shown, Some(StoredValue::new_local(calls)))
}

/// What belongs to one call of a mutation.
struct CallOf<V, T, E> {
    client: QueryClient,
    key: QueryKey,
    component: Component,
    handlers: Rc<RefCell<Handlers<V, T, E>>>,
    variables: Rc<V>,
    context: Before,
}

/// Begins with `on_mutate`, which is not borrowed while it runs: it may add another handler.
fn before<V, T, E>(component: &Component, handlers: &RefCell<Handlers<V, T, E>>, variables: &V) -> Before {
    let on_mutate = handlers.borrow().on_mutate.clone();
    let context = match on_mutate {
        Some(on_mutate) => component.run(|| ScopedFuture::new_untracked(on_mutate(variables))).boxed_local(),
        None => ready(Rc::new(()) as Rc<dyn Any>).boxed_local(),
    };
    let context = context.shared();
    if context.clone().now_or_never().is_none() {
        // Whether or not the function may run yet.
        spawn_local(context.clone().map(drop));
    }
    context
}

impl<V, T: Send + Sync + 'static, E: Send + Sync + 'static> CallOf<V, T, E> {
    /// Tells the app, as the callbacks of TanStack's mutation cache come first, and calls the handlers, one after another.
    async fn follow(self: Rc<Self>, outcome: Result<Value, Value>) {
        let context = self.context.clone().await;
        self.client.tell_mutation(&self.key, outcome.as_ref().map(|data| &**data).map_err(|error| &**error));
        let handlers = self.handlers.borrow().on_settled.clone();
        for handler in handlers {
            let typed = match &outcome {
                Ok(data) => data.downcast_ref::<T>().map(Ok),
                Err(error) => error.downcast_ref::<E>().map(Err),
            };
            let work = typed.and_then(|typed| {
                self.component
                    .run(|| handler(typed, &self.variables, &*context).map(ScopedFuture::new_untracked))
            });
            if let Some(work) = work {
                work.await;
            }
        }
    }
}

fn tell_caller<T: Send + Sync + 'static, E: Send + Sync + 'static>(
    tell: Tell<T, E>,
    outcome: Result<Value, Value>,
) {
    let outcome = match outcome {
        Ok(data) => typed(data).ok_or(CallError::Cancelled),
        Err(error) => Err(typed(error).map_or(CallError::Cancelled, CallError::Failed)),
    };
    // Nobody may await it any more.
    let _ = tell.send(outcome);
}
