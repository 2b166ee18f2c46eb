//! Throttles a function.
use leptos::prelude::{LocalStorage, StoredValue};
use whippet_engine::time::Duration;
use whippet_web::timing::{Paced, throttle};

/// Throttles `function`: it runs on the first call, then at most once per `wait` while calls keep coming, the last call
/// included. A waiting call is dropped with the component.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{Duration, use_throttle_fn};
/// # #[component] fn Page() -> impl IntoView {
/// let save = use_throttle_fn(Duration::from_ms(1_000.0), |text: String| { /* save it */ });
/// view! { <textarea on:input=move |event| save.with_value(|save| { save.call(event_target_value(&event)); })/> }
/// # }
/// ```
pub fn use_throttle_fn<A: 'static, R: Clone + 'static>(
    wait: Duration,
    function: impl Fn(A) -> R + 'static,
) -> StoredValue<Paced<A, R>, LocalStorage> {
    StoredValue::new_local(throttle(wait, function))
}
