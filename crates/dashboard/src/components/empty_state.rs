//! What a page shows without data: how to get some.
use super::Snippet;
use crate::base::at;
use leptos::prelude::*;

/// A section without data.
#[component]
pub fn EmptyState(
    /// What is missing.
    title: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="empty">
            <h2>{title}</h2>
            {children()}
        </section>
    }
}

/// How to send beacons here.
#[component]
pub fn BeaconHint() -> impl IntoView {
    let endpoint = window().location().origin().unwrap_or_default() + &at("/v1/beacons");
    let code = format!(
        "import {{ startRum }} from 'whippet/rum'\n\
         const endpoint = '{endpoint}'\n\
         startRum({{ endpoint, app: 'my-app' }})"
    );
    view! {
        <EmptyState title="No page has reported yet">
            <p>"Add the " <code>"whippet"</code> " package to your frontend, and start it where your app starts:"</p>
            <Snippet code/>
            <p>
                "Open the page, then look here: the first figures come within seconds, and all of a page view when it is left. "
                "To limit which sites may send, start the collector with " <code>"--allow-origin"</code> "."
            </p>
        </EmptyState>
    }
}

/// How to scrape a backend.
#[component]
pub fn ScrapeHint() -> impl IntoView {
    view! {
        <EmptyState title="No backend is scraped yet">
            <p>"Tell the collector where your backend's Prometheus metrics are. The flag may be repeated:"</p>
            <Snippet code="whippet serve --scrape shop=http://127.0.0.1:8080/metrics"/>
            <p>"Until then, the charts of a backend are those of the collector itself."</p>
        </EmptyState>
    }
}

/// There is data, but not in the selected range.
#[component]
pub fn NoDataInRange(
    /// What is missing: `page views`.
    what: &'static str,
) -> impl IntoView {
    view! {
        <section class="empty empty-quiet">
            <h2>{format!("No {what} in this time range")}</h2>
            <p>"Choose a longer one at the top, or wait: new ones appear by themselves."</p>
        </section>
    }
}
