//! How the page came: the phases of its navigation, and what the server says of itself.
use super::read;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Queue;
use whippet_engine::time::Instant;

/// The phases of the navigation, ms, and page load time, by the `navigation` entry of a page that is loaded.
pub(super) fn add(queue: &mut Queue, now: Instant, entry: &JsValue) {
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
    for (name, ms) in phases {
        queue.record(now, name, ms.max(0.0));
    }
    if loaded > 0.0 {
        queue.record(now, "page.load", (loaded - read::positive(entry, "activationStart")).max(0.0));
    }
}

/// The `Server-Timing` of the navigation, or of a resource.
pub(super) fn add_server_timing(queue: &mut Queue, now: Instant, entry: &JsValue) {
    for timing in read::list(entry, "serverTiming") {
        let name = format!("server.{}", read::text(&timing, "name"));
        queue.record(now, &name, read::number(&timing, "duration"));
    }
}
