//! Debounces a function.
use leptos::prelude::{LocalStorage, StoredValue};
use whippet_engine::time::Duration;
use whippet_web::timing::{Paced, debounce};

/// Debounces `function`: it runs once no call has come for `wait`, with the argument of the last call. A waiting call is
/// dropped with the component.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{Duration, use_debounce_fn};
/// # #[component] fn Search() -> impl IntoView {
/// let wanted = RwSignal::new(String::new());
/// let search = use_debounce_fn(Duration::from_ms(300.0), move |text| wanted.set(text));
/// view! { <input on:input=move |event| search.with_value(|search| { search.call(event_target_value(&event)); })/> }
/// # }
/// ```
pub fn use_debounce_fn<A: 'static, R: Clone + 'static>(
    wait: Duration,
    function: impl Fn(A) -> R + 'static,
) -> StoredValue<Paced<A, R>, LocalStorage> {
    StoredValue::new_local(debounce(wait, function))
}
