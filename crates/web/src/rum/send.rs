//! Sends a beacon, also from a page that is being closed.
use super::host::{self, Init};
use wasm_bindgen::JsValue;

/// Hands `body` to the browser; `false` where it took it neither way. `sendBeacon` survives the page, and
/// needs no answer; the browser refuses it above 64 KiB on its way, and some blockers take it away: then
/// `fetch` with keepalive is tried. Both send text/plain, so that no preflight is needed.
pub(super) fn send(endpoint: &str, body: &str, rejected: &JsValue) -> bool {
    if host::send_beacon(endpoint, body) {
        return true;
    }
    let options = Init::new();
    for (option, value) in [("method", "POST"), ("body", body), ("mode", "no-cors"), ("credentials", "omit")]
    {
        options.set(option, &JsValue::from_str(value));
    }
    options.set("keepalive", &JsValue::TRUE);
    match host::fetch(endpoint, &options) {
        Ok(pending) => {
            pending.catch(rejected);
            true
        }
        Err(_) => false,
    }
}
