//! Real user monitoring of an app.
use crate::{QueryClient, Stats, json_stats, lazy_image};
use leptos::prelude::*;
use whippet_web::rum::{Collect, Rum, RumOptions, start};
use whippet_web::timing;

#[derive(Clone, Copy)]
struct Measured(StoredValue<Rum, LocalStorage>);

/// Measures the page from now on, with what the browser recorded before, and sends beacons to a collector: web vitals with
/// their attribution, the phases of the navigation, resources, long animation frames, `Server-Timing`, errors,
/// routes as page views; and the toolkit's own figures: of [`LazyImage`](crate::LazyImage), of
/// [`Json`](crate::Json), of debounced and throttled calls, and, where
/// [`provide_query_client`](crate::provide_query_client) was called before, of the query cache. It measures the same as
/// `startRum` of the npm package, by the same rules. Call it once, in the app's outermost component; it ends with that.
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
    let client = use_context::<QueryClient>();
    options.collect = Some(with_toolkit_counters(client, options.collect.take()));
    let rum = start(options);
    if let Some(client) = client {
        let rum = rum.clone();
        client.client().on_fetched(move |ms| rum.timing("query.fetch", ms));
    }
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
fn with_toolkit_counters(client: Option<QueryClient>, collect: Option<Collect>) -> Collect {
    Box::new(move |rum| {
        if let Some(collect) = &collect {
            collect(rum);
        }
        let (json, lazy, paced) = (json_stats::stats(), lazy_image::stats(), timing::stats());
        let totals = [
            ("json.bytes_received", json.received),
            ("json.bytes_spared", json.spared),
            ("lazy.loaded", lazy.loaded.into()),
            ("lazy.failed", lazy.failed.into()),
            ("pace.calls", paced.calls),
            ("pace.invocations", paced.invocations),
        ];
        for (name, total) in totals.into_iter().chain(cache_counters(client)) {
            rum.total(name, total);
        }
    })
}

/// The counters of the query cache, if it still exists.
fn cache_counters(client: Option<QueryClient>) -> impl Iterator<Item = (&'static str, u64)> {
    let totals = client.and_then(|client| client.try_stats()).map(|stats| {
        let Stats { hits, misses, stale_served, deduplicated, fetches, errors, .. } = stats;
        [
            ("query.hits", hits),
            ("query.misses", misses),
            ("query.stale_served", stale_served),
            ("query.deduplicated", deduplicated),
            ("query.fetches", fetches),
            ("query.errors", errors),
        ]
    });
    totals.into_iter().flatten()
}
