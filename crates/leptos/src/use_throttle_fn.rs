//! Throttles a function.
use crate::{Wait, use_paced_fn};
use leptos::prelude::*;
use whippet_engine::pace::Pacing;

/// Throttles `function`: it runs on the first call, then at most once per `wait` while calls keep coming, the last call
/// included. `wait` may be a signal. A waiting call is dropped with the component; [`use_paced_fn`] gives a handle to flush
/// and to cancel one, and more options.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use std::time::Duration;
/// # use whippet_leptos::use_throttle_fn;
/// # #[component] fn Page() -> impl IntoView {
/// let save = use_throttle_fn(Duration::from_secs(1), |text: String| { /* save it */ });
/// view! { <textarea on:input=move |event| save(event_target_value(&event))/> }
/// # }
/// ```
pub fn use_throttle_fn<A: 'static, R: 'static>(
    wait: impl Into<Wait>,
    function: impl Fn(A) -> R + 'static,
) -> impl Fn(A) + Copy + Send + Sync + 'static {
    let Wait(wait) = wait.into();
    let pacing = Signal::derive(move || Pacing::throttle(wait.get()));
    use_paced_fn(pacing, move |argument| drop(function(argument))).callback()
}
