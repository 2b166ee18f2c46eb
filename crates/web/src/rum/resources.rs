//! What was loaded.
use super::{host, read};
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{Resource, loaded};

/// What a `resource` entry says of `url`, as a sum of one.
pub(super) fn of_entry(entry: &JsValue, url: &str) -> Resource {
    let name = loaded::host(url);
    let duration = read::number(entry, "duration");
    let bytes = read::number(entry, "transferSize");
    // What came from the cache alone had no way to go.
    let is_cached =
        || read::positive(entry, "decodedBodySize") > 0.0 || read::text(entry, "deliveryType") == "cache";
    let status = read::positive(entry, "responseStatus");
    // Of other origins nothing is known, unless they allow it; here a response that never began has failed.
    let never_began = status == 0.0 && read::positive(entry, "responseStart") == 0.0;
    let failed = status >= 400.0 || (never_began && name == host::location("host"));
    Resource {
        host: name.to_owned(),
        kind: loaded::kind(&read::text(entry, "initiatorType"), url),
        count: 1,
        bytes: bytes as u64,
        cached: u64::from(bytes == 0.0 && is_cached()),
        failed: u64::from(failed),
        duration,
        slowest: duration,
    }
}
