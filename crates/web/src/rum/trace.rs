//! `traceparent` on the page's requests, so that a slow one can be found in the backend's traces:
//! <https://www.w3.org/TR/trace-context/>
use super::host;
use super::options::Traceparent;
use super::read;
use super::wrapped::Wrapped;
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
    _wrapped: Vec<Wrapped>,
}

/// Which requests carry what.
struct Rules {
    listed: Vec<String>,
    /// Where beacons go.
    endpoint: String,
    /// The trace: 32 hexadecimal digits; `None` while there is none.
    trace: Box<dyn Fn() -> Option<String>>,
}

impl Tracing {
    /// Wraps `fetch` and `XMLHttpRequest`, if any request is to carry the header. All others go out with the page's own
    /// arguments, of which nothing is read that the page could see.
    pub(super) fn start(
        whose: &Traceparent,
        endpoint: &str,
        trace: impl Fn() -> Option<String> + 'static,
    ) -> Option<Self> {
        let listed = match whose {
            Traceparent::Nowhere => Vec::new(),
            Traceparent::SameOrigin => vec!["/".into()],
            Traceparent::Listed(listed) => listed.clone(),
        };
        if listed.is_empty() {
            return None;
        }
        let endpoint = whole(endpoint).unwrap_or_else(|| "about:".into());
        let rules = Rc::new(Rules { listed, endpoint, trace: Box::new(trace) });
        let mut wrapped = Vec::new();
        wrapped.extend(wrap_fetch(&rules));
        wrapped.extend(wrap_requests(&rules).into_iter().flatten());
        Some(Self { _wrapped: wrapped })
    }
}

impl Rules {
    /// Whether a request to `url` is to have the header; of what is no address yet, nothing is known.
    fn wants(&self, url: Option<String>) -> bool {
        let href = url.and_then(|url| whole(&url));
        let origin = || host::location("origin");
        href.is_some_and(|href| is_traced(&href, &origin(), &self.listed, &self.endpoint))
    }

    fn value(&self) -> Option<String> {
        Some(traceparent(&(self.trace)()?, host::seed()))
    }

    /// The request that `fetch` would make of these arguments, with the header; `None` where they are right as they are.
    fn request(&self, make: &Function, input: &JsValue, init: &JsValue) -> Option<JsValue> {
        if !self.wants(address_of(input)) {
            return None;
        }
        // Made by the browser, as `fetch` begins with just that: what the page gave is read once, and in all its forms.
        // If it cannot be made, `fetch` says so in its own words.
        let request = Reflect::construct(make, &Array::of2(input, init)).ok()?;
        if self.wants(Some(read::text(&request, "url"))) {
            let headers = read::member(&request, "headers").unwrap_or_default();
            let has_none = read::call(&headers, "has", &[HEADER.into()]) == Some(JsValue::FALSE);
            if let Some(value) = self.value().filter(|_| has_none) {
                read::call(&headers, "set", &[HEADER.into(), value.into()]);
            }
        }
        Some(request)
    }
}

/// The address that the page gave, where it can be read without calling anything of the page's.
fn address_of(given: &JsValue) -> Option<String> {
    if given.is_instance_of::<Request>() {
        Some(read::text(given, "url"))
    } else if given.is_instance_of::<Url>() {
        Some(read::text(given, "href"))
    } else {
        given.as_string()
    }
}

fn wrap_fetch(rules: &Rc<Rules>) -> Option<Wrapped> {
    let rules = Rc::clone(rules);
    let make: Function = host::of_global("Request").dyn_into().ok()?;
    Wrapped::new(&js_sys::global(), "fetch", move |fetch, this, arguments| {
        match rules.request(&make, &arguments.get(0), &arguments.get(1)) {
            Some(request) => fetch.call1(&this, &request),
            None => fetch.apply(&this, &arguments),
        }
    })
}

fn wrap_requests(rules: &Rc<Rules>) -> [Option<Wrapped>; 3] {
    let prototype = read::member(&host::of_global("XMLHttpRequest"), "prototype").unwrap_or_default();
    let set_header = read::member(&prototype, "setRequestHeader").unwrap_or_default();
    // Requests that are to have the header, and do not have it yet.
    let wanted: WeakSet = WeakSet::new();
    let (opened, named) = (wanted.clone(), wanted.clone());
    let (opens, rules) = (Rc::clone(rules), Rc::clone(rules));
    [
        Wrapped::new(&prototype, "open", move |open, this, arguments| {
            // By the base of this moment, as the browser does it.
            let is_wanted = opens.wants(address_of(&arguments.get(1)));
            let result = open.apply(&this, &arguments)?;
            if let Some(request) = this.dyn_ref::<Object>() {
                if is_wanted {
                    opened.add(request);
                } else {
                    opened.delete(request);
                }
            }
            Ok(result)
        }),
        Wrapped::new(&prototype, "setRequestHeader", move |set, this, arguments| {
            let name = arguments.get(0).as_string();
            // Its own: two would be joined to one that nobody can read.
            if name.is_none_or(|name| name.eq_ignore_ascii_case(HEADER))
                && let Some(request) = this.dyn_ref::<Object>()
            {
                named.delete(request);
            }
            set.apply(&this, &arguments)
        }),
        Wrapped::new(&prototype, "send", move |send, this, arguments| {
            let is_wanted = this.dyn_ref::<Object>().is_some_and(|request| wanted.delete(request));
            if let (true, Some(value), Some(set)) =
                (is_wanted, rules.value(), set_header.dyn_ref::<Function>())
            {
                let _ = set.call2(&this, &HEADER.into(), &value.into());
            }
            send.apply(&this, &arguments)
        }),
    ]
}

/// `url` as a whole address.
fn whole(url: &str) -> Option<String> {
    let origin = host::location("origin");
    let base = read::text(&host::of_global("document"), "baseURI");
    // Most addresses are paths: to parse each would cost more than all the rest.
    let is_path = matches!(url.as_bytes(), [b'/', next, ..] if next.is_ascii_alphanumeric());
    if is_path && base.strip_prefix(origin.as_str()).is_some_and(|rest| rest.starts_with('/')) {
        return Some(origin + url);
    }
    host::address_from(url, &base).map(|url| read::text(&url, "href"))
}
