//! `traceparent` on the page's requests, so that a slow one can be found in the backend's traces:
//! <https://www.w3.org/TR/trace-context/>
use super::host::{self, Init};
use super::options::Traceparent;
use super::read;
use js_sys::{Array, Function, Object, Proxy, Reflect, WeakMap};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::traceparent::{HEADER, is_traced, traceparent};

#[wasm_bindgen]
extern "C" {
    type Request;

    type Headers;
    #[wasm_bindgen(constructor, catch)]
    fn new(given: &JsValue) -> Result<Headers, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn has(this: &Headers, name: &str) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn set(this: &Headers, name: &str, value: &str) -> Result<(), JsValue>;
}

/// Adds the header to the page's requests, until it is dropped.
#[must_use = "dropping it takes the header away"]
pub(super) struct Tracing {
    rules: Rc<Rules>,
    wrapped: Vec<Wrapped>,
}

/// Which requests carry what.
struct Rules {
    listed: Vec<String>,
    /// Where beacons go.
    endpoint: String,
    /// The trace: 32 hexadecimal digits; `None` while there is none.
    trace: Box<dyn Fn() -> Option<String>>,
    /// A wrapper that someone else holds on to stays, and does nothing any more.
    active: Cell<bool>,
}

impl Tracing {
    /// Wraps `fetch` and `XMLHttpRequest`, if any request is to carry the header.
    pub(super) fn start(
        whose: &Traceparent,
        endpoint: &str,
        trace: impl Fn() -> Option<String> + 'static,
    ) -> Option<Self> {
        let listed = match whose {
            Traceparent::Nowhere => return None,
            Traceparent::SameOrigin => Vec::new(),
            Traceparent::Listed(listed) => listed.clone(),
        };
        let endpoint = whole(endpoint).unwrap_or_else(|| "about:".into());
        let rules = Rc::new(Rules { listed, endpoint, trace: Box::new(trace), active: Cell::new(true) });
        let mut wrapped = Vec::new();
        wrapped.extend(wrap_fetch(&rules));
        wrapped.extend(wrap_requests(&rules).into_iter().flatten());
        Some(Self { rules, wrapped })
    }
}

impl Drop for Tracing {
    fn drop(&mut self) {
        self.rules.active.set(false);
        for wrapped in &self.wrapped {
            wrapped.restore();
        }
    }
}

impl Rules {
    /// The header for a request to `url`; `None` where it is to have none.
    fn header(&self, url: &str) -> Option<String> {
        if !self.active.get() {
            return None;
        }
        let href = whole(url)?;
        if !is_traced(&href, &host::location("origin"), &self.listed, &self.endpoint) {
            return None;
        }
        Some(traceparent(&(self.trace)()?, host::seed()))
    }

    /// The options of a `fetch` with the header among them; `None` where they are right as they are.
    fn with_header(&self, input: &JsValue, init: &JsValue) -> Option<JsValue> {
        let is_request = input.is_instance_of::<Request>();
        let member = |name: &'static str| {
            let own = read::member(init, name);
            own.or_else(|| read::member(input, name).filter(|_| is_request)).unwrap_or_default()
        };
        // Without CORS, only some headers may be set.
        if member("mode") == JsValue::from_str("no-cors") {
            return None;
        }
        let url =
            if is_request { read::text(input, "url") } else { host::to_string(input).ok()?.as_string()? };
        let value = self.header(&url)?;
        let headers = Headers::new(&member("headers")).ok()?;
        // Its own goes before.
        if headers.has(HEADER).ok()? {
            return None;
        }
        headers.set(HEADER, &value).ok()?;
        let with = Object::new();
        if init.is_object() {
            Object::assign(&with, init.unchecked_ref());
        }
        with.unchecked_ref::<Init>().set("headers", &headers);
        Some(with.into())
    }
}

/// A member that was put in another's place.
struct Wrapped {
    owner: JsValue,
    name: &'static str,
    original: Function,
    wrapper: JsValue,
}

impl Wrapped {
    /// Puts a function in the place of `owner.name` that calls `around` with the original, `this` and the arguments.
    fn new(
        owner: &JsValue,
        name: &'static str,
        around: impl Fn(Function, JsValue, Array) -> Result<JsValue, JsValue> + 'static,
    ) -> Option<Self> {
        let original: Function = read::member(owner, name)?.dyn_into().ok()?;
        let apply = Closure::<dyn Fn(Function, JsValue, Array) -> Result<JsValue, JsValue>>::new(around);
        // It lives as long as anyone holds on to the wrapper, which may be longer than this.
        let handler = Init::new();
        handler.set("apply", &apply.into_js_value());
        let wrapper: JsValue = Proxy::new(&original, handler.unchecked_ref()).into();
        let this = Self { owner: owner.clone(), name, original, wrapper };
        this.put(&this.wrapper).then_some(this)
    }

    fn put(&self, function: &JsValue) -> bool {
        Reflect::set(&self.owner, &self.name.into(), function).unwrap_or(false)
    }

    /// Unless someone has wrapped it again since.
    fn restore(&self) {
        if read::member(&self.owner, self.name).as_ref() == Some(&self.wrapper) {
            self.put(&self.original);
        }
    }
}

fn wrap_fetch(rules: &Rc<Rules>) -> Option<Wrapped> {
    let rules = Rc::clone(rules);
    Wrapped::new(&js_sys::global(), "fetch", move |fetch, this, arguments| {
        if let Some(init) = rules.with_header(&arguments.get(0), &arguments.get(1)) {
            arguments.set(1, init);
        }
        fetch.apply(&this, &arguments)
    })
}

fn wrap_requests(rules: &Rc<Rules>) -> [Option<Wrapped>; 3] {
    let prototype = read::member(&host::of_global("XMLHttpRequest"), "prototype").unwrap_or_default();
    let set_header = read::member(&prototype, "setRequestHeader").unwrap_or_default();
    // The addresses of requests that have no such header yet.
    let urls = WeakMap::new();
    let (opened, named, rules) = (urls.clone(), urls.clone(), Rc::clone(rules));
    [
        Wrapped::new(&prototype, "open", move |open, this, arguments| {
            if let (Some(request), Ok(url)) = (this.dyn_ref::<Object>(), host::to_string(&arguments.get(1))) {
                opened.set(request, &url);
            }
            open.apply(&this, &arguments)
        }),
        Wrapped::new(&prototype, "setRequestHeader", move |set, this, arguments| {
            let name = host::to_string(&arguments.get(0)).ok().and_then(|name| name.as_string());
            // Its own: two would be joined to one that nobody can read.
            if name.is_some_and(|name| name.eq_ignore_ascii_case(HEADER))
                && let Some(request) = this.dyn_ref::<Object>()
            {
                named.delete(request);
            }
            set.apply(&this, &arguments)
        }),
        Wrapped::new(&prototype, "send", move |send, this, arguments| {
            let url = this.dyn_ref::<Object>().and_then(|request| urls.get(request).as_string());
            if let (Some(value), Some(set)) =
                (url.and_then(|url| rules.header(&url)), set_header.dyn_ref::<Function>())
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
