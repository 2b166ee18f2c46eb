//! Real user monitoring of an app.
use crate::{QueryClient, Stats};
use leptos::prelude::*;
use whippet_web::rum::{Collect, Rum, RumOptions, start};

#[derive(Clone, Copy)]
struct Measured(StoredValue<Rum, LocalStorage>);

/// Measures the page from now on, and sends it to a collector: web vitals, errors, and, where
/// [`provide_query_client`](crate::provide_query_client) was called before, the query cache's own figures. Call
/// once, in the app's outermost component; it ends with that.
///
/// What cannot be sent is kept in the browser, and sent later or by the next visit. The app's own requests to its
/// origin carry a `traceparent`, unless [`RumOptions::traceparent`] says otherwise.
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
    if let Some(client) = client {
        options.collect = Some(with_figures(client, options.collect.take()));
    }
    let rum = start(options);
    if let Some(client) = client {
        let rum = rum.clone();
        client.client().on_fetched(move |ms| rum.record("query.fetch", ms));
    }
    let measured = Measured(StoredValue::new_local(rum));
    provide_context(measured);
    on_cleanup(move || {
        if let Some(rum) = measured.0.try_get_value() {
            rum.stop();
        }
    });
}

/// What [`provide_rum`] started: to report errors and timings of one's own, and to say whether the user agrees.
/// `None` where nothing was started.
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

/// What users collect, and the cache's counters.
fn with_figures(client: QueryClient, collect: Option<Collect>) -> Collect {
    Box::new(move |rum| {
        if let Some(collect) = &collect {
            collect(rum);
        }
        let Some(Stats { hits, misses, stale_served, deduplicated, fetches, errors, .. }) =
            client.try_stats()
        else {
            return;
        };
        let totals = [
            ("query.hits", hits),
            ("query.misses", misses),
            ("query.stale_served", stale_served),
            ("query.deduplicated", deduplicated),
            ("query.fetches", fetches),
            ("query.errors", errors),
        ];
        for (name, total) in totals {
            rum.total(name, total);
        }
    })
}
