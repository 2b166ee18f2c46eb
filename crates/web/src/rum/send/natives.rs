//! What of the browser sending needs, and no more. Whatever may be missing, broken or forbidden is an `Option` or
//! a `Result`.
use super::super::host::Init;
use alloc::string::String;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What `fetch` resolves to. Its members may be anything, where a page has its own `fetch`.
    pub(super) type Response;
    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn status(this: &Response) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn headers(this: &Response) -> Result<Headers, JsValue>;

    type Headers;
    #[wasm_bindgen(method, catch)]
    fn get(this: &Headers, name: &str) -> Result<JsValue, JsValue>;

    #[derive(Clone)]
    pub(super) type AbortController;
    #[wasm_bindgen(constructor, catch)]
    pub(super) fn new() -> Result<AbortController, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn signal(this: &AbortController) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn abort(this: &AbortController);

    type Url;
    #[wasm_bindgen(constructor, js_class = URL, catch)]
    fn new(url: &str, base: &str) -> Result<Url, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn origin(this: &Url) -> String;

    pub(super) type LockManager;
    #[wasm_bindgen(method, catch)]
    pub(super) fn request(
        this: &LockManager,
        name: &str,
        options: &Init,
        callback: &JsValue,
    ) -> Result<Promise, JsValue>;
}

/// The browser's ways out. Taken once: what is measured may wrap them, and what is sent is not to be measured.
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
            send_beacon: navigator("sendBeacon").and_then(|found| found.dyn_into().ok()),
        }
    }

    /// A promise of a [`Response`].
    pub(super) fn fetch(&self, url: &str, init: &Init) -> Result<Promise, JsValue> {
        let fetch = self.fetch.as_ref().ok_or(JsValue::UNDEFINED)?;
        fetch.call2(&js_sys::global(), &url.into(), init).map(|pending| Promise::resolve(&pending))
    }

    /// Whether the browser took it; it throws where the quota for the server's origin is used up.
    pub(super) fn fetch_later(&self, url: &str, init: &Init) -> bool {
        let Some(fetch_later) = &self.fetch_later else { return false };
        init.set("activateAfter", &JsValue::from_f64(0.0));
        fetch_later.call2(&js_sys::global(), &url.into(), init).is_ok_and(|result| result.is_truthy())
    }

    /// Whether the browser took it. It goes as plain text: a `Blob` could have any type, but Firefox loses every
    /// other one at `pagehide`.
    pub(super) fn send_beacon(&self, url: &str, body: &str) -> bool {
        let Some(send_beacon) = &self.send_beacon else { return false };
        let navigator = get(&js_sys::global(), "navigator");
        send_beacon.call2(&navigator, &url.into(), &body.into()).is_ok_and(|taken| taken.is_truthy())
    }
}

/// What a response's header says.
pub(super) fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().ok()?.get(name).ok()?.as_string()
}

/// Whether `url` is of the page's own origin.
pub(super) fn is_own_origin(url: &str) -> bool {
    let location = get(&js_sys::global(), "location");
    let here = get(&location, "href").as_string().unwrap_or_default();
    Url::new(url, &here).is_ok_and(|url| get(&location, "origin").as_string() == Some(url.origin()))
}

/// Whether the browser thinks that there is a network.
pub(super) fn is_online() -> bool {
    navigator("onLine") != Some(JsValue::FALSE)
}

/// How tabs agree on who does something.
pub(super) fn locks() -> Option<LockManager> {
    navigator("locks").map(JsCast::unchecked_into)
}

/// A member of `navigator`, where it has one.
fn navigator(name: &str) -> Option<JsValue> {
    let found = get(&get(&js_sys::global(), "navigator"), name);
    (!found.is_null() && !found.is_undefined()).then_some(found)
}

fn function(owner: &JsValue, name: &str) -> Option<Function> {
    get(owner, name).dyn_into().ok()
}

fn get(owner: &JsValue, name: &str) -> JsValue {
    Reflect::get(owner, &name.into()).unwrap_or_default()
}
