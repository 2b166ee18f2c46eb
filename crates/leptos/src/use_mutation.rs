//! Something that is to change elsewhere.
use crate::use_query_client;
use leptos::prelude::*;
use std::future::Future;
use std::rc::Rc;
use whippet_engine::query::{Delay, NetworkMode, Retry, RunOptions};
use whippet_engine::time::Duration;
use whippet_web::query::{Fetcher, MutationTerms, Progress, Value};

/// How a mutation is done, named as TanStack Query names it, with its defaults: once, and online.
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

    /// How often a failed attempt is repeated. The variables are handed over again.
    pub fn retry(mut self, times: u32) -> Self {
        self.run.retry = Retry::Times(times);
        self
    }

    /// Repeats a failed attempt always after the same time.
    pub fn retry_delay(mut self, span: Duration) -> Self {
        self.run.delay = Delay::Fixed(span);
        self
    }

    /// What it needs of the network. Offline, it waits.
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.run.network_mode = mode;
        self
    }

    /// Mutations of one scope run one after the other, wherever in the app they are.
    pub fn scope(mut self, name: impl Into<String>) -> Self {
        self.scope = Some(name.into());
        self
    }
}

/// How far a mutation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MutationStatus {
    /// None was asked for.
    #[default]
    Idle,
    /// It is not over.
    Pending,
    /// It failed.
    Error,
    /// It succeeded.
    Success,
}

/// What [`use_mutation`] gives. The signals are about the mutation that was asked for last.
pub struct Mutation<V: 'static, T: 'static, E: 'static> {
    /// How far it is.
    pub status: Signal<MutationStatus>,
    /// Whether it waits for the network, the page's focus or its turn.
    pub is_paused: Signal<bool>,
    /// How many of its attempts failed.
    pub failure_count: Signal<u32>,
    /// What it gave.
    pub data: Signal<Option<Rc<T>>, LocalStorage>,
    /// Why it failed.
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
    /// Asks for it. It is carried through even if the component goes, as long as the app is there.
    pub fn mutate(&self, variables: V) {
        let mutate = self.mutate.get_value();
        mutate(variables);
    }

    /// Forgets the last one, as far as the signals are concerned.
    pub fn reset(&self) {
        let reset = self.reset.get_value();
        reset();
    }
}

/// A function that changes something elsewhere, run when asked to; it is not run again unless `options` say so.
///
/// What follows from a success, such as telling the query client, belongs at the end of the function.
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
    let shown = Shown::<T, E>::new();
    // Which one was asked for last: an older one that ends later is not shown.
    let last = StoredValue::new(0_u32);

    let mutate: Rc<dyn Fn(V)> = Rc::new(move |variables: V| {
        last.update_value(|last| *last += 1);
        let this = last.get_value();
        shown.begin();
        let function = function.clone();
        let terms = MutationTerms {
            function: Fetcher::new(move || function(variables.clone())),
            run: options.run,
            scope: options.scope.clone(),
        };
        client.client().mutate(terms, move |progress| {
            if last.try_get_value() == Some(this) {
                shown.publish(progress);
            }
        });
    });
    let reset: Rc<dyn Fn()> = Rc::new(move || {
        last.update_value(|last| *last += 1);
        shown.clear();
    });
    Mutation {
        status: shown.status.into(),
        is_paused: shown.is_paused.into(),
        failure_count: shown.failure_count.into(),
        data: shown.data.into(),
        error: shown.error.into(),
        mutate: StoredValue::new_local(mutate),
        reset: StoredValue::new_local(reset),
    }
}

/// The writing ends of a [`Mutation`].
struct Shown<T: 'static, E: 'static> {
    status: RwSignal<MutationStatus>,
    is_paused: RwSignal<bool>,
    failure_count: RwSignal<u32>,
    data: RwSignal<Option<Rc<T>>, LocalStorage>,
    error: RwSignal<Option<Rc<E>>, LocalStorage>,
}

impl<T, E> Clone for Shown<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Shown<T, E> {}

impl<T, E> Shown<T, E> {
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

/// What the function gave is of the function's types.
fn typed<T: 'static>(value: Value) -> Option<Rc<T>> {
    value.downcast().ok()
}
