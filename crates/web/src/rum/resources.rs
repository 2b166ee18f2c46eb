//! Reads Resource Timing entries.
use super::{browser, read};
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{Resource, resource_timing};

/// A `resource` entry for `url`, as a sum of one.
pub(super) fn of_entry(entry: &JsValue, url: &str) -> Resource {
    let name = resource_timing::host(url);
    // Chromium gives the script of a worker an end on the worker's clock, before its start on the page's.
    let duration = read::positive(entry, "duration");
    let bytes = read::number(entry, "transferSize");
    // A response from the cache transfers nothing.
    let is_cached =
        || read::positive(entry, "decodedBodySize") > 0.0 || read::text(entry, "deliveryType") == "cache";
    let status = read::positive(entry, "responseStatus");
    // Other origins hide status and times unless they allow them; on this origin a response that never started has failed.
    let never_began = status == 0.0 && read::positive(entry, "responseStart") == 0.0;
    let failed = status >= 400.0 || (never_began && name == browser::location("host"));
    Resource {
        host: name.to_owned(),
        kind: resource_timing::kind(&read::text(entry, "initiatorType"), url),
        count: 1,
        bytes: bytes as u64,
        cached: u64::from(bytes == 0.0 && is_cached()),
        failed: u64::from(failed),
        duration,
        slowest: duration,
    }
}
