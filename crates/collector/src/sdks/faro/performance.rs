//! Faro's events of navigation and resource timings. All their numbers are strings of whole ms.
use serde_json::Value;
use whippet_engine::beacon::{Resource, resource_timing};
use whippet_engine::vitals::Navigation;

use super::context::Context;
use crate::intake::{Content, Item, Mark, Slot};
use crate::sdks::members::{number, text};

/// Reads `faro.performance.navigation`: the phases of the navigation, and how long the page took to load.
pub fn navigation(attributes: &Value, items: &mut Vec<Item>, context: &Context<'_>) {
    let ms = |key: &str| number(attributes, key).filter(|ms| *ms >= 0.0);
    // Faro's time for TCP includes that for TLS, and its time for TLS is counted from 0 where there was none.
    let connecting = ms("tcpHandshakeTime").unwrap_or(0.0);
    let tls = ms("tlsNegotiationTime").filter(|tls| *tls <= connecting).unwrap_or(0.0);
    let loading = ms("onLoadTime").unwrap_or(0.0);
    let response = ms("responseTime").unwrap_or(0.0);
    // From the end of the response until all was loaded.
    let dom = ms("pageLoadTime").zip(ms("fetchTime")).map(|(loaded, fetched)| (loaded - fetched).max(0.0));
    let phases = [
        ("redirect", ms("redirectTime").unwrap_or(0.0)),
        ("dns", ms("dnsLookupTime").unwrap_or(0.0)),
        ("tcp", connecting - tls),
        ("tls", tls),
        ("request", ms("requestTime").unwrap_or(0.0)),
        ("response", response),
        ("dom", dom.or_else(|| ms("domProcessingTime")).unwrap_or(0.0)),
        ("load", loading),
    ];
    let mark = match text(attributes, "faroNavigationId") {
        "" => None,
        id => Some(Mark { slot: Slot::Navigation, id: id.to_owned(), born: context.at }),
    };
    let navigation = Navigation::from_name(text(attributes, "type"));
    let mut add = |name: String, ms: f64| {
        items.push(Item { mark: mark.clone(), navigation, ..context.item(Content::Timing(name, ms)) });
    };
    for (phase, ms) in phases {
        add(format!("navigation.{phase}"), ms);
    }
    if let Some(loaded) = ms("pageLoadTime").filter(|loaded| *loaded > 0.0) {
        add("page.load".to_owned(), loaded + loading);
    }
}

/// Reads `faro.performance.resource`.
pub fn resource(attributes: &Value, items: &mut Vec<Item>, context: &Context<'_>) {
    let (name, initiator) = (text(attributes, "name"), text(attributes, "initiatorType"));
    let Some(duration) = number(attributes, "duration").filter(|ms| *ms >= 0.0) else { return };
    let count = |key: &str| number(attributes, key).map_or(0, |number| number.max(0.0) as u64);
    let resource = Resource {
        host: resource_timing::host(name).to_owned(),
        kind: resource_timing::kind(initiator, name),
        count: 1,
        bytes: count("transferSize"),
        cached: u64::from(text(attributes, "cacheHitStatus") == "cache"),
        failed: u64::from(count("responseStatus") >= 400),
        duration,
        slowest: duration,
    };
    items.push(context.item(Content::Resource(resource)));
}
