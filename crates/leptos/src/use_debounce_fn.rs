//! Debounces a function.
use crate::{Wait, use_paced_fn};
use leptos::prelude::*;
use whippet_engine::pace::Pacing;

/// Debounces `function`: it runs once no call has come for `wait`, with the argument of the last call. `wait` may be a signal.
/// A waiting call is dropped with the component; [`use_paced_fn`] gives a handle to flush and to cancel one, and more
/// options.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use std::time::Duration;
/// # use whippet_leptos::use_debounce_fn;
/// # #[component] fn Search() -> impl IntoView {
/// let wanted = RwSignal::new(String::new());
/// let search = use_debounce_fn(Duration::from_millis(300), move |text| wanted.set(text));
/// view! { <input on:input=move |event| search(event_target_value(&event))/> }
/// # }
/// ```
pub fn use_debounce_fn<A: 'static, R: 'static>(
    wait: impl Into<Wait>,
    function: impl Fn(A) -> R + 'static,
) -> impl Fn(A) + Copy + Send + Sync + 'static {
    let Wait(wait) = wait.into();
    let pacing = Signal::derive(move || Pacing::debounce(wait.get()));
    use_paced_fn(pacing, move |argument| drop(function(argument))).callback()
}
