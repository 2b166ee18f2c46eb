//! Bindings to the browser APIs for sending. APIs that may be missing, broken or forbidden return an `Option` or a `Result`.
use super::super::browser::{self, Init};
use super::super::read;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    pub(super) type AbortController;
    #[wasm_bindgen(constructor, catch)]
    pub(super) fn new() -> Result<AbortController, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn signal(this: &AbortController) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn abort(this: &AbortController);

    pub(super) type LockManager;
    #[wasm_bindgen(method, catch)]
    pub(super) fn request(
        this: &LockManager,
        name: &str,
        options: &Init,
        callback: &JsValue,
    ) -> Result<Promise, JsValue>;
}

/// The browser's own functions for sending. They are taken once, at the start: a page may wrap them later, and beacons must
/// not be measured.
pub(super) struct Natives {
    fetch: Option<Function>,
    fetch_later: Option<Function>,
    send_beacon: Option<Function>,
}

impl Natives {
    pub(super) fn take() -> Self {
        let global = js_sys::global();
        Self {
            fetch: function(&global, "fetch"),
            fetch_later: function(&global, "fetchLater"),
            send_beacon: function(&browser::of_global("navigator"), "sendBeacon"),
        }
    }

    /// Returns a promise of a response.
    pub(super) fn fetch(&self, url: &str, init: &Init) -> Result<Promise, JsValue> {
        let fetch = self.fetch.as_ref().ok_or(JsValue::UNDEFINED)?;
        fetch.call2(&js_sys::global(), &url.into(), init).map(|pending| Promise::resolve(&pending))
    }

    /// Returns whether the browser accepted the request. `fetchLater` throws if the quota of the server's origin is used up.
    pub(super) fn fetch_later(&self, url: &str, init: &Init) -> bool {
        let Some(fetch_later) = &self.fetch_later else { return false };
        init.set("activateAfter", &JsValue::from_f64(0.0));
        fetch_later.call2(&js_sys::global(), &url.into(), init).is_ok_and(|result| result.is_truthy())
    }

    /// Returns whether the browser accepted the request. The body is a string, so it is sent as plain text: a `Blob` could have
    /// any type, but Firefox loses every second one at `pagehide`.
    pub(super) fn send_beacon(&self, url: &str, body: &str) -> bool {
        let Some(send_beacon) = &self.send_beacon else { return false };
        let taken = send_beacon.call2(&browser::of_global("navigator"), &url.into(), &body.into());
        taken.is_ok_and(|taken| taken.is_truthy())
    }
}

/// The value of a response's header.
pub(super) fn header(response: &JsValue, name: &str) -> Option<String> {
    read::call(&read::member(response, "headers")?, "get", &[name.into()])?.as_string()
}

/// Whether `url` is of the page's own origin.
pub(super) fn is_own_origin(url: &str) -> bool {
    browser::parse_url(url).is_some_and(|url| read::text(&url, "origin") == browser::location("origin"))
}

/// Whether the browser considers itself online.
pub(super) fn is_online() -> bool {
    read::member(&browser::of_global("navigator"), "onLine") != Some(JsValue::FALSE)
}

/// `navigator.locks`
pub(super) fn locks() -> Option<LockManager> {
    read::member(&browser::of_global("navigator"), "locks").map(JsCast::unchecked_into)
}

fn function(owner: &JsValue, name: &'static str) -> Option<Function> {
    read::member(owner, name)?.dyn_into().ok()
}
