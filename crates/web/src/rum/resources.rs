//! What was loaded, summed by host and kind.
use super::{host, read};
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{Queue, Resource, loaded};
use whippet_engine::time::Instant;

/// Adds a `resource` entry to its sum.
pub(super) fn add(queue: &mut Queue, now: Instant, entry: &JsValue) {
    let url = read::text(entry, "name");
    let name = loaded::host(&url);
    let duration = read::number(entry, "duration");
    let bytes = read::positive(entry, "transferSize");
    let from_cache =
        read::number(entry, "transferSize") == 0.0 && read::positive(entry, "decodedBodySize") > 0.0;
    let status = read::positive(entry, "responseStatus");
    // Of other origins nothing is known, unless they allow it; here a response that never began has failed.
    let never_began = status == 0.0 && read::positive(entry, "responseStart") == 0.0;
    let failed = status >= 400.0 || (never_began && name == host::location("host"));
    let resource = Resource {
        host: name.to_owned(),
        kind: loaded::kind(&read::text(entry, "initiatorType"), &url),
        count: 1,
        bytes: bytes as u64,
        cached: u64::from(from_cache || read::text(entry, "deliveryType") == "cache"),
        failed: u64::from(failed),
        duration,
        slowest: duration,
    };
    queue.resource(now, &resource);
}
