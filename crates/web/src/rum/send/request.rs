//! A request, and a request that is kept.
use super::super::browser::Init;
use super::super::options::FormattedRequest;
use super::super::read;
use super::natives;
use js_sys::{ArrayBuffer, Object};
use wasm_bindgen::prelude::*;

/// The content type that needs no preflight, and that `sendBeacon` uses for a string.
const PLAIN: &str = "text/plain;charset=UTF-8";

/// A request that is ready to be sent.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) url: String,
    pub(super) body: String,
    /// The content type. `text/plain` needs no preflight, others do.
    pub(super) kind: String,
    /// An object of further headers, or `undefined`.
    pub(super) headers: JsValue,
}

impl Request {
    /// The request for a beacon.
    pub(super) fn new(url: &str, body: String) -> Self {
        Self { url: url.into(), body, kind: PLAIN.into(), headers: JsValue::UNDEFINED }
    }

    /// A request that a format made of a beacon.
    pub(super) fn formatted(request: FormattedRequest) -> Self {
        let FormattedRequest { url, body, content_type, headers } = request;
        let object = Init::new();
        for (name, value) in headers {
            object.set(&name, &value.into());
        }
        Self { url, body, kind: content_type, headers: object.into() }
    }

    /// Whether `sendBeacon` can send it as a string.
    pub(super) fn is_plain(&self) -> bool {
        self.kind == PLAIN && !self.has_headers()
    }

    /// Whether it has further headers: they cost a preflight, and `sendBeacon` cannot send them.
    fn has_headers(&self) -> bool {
        self.more_headers().is_some_and(|headers| Object::keys(headers).length() > 0)
    }

    fn more_headers(&self) -> Option<&Object> {
        // One without a prototype is no `instanceof Object`.
        self.headers.is_object().then(|| self.headers.unchecked_ref())
    }

    /// The options of `fetch`; `zipped` is the body as gzip.
    pub(super) fn init(&self, zipped: Option<&ArrayBuffer>) -> Init {
        let headers = Init::new();
        if let Some(more) = self.more_headers() {
            Object::assign(headers.unchecked_ref(), more);
        }
        headers.set("content-type", &self.kind.as_str().into());
        // For other origins the header would cost a preflight: the collector recognises gzip by its first bytes.
        if zipped.is_some() && natives::is_own_origin(&self.url) {
            headers.set("content-encoding", &"gzip".into());
        }
        let init = Init::new();
        let body = self.body.as_str();
        // A low priority, so that the request does not slow down the page that is measured.
        for (name, value) in
            [("method", "POST"), ("body", body), ("credentials", "omit"), ("priority", "low")]
        {
            init.set(name, &JsValue::from_str(value));
        }
        if let Some(zipped) = zipped {
            init.set("body", zipped);
        }
        init.set("headers", &headers);
        init
    }
}

/// A request that is kept. In the database it is an object with the same members as in the npm package: `url`, `body`, `type`,
/// `headers` if there are any, `id`, `at`, `tries`.
#[derive(Clone)]
pub(super) struct KeptRequest {
    pub(super) request: Request,
    /// The beacon's id: a server that gets it twice counts it once.
    pub(super) id: String,
    /// When it was first kept, ms since the Unix epoch.
    pub(super) at: u64,
    /// How often it failed after it was kept.
    pub(super) tries: u32,
}

impl KeptRequest {
    pub(super) fn to_object(&self) -> JsValue {
        let object = Init::new();
        let Request { url, body, kind, headers } = &self.request;
        for (name, value) in [("url", url), ("body", body), ("type", kind), ("id", &self.id)] {
            object.set(name, &JsValue::from_str(value));
        }
        if self.request.has_headers() {
            object.set("headers", headers);
        }
        object.set("at", &JsValue::from_f64(self.at as f64));
        object.set("tries", &JsValue::from_f64(f64::from(self.tries)));
        object.into()
    }

    /// Reads an object. One that is no request gets the time 0, so that it counts as too old and is dropped.
    pub(super) fn from_object(object: &JsValue) -> Self {
        let text = |name: &'static str| read::member(object, name).and_then(|value| value.as_string());
        let number = |name: &'static str| read::member(object, name).and_then(|value| value.as_f64());
        let is_whole = text("url").is_some() && text("body").is_some() && text("type").is_some();
        Self {
            request: Request {
                url: text("url").unwrap_or_default(),
                body: text("body").unwrap_or_default(),
                kind: text("type").unwrap_or_default(),
                headers: read::member(object, "headers").unwrap_or_default(),
            },
            id: text("id").unwrap_or_default(),
            at: number("at").filter(|_| is_whole).unwrap_or_default() as u64,
            tries: number("tries").unwrap_or_default() as u32,
        }
    }
}
