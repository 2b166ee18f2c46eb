//! Mutations.
use crate::use_query_client;
use leptos::prelude::*;
use std::future::Future;
use std::rc::Rc;
use whippet_engine::query::{Delay, NetworkMode, Retry, RunOptions};
use whippet_engine::time::Duration;
use whippet_web::query::{self, Fetcher, Progress, Value};

/// The options of [`use_mutation`], with the names and defaults of TanStack Query: no retries, and only online.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct MutationOptions {
    run: RunOptions,
    scope: Option<String>,
}

impl Default for MutationOptions {
    fn default() -> Self {
        Self { run: RunOptions { retry: Retry::NEVER, ..RunOptions::default() }, scope: None }
    }
}

impl MutationOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often a failed attempt is retried, with the same variables.
    pub fn retry(mut self, times: u32) -> Self {
        self.run.retry = Retry::Times(times);
        self
    }

    /// Retries after a fixed delay.
    pub fn retry_delay(mut self, span: Duration) -> Self {
        self.run.delay = Delay::Fixed(span);
        self
    }

    /// Whether it runs offline. By default it is paused until the browser is online.
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.run.network_mode = mode;
        self
    }

    /// Mutations of one scope run one after another, across all components.
    pub fn scope(mut self, name: impl Into<String>) -> Self {
        self.scope = Some(name.into());
        self
    }
}

/// The status of a mutation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MutationStatus {
    /// Nothing was mutated yet, or [`reset`](Mutation::reset) was called.
    #[default]
    Idle,
    /// It runs, is paused or waits for a retry.
    Pending,
    /// It failed.
    Error,
    /// It succeeded.
    Success,
}

/// The result of [`use_mutation`]. The signals show the last call of [`mutate`](Self::mutate).
pub struct Mutation<V: 'static, T: 'static, E: 'static> {
    /// Its status.
    pub status: Signal<MutationStatus>,
    /// Whether it waits for the network, the page's focus, or an earlier mutation of its scope.
    pub is_paused: Signal<bool>,
    /// The number of its failed attempts.
    pub failure_count: Signal<u32>,
    /// The result of the function.
    pub data: Signal<Option<Rc<T>>, LocalStorage>,
    /// The error of the last attempt.
    pub error: Signal<Option<Rc<E>>, LocalStorage>,
    mutate: StoredValue<Rc<dyn Fn(V)>, LocalStorage>,
    reset: StoredValue<Rc<dyn Fn()>, LocalStorage>,
}

impl<V, T, E> Clone for Mutation<V, T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V, T, E> Copy for Mutation<V, T, E> {}

impl<V, T, E> Mutation<V, T, E> {
    /// Calls the function. The mutation continues when the component is disposed, as long as the app lives.
    pub fn mutate(&self, variables: V) {
        let mutate = self.mutate.get_value();
        mutate(variables);
    }

    /// Resets the signals. A running mutation continues, but no longer changes them.
    pub fn reset(&self) {
        let reset = self.reset.get_value();
        reset();
    }
}

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
///         client.invalidate(&"packages");
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
/// # Panics
/// Where no query client was provided.
pub fn use_mutation<V, T, E, F>(
    function: impl Fn(V) -> F + 'static,
    options: MutationOptions,
) -> Mutation<V, T, E>
where
    V: Clone + 'static,
    T: 'static,
    E: 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    let client = use_query_client();
    let function = Rc::new(function);
    let signals = Signals::<T, E>::new();
    // The number of the last call: an older mutation that settles later is not displayed.
    let last = StoredValue::new(0_u32);

    let mutate: Rc<dyn Fn(V)> = Rc::new(move |variables: V| {
        last.update_value(|last| *last += 1);
        let this = last.get_value();
        signals.begin();
        let function = function.clone();
        let mutation = query::MutationOptions {
            function: Fetcher::new(move || function(variables.clone())),
            run: options.run,
            scope: options.scope.clone(),
        };
        client.client().mutate(mutation, move |progress| {
            if last.try_get_value() == Some(this) {
                signals.publish(progress);
            }
        });
    });
    let reset: Rc<dyn Fn()> = Rc::new(move || {
        last.update_value(|last| *last += 1);
        signals.clear();
    });
    Mutation {
        status: signals.status.into(),
        is_paused: signals.is_paused.into(),
        failure_count: signals.failure_count.into(),
        data: signals.data.into(),
        error: signals.error.into(),
        mutate: StoredValue::new_local(mutate),
        reset: StoredValue::new_local(reset),
    }
}

/// The signals of a [`Mutation`], writable.
struct Signals<T: 'static, E: 'static> {
    status: RwSignal<MutationStatus>,
    is_paused: RwSignal<bool>,
    failure_count: RwSignal<u32>,
    data: RwSignal<Option<Rc<T>>, LocalStorage>,
    error: RwSignal<Option<Rc<E>>, LocalStorage>,
}

impl<T, E> Clone for Signals<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Signals<T, E> {}

impl<T, E> Signals<T, E> {
    fn new() -> Self {
        Self {
            status: RwSignal::new(MutationStatus::Idle),
            is_paused: RwSignal::new(false),
            failure_count: RwSignal::new(0),
            data: RwSignal::new_local(None),
            error: RwSignal::new_local(None),
        }
    }

    fn clear(self) {
        self.status.set(MutationStatus::Idle);
        self.is_paused.set(false);
        self.failure_count.set(0);
        self.data.set(None);
        self.error.set(None);
    }

    fn begin(self) {
        self.clear();
        self.status.set(MutationStatus::Pending);
    }

    fn publish(self, progress: Progress) {
        self.is_paused.set(matches!(progress, Progress::Paused));
        match progress {
            Progress::Paused => {}
            Progress::Running(failures) => self.failure_count.set(failures),
            Progress::Done(Ok(data)) => {
                self.data.set(typed(data));
                self.status.set(MutationStatus::Success);
            }
            Progress::Done(Err(error)) => {
                self.error.set(typed(error));
                self.status.set(MutationStatus::Error);
            }
        }
    }
}

/// Restores the type that [`Fetcher`] erased.
fn typed<T: 'static>(value: Value) -> Option<Rc<T>> {
    value.downcast().ok()
}
