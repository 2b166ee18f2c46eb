//! Adds `traceparent` to the page's requests, so that slow ones can be found in the backend's traces:
//! <https://www.w3.org/TR/trace-context/>
use super::browser;
use super::method_proxy::MethodProxy;
use super::options::Traceparent;
use super::read;
use js_sys::{Array, Function, Object, Reflect, WeakSet};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::traceparent::{HEADER, is_traced, traceparent};

#[wasm_bindgen]
extern "C" {
    type Request;
    #[wasm_bindgen(js_name = URL)]
    type Url;
}

/// Adds the header to the page's requests, until it is dropped.
#[must_use = "dropping it takes the header away"]
pub(super) struct Tracing {
    _wrapped: Vec<MethodProxy>,
}

/// Which requests carry the header, and its trace id.
struct Rules {
    listed: Vec<String>,
    /// The URL of the collector.
    endpoint: String,
    /// The trace id, 32 hexadecimal digits; `None` while there is no page view.
    trace: Box<dyn Fn() -> Option<String>>,
}

impl Tracing {
    /// Wraps `fetch` and `XMLHttpRequest`, if any request may carry the header. Other requests are sent with the page's own
    /// arguments; nothing is read from them that could run code of the page.
    pub(super) fn start(
        requests: &Traceparent,
        endpoint: &str,
        trace: impl Fn() -> Option<String> + 'static,
    ) -> Option<Self> {
        let listed = match requests {
            Traceparent::Nowhere => Vec::new(),
            Traceparent::SameOrigin => vec!["/".into()],
            Traceparent::Listed(listed) => listed.clone(),
        };
        if listed.is_empty() {
            return None;
        }
        let endpoint = absolute(endpoint).unwrap_or_else(|| "about:".into());
        let rules = Rc::new(Rules { listed, endpoint, trace: Box::new(trace) });
        let mut wrapped = Vec::new();
        wrapped.extend(wrap_fetch(&rules));
        wrapped.extend(wrap_requests(&rules).into_iter().flatten());
        Some(Self { _wrapped: wrapped })
    }
}

impl Rules {
    /// Whether a request to `url` carries the header; not if the URL is unknown or invalid.
    fn is_traced(&self, url: Option<String>) -> bool {
        let href = url.and_then(|url| absolute(&url));
        let origin = || browser::location("origin");
        href.is_some_and(|href| is_traced(&href, &origin(), &self.listed, &self.endpoint))
    }

    fn value(&self) -> Option<String> {
        Some(traceparent(&(self.trace)()?, browser::seed()))
    }

    /// The request that `fetch` would make of these arguments, with the header; `None` if the request is not traced.
    fn request(&self, make: &Function, input: &JsValue, init: &JsValue) -> Option<JsValue> {
        if !self.is_traced(address_of(input)) {
            return None;
        }
        // `fetch` itself starts by constructing a `Request`, so the arguments are read once, in any form. If that fails,
        // `fetch` gets the arguments and reports the error.
        let request = Reflect::construct(make, &Array::of2(input, init)).ok()?;
        if self.is_traced(Some(read::text(&request, "url"))) {
            let headers = read::member(&request, "headers").unwrap_or_default();
            let has_none = read::call(&headers, "has", &[HEADER.into()]) == Some(JsValue::FALSE);
            if let Some(value) = self.value().filter(|_| has_none) {
                read::call(&headers, "set", &[HEADER.into(), value.into()]);
            }
        }
        Some(request)
    }
}

/// The URL in an argument, if it can be read without running code of the page.
fn address_of(given: &JsValue) -> Option<String> {
    if given.is_instance_of::<Request>() {
        Some(read::text(given, "url"))
    } else if given.is_instance_of::<Url>() {
        Some(read::text(given, "href"))
    } else {
        given.as_string()
    }
}

fn wrap_fetch(rules: &Rc<Rules>) -> Option<MethodProxy> {
    let rules = Rc::clone(rules);
    let make: Function = browser::of_global("Request").dyn_into().ok()?;
    MethodProxy::new(&js_sys::global(), "fetch", move |fetch, this, arguments| {
        match rules.request(&make, &arguments.get(0), &arguments.get(1)) {
            Some(request) => fetch.call1(&this, &request),
            None => fetch.apply(&this, &arguments),
        }
    })
}

fn wrap_requests(rules: &Rc<Rules>) -> [Option<MethodProxy>; 3] {
    let prototype = read::member(&browser::of_global("XMLHttpRequest"), "prototype").unwrap_or_default();
    let set_header = read::member(&prototype, "setRequestHeader").unwrap_or_default();
    // Requests that need the header and do not have it yet, and those that got it here.
    let (wanted, traced): (WeakSet, WeakSet) = (WeakSet::new(), WeakSet::new());
    let (opened, has_header) = (wanted.clone(), wanted.clone());
    let (reopened, sent) = (traced.clone(), traced.clone());
    let (opens, rules) = (Rc::clone(rules), Rc::clone(rules));
    [
        MethodProxy::new(&prototype, "open", move |open, this, arguments| {
            // Resolved against the current base URL, as the browser does.
            let is_wanted = opens.is_traced(address_of(&arguments.get(1)));
            let result = open.apply(&this, &arguments)?;
            if let Some(request) = this.dyn_ref::<Object>() {
                reopened.delete(request);
                if is_wanted {
                    opened.add(request);
                } else {
                    opened.delete(request);
                }
            }
            Ok(result)
        }),
        MethodProxy::new(&prototype, "setRequestHeader", move |set, this, arguments| {
            let name = arguments.get(0).as_string();
            // The page sets the header itself: two values would be joined to an invalid one. What other tracers set while it is
            // sent comes too late.
            if name.is_none_or(|name| name.eq_ignore_ascii_case(HEADER))
                && let Some(request) = this.dyn_ref::<Object>()
            {
                if sent.has(request) {
                    return Ok(JsValue::UNDEFINED);
                }
                has_header.delete(request);
            }
            set.apply(&this, &arguments)
        }),
        MethodProxy::new(&prototype, "send", move |send, this, arguments| {
            let wanting = this.dyn_ref::<Object>().filter(|&request| wanted.delete(request));
            if let (Some(request), Some(value), Some(set)) =
                (wanting, rules.value(), set_header.dyn_ref::<Function>())
            {
                let _ = set.call2(&this, &HEADER.into(), &value.into());
                traced.add(request);
            }
            send.apply(&this, &arguments)
        }),
    ]
}

/// `url` as an absolute URL.
fn absolute(url: &str) -> Option<String> {
    let origin = browser::location("origin");
    let base = read::text(&browser::of_global("document"), "baseURI");
    // Most URLs are absolute paths: parsing each would cost more than everything else here.
    let is_path = matches!(url.as_bytes(), [b'/', next, ..] if next.is_ascii_alphanumeric());
    if is_path && base.strip_prefix(origin.as_str()).is_some_and(|rest| rest.starts_with('/')) {
        return Some(origin + url);
    }
    browser::parse_url_from(url, &base).map(|url| read::text(&url, "href"))
}
