//! What of the browser this part needs. Performance entries and events are read member by member, see
//! [`read`](super::read).
//!
//! Whatever a page or an extension may have broken, or a setting may forbid, is taken as a value or a
//! `Result`: nothing here throws into the page.
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

    /// The options of `observe`, of `fetch` and of others.
    pub(super) type Init;
    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn set(this: &Init, option: &str, value: &JsValue);

    /// `PerformanceObserver`; without it nothing can be measured.
    pub(super) type Observer;
    #[wasm_bindgen(constructor, js_class = PerformanceObserver, catch)]
    pub(super) fn new(callback: &JsValue) -> Result<Observer, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn observe(this: &Observer, options: &Init) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = takeRecords)]
    pub(super) fn take_records(this: &Observer) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn disconnect(this: &Observer) -> Result<(), JsValue>;

    /// An address.
    pub(super) type Url;
    #[wasm_bindgen(constructor, js_class = URL, catch)]
    fn new(url: &str, base: &str) -> Result<Url, JsValue>;
}

impl Init {
    /// Without a prototype: setting an option must not call what the page put on `Object.prototype`, nor must browsers find
    /// there what is not named.
    pub(super) fn new() -> Self {
        Object::create(JsValue::NULL.unchecked_ref::<Object>()).unchecked_into()
    }
}

/// The timer's number; 0 where there is none.
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

/// ms since the document began; NaN, which no measurement is, where the page took the clock away.
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

/// `None` where the browser has no idle moments.
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

/// 64 random bits, for names that must differ. Not from `Math.random`: a page may have seeded it, so that all its visitors
/// would have one name, and each number drawn from it is one that the page does not get.
pub(super) fn seed() -> u64 {
    let words = Uint32Array::new_with_length(2);
    match read::call(&of_global("crypto"), "getRandomValues", &[words.clone().into()]) {
        Some(_) => u64::from(words.get_index(0)) << 32 | u64::from(words.get_index(1)),
        None => by_clocks(),
    }
}

/// From 0 up to 1.
pub(super) fn chance() -> f64 {
    (seed() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Where there is no `crypto`: the clocks, which no two pages read at the same moment.
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

/// The types of performance entries that can be observed. Browsers before 2019 do not say: they know none of these.
pub(super) fn supported_entry_types() -> Vec<String> {
    let types = read::list(&of_global("PerformanceObserver"), "supportedEntryTypes");
    types.iter().filter_map(JsValue::as_string).collect()
}

/// The performance entries of a type that the browser kept.
pub(super) fn entries(kind: &str) -> Vec<JsValue> {
    let entries = read::call(&of_global("performance"), "getEntriesByType", &[kind.into()]);
    entries.map(|entries| read::items(&entries)).unwrap_or_default()
}

/// The performance entries of a name and a type that the browser kept.
pub(super) fn entries_of(name: &str, kind: &str) -> Vec<JsValue> {
    let entries = read::call(&of_global("performance"), "getEntriesByName", &[name.into(), kind.into()]);
    entries.map(|entries| read::items(&entries)).unwrap_or_default()
}

/// The entry of the navigation. Browsers say 0, for privacy, or nonsense at times; then nothing of it can be believed.
pub(super) fn navigation_entry() -> Option<JsValue> {
    let entry = entries("navigation").into_iter().next()?;
    let first_byte = read::number(&entry, "responseStart");
    (first_byte > 0.0 && first_byte < now()).then_some(entry)
}

/// How many interactions there were, where the browser counts them.
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

/// A part of the page's address, such as `pathname`.
pub(super) fn location(part: &'static str) -> String {
    read::text(&of_global("location"), part)
}

/// The route that the page shows.
pub(super) fn route() -> String {
    scrub::route(&location("pathname"), &location("hash"))
}

/// An address as the page understands it; `None` where it is none.
pub(super) fn address(url: &str) -> Option<Url> {
    address_from(url, &location("href"))
}

/// An address in whole, as a request of the page's goes to it now: by the document's base.
pub(super) fn whole(url: &str) -> Option<String> {
    let base = read::text(&of_global("document"), "baseURI");
    address_from(url, &base).map(|url| read::text(&url, "href"))
}

/// An address as it is understood from `base`; `None` where it is none.
pub(super) fn address_from(url: &str, base: &str) -> Option<Url> {
    Url::new(url, base).ok()
}

/// What is told of an address that the page has, be it relative.
pub(super) fn scrubbed(url: &str) -> String {
    address(url).map_or_else(|| scrub::text(url), |url| scrub::address(&read::text(&url, "href")))
}

/// Whether the main pointer is a finger, and the shorter side of the screen in CSS pixels.
pub(super) fn device() -> (bool, f64) {
    let query = read::call(&global(), "matchMedia", &["(pointer: coarse)".into()]).unwrap_or_default();
    let screen = of_global("screen");
    let (width, height) = (read::positive(&screen, "width"), read::positive(&screen, "height"));
    (read::flag(&query, "matches"), width.min(height))
}

/// How the network is rated, where the browser says.
pub(super) fn connection() -> Option<String> {
    read::member(&read::member(&of_global("navigator"), "connection")?, "effectiveType")?.as_string()
}

/// The device's memory in GiB, where the browser says.
pub(super) fn memory() -> Option<f64> {
    read::member(&of_global("navigator"), "deviceMemory")?.as_f64()
}

/// Whether the user told the browser that they do not want to be followed: Global Privacy Control, Do Not Track.
pub(super) fn declines() -> bool {
    let navigator = of_global("navigator");
    let told = read::member(&navigator, "doNotTrack").or_else(|| read::member(&global(), "doNotTrack"));
    let told = told.and_then(|told| told.as_string()).unwrap_or_default();
    read::flag(&navigator, "globalPrivacyControl") || told == "1" || told == "yes"
}

/// The tab's storage, where it may be used.
pub(super) fn storage() -> Option<JsValue> {
    read::member(&global(), "sessionStorage")
}
