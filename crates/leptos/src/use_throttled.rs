//! Throttles a value.
use crate::on_change::on_change;
use crate::{Wait, use_throttle_fn};
use leptos::prelude::{RwSignal, Set, Signal, untrack};

/// Throttles `source`: the signal takes its value on the first change, then at most once per `wait` while it keeps changing,
/// the last change included. Use it for a value that changes with every frame, such as a position.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{Duration, use_throttled};
/// # #[component] fn Follower() -> impl IntoView {
/// let pointer = RwSignal::new((0, 0));
/// let shown = use_throttled(Duration::from_ms(100.0), move || pointer.get());
/// view! { <p>{move || format!("{:?}", shown.get())}</p> }
/// # }
/// ```
pub fn use_throttled<T: Clone + Send + Sync + 'static>(
    wait: impl Into<Wait>,
    source: impl Fn() -> T + 'static,
) -> Signal<T> {
    let value = RwSignal::new(untrack(&source));
    let update = use_throttle_fn(wait, move |next| value.set(next));
    on_change(source, update);
    value.into()
}
