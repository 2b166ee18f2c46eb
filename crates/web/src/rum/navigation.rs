//! How the page came: the phases of its navigation, and what the server says of itself.
use super::read;
use wasm_bindgen::prelude::*;

/// The phases of the navigation and page load time, ms, by the `navigation` entry of a page that is loaded.
pub(super) fn timings(entry: &JsValue) -> Vec<(&'static str, f64)> {
    let at = |name: &str| read::number(entry, name);
    let (tls, connected, loaded) = (at("secureConnectionStart"), at("connectEnd"), at("loadEventEnd"));
    let has_tls = tls > 0.0;
    let phases = [
        ("navigation.redirect", at("redirectEnd") - at("redirectStart")),
        ("navigation.dns", at("domainLookupEnd") - at("domainLookupStart")),
        ("navigation.tcp", if has_tls { tls } else { connected } - at("connectStart")),
        ("navigation.tls", if has_tls { connected - tls } else { 0.0 }),
        ("navigation.request", at("responseStart") - at("requestStart")),
        ("navigation.response", at("responseEnd") - at("responseStart")),
        ("navigation.dom", at("domComplete") - at("responseEnd")),
        ("navigation.load", loaded - at("loadEventStart")),
    ];
    // A phase of 0 ms is one too: without them the others would seem slower.
    let mut timings = phases.map(|(name, ms)| (name, ms.max(0.0))).to_vec();
    if loaded > 0.0 {
        timings.push(("page.load", (loaded - read::positive(entry, "activationStart")).max(0.0)));
    }
    timings
}

/// The `Server-Timing` of the navigation, or of a resource: names, and ms.
pub(super) fn server_timings(entry: &JsValue) -> Vec<(String, f64)> {
    let timings = read::list(entry, "serverTiming").into_iter();
    let timing =
        |timing| (format!("server.{}", read::text(&timing, "name")), read::number(&timing, "duration"));
    timings.map(timing).collect()
}
