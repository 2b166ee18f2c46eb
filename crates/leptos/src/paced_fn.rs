//! Debounced and throttled functions of components.
use crate::browser_handle::BrowserHandle;
use leptos::prelude::*;
use whippet_engine::pace::Pacing;
use whippet_web::timing::Paced;

/// A debounced or throttled function, from [`use_paced_fn`]. Copies are the same function. Once its component was disposed,
/// and on a server, calls do nothing.
pub struct PacedFn<A: 'static, R: 'static = ()> {
    paced: BrowserHandle<Paced<A, R>>,
    pacing: Signal<Pacing>,
}

impl<A, R> Clone for PacedFn<A, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, R> Copy for PacedFn<A, R> {}

/// Paces `function` in any way that [`Pacing`] can say, or a signal of one, and gives a handle by which it is called,
/// flushed and cancelled. [`use_debounce_fn`](crate::use_debounce_fn) and [`use_throttle_fn`](crate::use_throttle_fn) are
/// shorter where a closure will do.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{Duration, Pacing, use_paced_fn};
/// # #[component] fn Page() -> impl IntoView {
/// let pacing = Pacing::debounce(Duration::from_ms(500.0)).leading(true).max_wait(Duration::from_ms(5_000.0));
/// let save = use_paced_fn(pacing, |text: String| { /* save it */ });
/// view! {
///     <textarea on:input=move |event| { save.call(event_target_value(&event)); } on:blur=move |_| { save.flush(); }/>
///     <button on:click=move |_| save.cancel()>"Discard"</button>
/// }
/// # }
/// ```
pub fn use_paced_fn<A: 'static, R: Clone + 'static>(
    pacing: impl Into<Signal<Pacing>>,
    function: impl Fn(A) -> R + 'static,
) -> PacedFn<A, R> {
    let pacing = pacing.into();
    let paced = BrowserHandle::new(|component| {
        Paced::new(pacing.get_untracked(), move |argument| component.run(|| function(argument)))
    });
    PacedFn { paced, pacing }
}

impl<A: 'static, R: Clone + 'static> PacedFn<A, R> {
    /// Calls the function. Returns the result of the last run, which may be this call's.
    pub fn call(&self, argument: A) -> Option<R> {
        let paced = self.paced.get()?;
        if let Some(pacing) = self.pacing.try_get_untracked() {
            paced.set_pacing(pacing);
        }
        paced.call(argument)
    }

    /// The function as a closure, such as for an event of a view.
    pub fn callback(self) -> impl Fn(A) + Copy + Send + Sync + 'static {
        move |argument| {
            self.call(argument);
        }
    }

    /// Runs a waiting call now. Returns the result of the last run.
    pub fn flush(&self) -> Option<R> {
        self.paced.get()?.flush()
    }

    /// Drops a waiting call.
    pub fn cancel(&self) {
        if let Some(paced) = self.paced.get() {
            paced.cancel();
        }
    }

    /// Whether a wait is under way.
    pub fn is_pending(&self) -> bool {
        self.paced.get().is_some_and(|paced| paced.is_pending())
    }
}
