//! Navigation Timing and Server Timing.
use super::read;
use wasm_bindgen::prelude::*;

/// The phases of a navigation entry, ms, once the page is loaded.
pub(super) fn phases(entry: &JsValue) -> [(&'static str, f64); 8] {
    let at = |name: &'static str| read::number(entry, name);
    let (tls, connected) = (at("secureConnectionStart"), at("connectEnd"));
    let has_tls = tls > 0.0;
    let phases = [
        ("redirect", at("redirectEnd") - at("redirectStart")),
        ("dns", at("domainLookupEnd") - at("domainLookupStart")),
        ("tcp", if has_tls { tls } else { connected } - at("connectStart")),
        ("tls", if has_tls { connected - tls } else { 0.0 }),
        ("request", at("responseStart") - at("requestStart")),
        ("response", at("responseEnd") - at("responseStart")),
        ("dom", at("domComplete") - at("responseEnd")),
        ("load", at("loadEventEnd") - at("loadEventStart")),
    ];
    phases.map(|(name, ms)| (name, ms.max(0.0)))
}

/// The time until the end of the load event, ms; `None` if it has not ended.
pub(super) fn load_time(entry: &JsValue) -> Option<f64> {
    let loaded = read::positive(entry, "loadEventEnd");
    (loaded > 0.0).then(|| (loaded - read::positive(entry, "activationStart")).max(0.0))
}

/// The `Server-Timing` of a navigation or resource entry: names and ms.
pub(super) fn server_timings(entry: &JsValue) -> Vec<(String, f64)> {
    let timings = read::list(entry, "serverTiming").into_iter();
    let timing =
        |timing| (format!("server.{}", read::text(&timing, "name")), read::number(&timing, "duration"));
    timings.map(timing).collect()
}
