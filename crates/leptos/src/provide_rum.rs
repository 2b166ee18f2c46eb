//! Real user monitoring of an app.
use crate::host::IN_BROWSER;
use crate::toolkit_counters::{self, Source};
use leptos::prelude::*;
use whippet_web::rum::{Collect, Rum, RumOptions, start};

#[derive(Clone, Copy)]
struct Measured(StoredValue<Rum, LocalStorage>);

/// Measures the page from now on, with what the browser recorded before, and sends beacons to a collector: web vitals with
/// their attribution, the phases of the navigation, resources, long animation frames, `Server-Timing`, errors,
/// routes as page views; and the toolkit's own figures: of [`LazyImage`](crate::LazyImage), of
/// [`Json`](crate::Json), of debounced and throttled calls, and, where
/// [`provide_query_client`](crate::provide_query_client) was called before, of the query cache. It measures the same as
/// `startRum` of the npm package, by the same rules. Call it once, in the app's outermost component; it ends with that.
/// On a server it does nothing.
///
/// Beacons that cannot be sent are kept in the browser, and sent later or on the next visit. Requests that
/// [`RumOptions::traceparent`] names carry a `traceparent`.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{RumOptions, provide_query_client, provide_rum};
/// #[component]
/// fn App() -> impl IntoView {
///     provide_query_client();
///     provide_rum(RumOptions::new("https://whippet.example/v1/beacons", "shop"));
///     view! { <main>"…"</main> }
/// }
/// ```
pub fn provide_rum(mut options: RumOptions) {
    if !IN_BROWSER {
        return;
    }
    let source = Source::begin();
    options.collect = Some(with_toolkit_counters(source, options.collect.take()));
    let rum = start(options);
    source.report_fetches(&rum);
    let measured = Measured(StoredValue::new_local(rum));
    provide_context(measured);
    on_cleanup(move || {
        if let Some(rum) = measured.0.try_get_value() {
            rum.stop();
        }
    });
}

/// The handle of [`provide_rum`]: for the app's own errors, marks, timings, counts and gauges, and for the user's consent.
/// `None` if `provide_rum` was not called.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::use_rum;
/// # #[component] fn Page() -> impl IntoView {
/// let agree = move |_| {
///     if let Some(rum) = use_rum() {
///         rum.consent(true);
///     }
/// };
/// # view! { <button on:click=agree>"Agree"</button> }
/// # }
/// ```
pub fn use_rum() -> Option<Rum> {
    use_context::<Measured>()?.0.try_get_value()
}

/// Calls the app's `collect`, then reports the toolkit's own counters.
fn with_toolkit_counters(source: Source, collect: Option<Collect>) -> Collect {
    Box::new(move |rum| {
        if let Some(collect) = &collect {
            collect(rum);
        }
        for (name, total) in toolkit_counters::totals(source) {
            rum.total(name, total);
        }
    })
}
