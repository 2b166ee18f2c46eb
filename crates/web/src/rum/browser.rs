//! Bindings to browser APIs. Performance entries and events are read member by member, see [`read`](super::read).
//!
//! A page or an extension may have broken any API, and a setting may forbid it: calls return an `Option`, a `Result` or a
//! default, and nothing here throws into the page.
use super::read;
use js_sys::{Array, Math, Object, Uint32Array, global};
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::scrub;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = String, catch)]
    pub(super) fn to_string(value: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = Object, catch)]
    pub(super) fn keys(object: &Object) -> Result<Array, JsValue>;
    #[wasm_bindgen(js_namespace = Array, js_name = isArray, catch)]
    pub(super) fn is_array(value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(js_name = RegExp, catch)]
    pub(super) fn regular_expression(pattern: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = console)]
    pub(super) fn warn(text: &str, why: &JsValue);

    /// An object of options, for `observe`, `fetch` and others.
    pub(super) type Init;
    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn set(this: &Init, option: &str, value: &JsValue);

    /// `PerformanceObserver`
    pub(super) type Observer;
    #[wasm_bindgen(constructor, js_class = PerformanceObserver, catch)]
    pub(super) fn new(callback: &JsValue) -> Result<Observer, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn observe(this: &Observer, options: &Init) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = takeRecords)]
    pub(super) fn take_records(this: &Observer) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn disconnect(this: &Observer) -> Result<(), JsValue>;

    /// `URL`
    pub(super) type Url;
    #[wasm_bindgen(constructor, js_class = URL, catch)]
    fn new(url: &str, base: &str) -> Result<Url, JsValue>;
}

impl Init {
    /// An object without a prototype: a page may have put setters and options on `Object.prototype`.
    pub(super) fn new() -> Self {
        Object::create(JsValue::NULL.unchecked_ref::<Object>()).unchecked_into()
    }
}

/// The id of the timer; 0 if there is none.
pub(super) fn set_timeout(callback: &JsValue, ms: f64) -> f64 {
    number_of("setTimeout", &[callback.clone(), ms.into()])
}

pub(super) fn clear_timeout(id: f64) {
    cancel("clearTimeout", id);
}

pub(super) fn request_animation_frame(callback: &JsValue) -> f64 {
    number_of("requestAnimationFrame", std::slice::from_ref(callback))
}

pub(super) fn cancel_animation_frame(id: f64) {
    cancel("cancelAnimationFrame", id);
}

fn number_of(method: &'static str, arguments: &[JsValue]) -> f64 {
    read::call(&global(), method, arguments).and_then(|id| id.as_f64()).unwrap_or(0.0)
}

fn cancel(method: &'static str, id: f64) {
    if id > 0.0 {
        read::call(&global(), method, &[id.into()]);
    }
}

/// `performance.now()`; NaN, which counts as no measurement, if the page removed it.
pub(super) fn now() -> f64 {
    read::call(&of_global("performance"), "now", &[]).and_then(|now| now.as_f64()).unwrap_or(f64::NAN)
}

/// A member of the global object, such as `document`.
pub(super) fn of_global(name: &'static str) -> JsValue {
    read::member(&global(), name).unwrap_or_default()
}

pub(super) fn add_event_listener(target: &JsValue, kind: &str, listener: &JsValue, capture: bool) {
    read::call(target, "addEventListener", &[kind.into(), listener.clone(), capture.into()]);
}

pub(super) fn remove_event_listener(target: &JsValue, kind: &str, listener: &JsValue, capture: bool) {
    read::call(target, "removeEventListener", &[kind.into(), listener.clone(), capture.into()]);
}

/// The id of the idle callback; `None` if the browser has no `requestIdleCallback`.
pub(super) fn request_idle_callback(callback: &JsValue, timeout: f64) -> Option<f64> {
    let options = Init::new();
    options.set("timeout", &timeout.into());
    read::call(&global(), "requestIdleCallback", &[callback.clone(), options.into()])?.as_f64()
}

pub(super) fn cancel_idle_callback(id: f64) {
    cancel("cancelIdleCallback", id);
}

/// ms since the Unix epoch.
pub(super) fn wall_clock() -> f64 {
    js_sys::Date::now()
}

/// 64 random bits for ids. Not from `Math.random`: a page may have seeded it, so that all visitors would get the same id, and
/// each call changes the numbers that the page gets.
pub(super) fn seed() -> u64 {
    let words = Uint32Array::new_with_length(2);
    match read::call(&of_global("crypto"), "getRandomValues", &[words.clone().into()]) {
        Some(_) => u64::from(words.get_index(0)) << 32 | u64::from(words.get_index(1)),
        None => by_clocks(),
    }
}

/// A random number from 0 up to 1.
pub(super) fn chance() -> f64 {
    (seed() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Random bits from the clocks, for browsers without `crypto`: no two pages read them at the same moment.
fn by_clocks() -> u64 {
    thread_local! {
        static STATE: Cell<u64> = const { Cell::new(0) };
    }
    let origin = read::positive(&of_global("performance"), "timeOrigin");
    let mut state = STATE.get();
    for value in [wall_clock(), now() * 1e6, origin * 1e3, Math::random() * 4_294_967_296.0] {
        state = (state ^ value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
        state ^= state >> 31;
    }
    STATE.set(state);
    state
}

/// `PerformanceObserver.supportedEntryTypes`; empty in browsers before 2019, which support none of the types used here.
pub(super) fn supported_entry_types() -> Vec<String> {
    let types = read::list(&of_global("PerformanceObserver"), "supportedEntryTypes");
    types.iter().filter_map(JsValue::as_string).collect()
}

/// The buffered performance entries of a type.
pub(super) fn entries(kind: &str) -> Vec<JsValue> {
    let entries = read::call(&of_global("performance"), "getEntriesByType", &[kind.into()]);
    entries.map(|entries| read::items(&entries)).unwrap_or_default()
}

/// The buffered performance entries of a name and a type.
pub(super) fn entries_of(name: &str, kind: &str) -> Vec<JsValue> {
    let entries = read::call(&of_global("performance"), "getEntriesByName", &[name.into(), kind.into()]);
    entries.map(|entries| read::items(&entries)).unwrap_or_default()
}

/// The navigation entry, unless its `responseStart` is 0 or in the future: browsers hide times for privacy or report wrong
/// ones at times, and then none of them is reliable.
pub(super) fn navigation_entry() -> Option<JsValue> {
    let entry = entries("navigation").into_iter().next()?;
    let first_byte = read::number(&entry, "responseStart");
    (first_byte > 0.0 && first_byte < now()).then_some(entry)
}

/// When a prerendered page was shown; 0 for all others.
pub(super) fn activation_start() -> f64 {
    navigation_entry().map_or(0.0, |entry| read::positive(&entry, "activationStart"))
}

/// `performance.interactionCount`, if the browser has it.
pub(super) fn interaction_count() -> Option<f64> {
    read::member(&of_global("performance"), "interactionCount")?.as_f64()
}

pub(super) fn is_hidden() -> bool {
    read::flag(&of_global("document"), "hidden")
}

pub(super) fn is_prerendering() -> bool {
    read::flag(&of_global("document"), "prerendering")
}

pub(super) fn was_discarded() -> bool {
    read::flag(&of_global("document"), "wasDiscarded")
}

/// `document.readyState`
pub(super) fn ready_state() -> String {
    read::text(&of_global("document"), "readyState")
}

/// A member of `location`, such as `pathname`.
pub(super) fn location(part: &'static str) -> String {
    read::text(&of_global("location"), part)
}

/// The current route, not scrubbed.
pub(super) fn route() -> String {
    scrub::route(&location("pathname"), &location("hash"))
}

/// `text` as a URL, relative to the page's; `None` if it is invalid.
pub(super) fn parse_url(url: &str) -> Option<Url> {
    parse_url_from(url, &location("href"))
}

/// `url` as an absolute URL, relative to the document's base, as for a request.
pub(super) fn absolute_url(url: &str) -> Option<String> {
    let base = read::text(&of_global("document"), "baseURI");
    parse_url_from(url, &base).map(|url| read::text(&url, "href"))
}

/// `url` as a URL relative to `base`; `None` if it is invalid.
pub(super) fn parse_url_from(url: &str, base: &str) -> Option<Url> {
    Url::new(url, base).ok()
}

/// A URL of the page, possibly relative, scrubbed.
pub(super) fn scrubbed(url: &str) -> String {
    parse_url(url).map_or_else(|| scrub::text(url), |url| scrub::address(&read::text(&url, "href")))
}

/// Whether the primary pointer is coarse, and the shorter side of the screen in CSS pixels.
pub(super) fn device() -> (bool, f64) {
    let query = read::call(&global(), "matchMedia", &["(pointer: coarse)".into()]).unwrap_or_default();
    let screen = of_global("screen");
    let (width, height) = (read::positive(&screen, "width"), read::positive(&screen, "height"));
    (read::flag(&query, "matches"), width.min(height))
}

/// `navigator.connection.effectiveType`, if the browser has it.
pub(super) fn connection() -> Option<String> {
    read::member(&read::member(&of_global("navigator"), "connection")?, "effectiveType")?.as_string()
}

/// `navigator.deviceMemory` in GiB, if the browser has it.
pub(super) fn memory() -> Option<f64> {
    read::member(&of_global("navigator"), "deviceMemory")?.as_f64()
}

/// Whether the user opted out of tracking: Global Privacy Control or Do Not Track.
pub(super) fn opts_out_of_tracking() -> bool {
    let navigator = of_global("navigator");
    let do_not_track =
        read::member(&navigator, "doNotTrack").or_else(|| read::member(&global(), "doNotTrack"));
    let do_not_track = do_not_track.and_then(|value| value.as_string()).unwrap_or_default();
    read::flag(&navigator, "globalPrivacyControl") || do_not_track == "1" || do_not_track == "yes"
}

/// `sessionStorage`, if it may be used.
pub(super) fn storage() -> Option<JsValue> {
    read::member(&global(), "sessionStorage")
}
