//! What of the browser this part needs, and no more: each import is bytes in every page.
//!
//! Whatever a page or an extension may have broken, or a setting may forbid, is taken as a value or a
//! `Result`: nothing here throws into the page.
use alloc::string::String;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = addEventListener)]
    pub(super) fn add_event_listener(kind: &str, listener: &JsValue, capture: bool);
    #[wasm_bindgen(js_name = removeEventListener)]
    pub(super) fn remove_event_listener(kind: &str, listener: &JsValue, capture: bool);
    #[wasm_bindgen(js_name = setTimeout)]
    pub(super) fn set_timeout(callback: &JsValue, ms: f64) -> f64;
    #[wasm_bindgen(js_name = clearTimeout)]
    pub(super) fn clear_timeout(id: f64);
    #[wasm_bindgen(js_name = requestAnimationFrame)]
    pub(super) fn request_animation_frame(callback: &JsValue) -> f64;
    #[wasm_bindgen(js_name = cancelAnimationFrame)]
    pub(super) fn cancel_animation_frame(id: f64);
    #[wasm_bindgen(js_name = String, catch)]
    pub(super) fn to_string(value: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = matchMedia, catch)]
    fn match_media(query: &str) -> Result<MediaQuery, JsValue>;

    #[wasm_bindgen(js_namespace = Math)]
    pub(super) fn random() -> f64;
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    pub(super) fn wall_clock() -> f64;

    type MediaQuery;
    #[wasm_bindgen(method, getter)]
    fn matches(this: &MediaQuery) -> bool;

    /// The options of `observe`, of `fetch` and of others.
    pub(super) type Init;
    #[wasm_bindgen(constructor, js_class = Object)]
    pub(super) fn new() -> Init;
    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn set(this: &Init, option: &str, value: &JsValue);

    pub(super) type Performance;
    #[wasm_bindgen(method)]
    fn now(this: &Performance) -> f64;
    #[wasm_bindgen(method, js_name = getEntriesByType)]
    fn get_entries_by_type(this: &Performance, kind: &str) -> List;
    #[wasm_bindgen(method, getter, js_name = interactionCount)]
    fn interaction_count(this: &Performance) -> Option<f64>;

    /// `PerformanceObserver`; without it nothing can be measured.
    pub(super) type Observer;
    #[wasm_bindgen(constructor, js_class = PerformanceObserver, catch)]
    pub(super) fn new(callback: &JsValue) -> Result<Observer, JsValue>;
    #[wasm_bindgen(static_method_of = Observer, js_class = PerformanceObserver, getter, js_name = supportedEntryTypes)]
    pub(super) fn supported_entry_types() -> Option<List>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn observe(this: &Observer, options: &Init) -> Result<(), JsValue>;
    #[wasm_bindgen(method, js_name = takeRecords)]
    pub(super) fn take_records(this: &Observer) -> List;
    #[wasm_bindgen(method)]
    pub(super) fn disconnect(this: &Observer);

    /// What an observer's callback is given.
    pub(super) type EntryList;
    #[wasm_bindgen(method, js_name = getEntries)]
    pub(super) fn get_entries(this: &EntryList) -> List;

    /// An array of entries, or of names.
    pub(super) type List;
    #[wasm_bindgen(method, getter)]
    pub(super) fn length(this: &List) -> u32;
    #[wasm_bindgen(method, structural, indexing_getter)]
    pub(super) fn get(this: &List, index: u32) -> Entry;
    #[wasm_bindgen(method)]
    pub(super) fn includes(this: &List, name: &str) -> bool;

    /// A performance entry of any type. Numbers that it does not have are NaN.
    pub(super) type Entry;
    #[wasm_bindgen(method, getter, js_name = entryType)]
    pub(super) fn entry_type(this: &Entry) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn name(this: &Entry) -> String;
    #[wasm_bindgen(method, getter, js_name = startTime)]
    pub(super) fn start_time(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter)]
    pub(super) fn duration(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter)]
    pub(super) fn value(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = hadRecentInput)]
    pub(super) fn had_recent_input(this: &Entry) -> bool;
    #[wasm_bindgen(method, getter, js_name = interactionId)]
    pub(super) fn interaction_id(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = responseStart)]
    pub(super) fn response_start(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = activationStart)]
    pub(super) fn activation_start(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = redirectStart)]
    pub(super) fn redirect_start(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = redirectEnd)]
    pub(super) fn redirect_end(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = domainLookupStart)]
    pub(super) fn domain_lookup_start(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = domainLookupEnd)]
    pub(super) fn domain_lookup_end(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = connectStart)]
    pub(super) fn connect_start(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = secureConnectionStart)]
    pub(super) fn secure_connection_start(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = connectEnd)]
    pub(super) fn connect_end(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = requestStart)]
    pub(super) fn request_start(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = responseEnd)]
    pub(super) fn response_end(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = domComplete)]
    pub(super) fn dom_complete(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = loadEventStart)]
    pub(super) fn load_event_start(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = loadEventEnd)]
    pub(super) fn load_event_end(this: &Entry) -> f64;
    #[wasm_bindgen(method, getter, js_name = type)]
    pub(super) fn navigation_type(this: &Entry) -> String;

    pub(super) type Document;
    #[wasm_bindgen(method, getter)]
    fn hidden(this: &Document) -> bool;
    #[wasm_bindgen(method, getter)]
    fn prerendering(this: &Document) -> bool;
    #[wasm_bindgen(method, getter, js_name = wasDiscarded)]
    fn was_discarded(this: &Document) -> bool;
    #[wasm_bindgen(method, getter, js_name = readyState)]
    fn ready_state(this: &Document) -> String;

    type Location;
    #[wasm_bindgen(method, getter)]
    fn pathname(this: &Location) -> String;

    type Screen;
    #[wasm_bindgen(method, getter)]
    fn width(this: &Screen) -> f64;
    #[wasm_bindgen(method, getter)]
    fn height(this: &Screen) -> f64;

    type Navigator;
    #[wasm_bindgen(method, getter, catch)]
    fn connection(this: &Navigator) -> Result<Option<NetworkInformation>, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = deviceMemory)]
    fn device_memory(this: &Navigator) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = globalPrivacyControl)]
    fn global_privacy_control(this: &Navigator) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = doNotTrack)]
    fn do_not_track(this: &Navigator) -> Result<JsValue, JsValue>;

    type NetworkInformation;
    #[wasm_bindgen(method, getter, catch, js_name = effectiveType)]
    fn effective_type(this: &NetworkInformation) -> Result<JsValue, JsValue>;

    type Global;
    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    static GLOBAL: Global;
    #[wasm_bindgen(method, getter)]
    fn performance(this: &Global) -> Performance;
    #[wasm_bindgen(method, getter)]
    fn document(this: &Global) -> Document;
    #[wasm_bindgen(method, getter)]
    fn location(this: &Global) -> Location;
    #[wasm_bindgen(method, getter)]
    fn screen(this: &Global) -> Screen;
    #[wasm_bindgen(method, getter)]
    fn navigator(this: &Global) -> Navigator;
    #[wasm_bindgen(method, getter, catch, js_name = sessionStorage)]
    fn session_storage(this: &Global) -> Result<Option<Storage>, JsValue>;

    pub(super) type Storage;
    #[wasm_bindgen(method, catch, js_name = getItem)]
    pub(super) fn get_item(this: &Storage, key: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setItem)]
    pub(super) fn set_item(this: &Storage, key: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeItem)]
    pub(super) fn remove_item(this: &Storage, key: &str) -> Result<(), JsValue>;

    /// Any event: which members it has depends on its type, so they are values of any kind.
    pub(super) type Event;
    #[wasm_bindgen(method, getter, js_name = isTrusted)]
    pub(super) fn is_trusted(this: &Event) -> bool;
    #[wasm_bindgen(method, getter)]
    pub(super) fn persisted(this: &Event) -> bool;
    #[wasm_bindgen(method, getter, js_name = timeStamp)]
    pub(super) fn time_stamp(this: &Event) -> f64;
    #[wasm_bindgen(method, getter)]
    pub(super) fn message(this: &Event) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(super) fn filename(this: &Event) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(super) fn lineno(this: &Event) -> f64;
    #[wasm_bindgen(method, getter)]
    pub(super) fn colno(this: &Event) -> f64;
    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn reason(this: &Event) -> Result<JsValue, JsValue>;

    /// What was thrown: an `Error`, or anything else.
    pub(super) type Thrown;
    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn stack(this: &Thrown) -> Result<JsValue, JsValue>;
}

/// `performance.now()`
pub(super) fn now() -> f64 {
    GLOBAL.with(Global::performance).now()
}

/// 64 random bits, as good as `Math.random` has them: names that must differ, not secrets.
pub(super) fn seed() -> u64 {
    let half = || (random() * 4_294_967_296.0) as u64;
    half() << 32 | half()
}

pub(super) fn entries(kind: &str) -> List {
    GLOBAL.with(Global::performance).get_entries_by_type(kind)
}

pub(super) fn interaction_count() -> Option<f64> {
    GLOBAL.with(Global::performance).interaction_count()
}

pub(super) fn is_hidden() -> bool {
    GLOBAL.with(Global::document).hidden()
}

pub(super) fn is_prerendering() -> bool {
    GLOBAL.with(Global::document).prerendering()
}

pub(super) fn was_discarded() -> bool {
    GLOBAL.with(Global::document).was_discarded()
}

pub(super) fn is_loaded() -> bool {
    GLOBAL.with(Global::document).ready_state() == "complete"
}

pub(super) fn pathname() -> String {
    GLOBAL.with(Global::location).pathname()
}

/// Whether the main pointer is a finger, and the shorter side of the screen in CSS pixels.
pub(super) fn device() -> (bool, f64) {
    let touch = match_media("(pointer:coarse)").is_ok_and(|media| media.matches());
    let screen = GLOBAL.with(Global::screen);
    let (width, height) = (screen.width(), screen.height());
    (touch, if width < height { width } else { height })
}

/// How the network is rated, where the browser says.
pub(super) fn connection() -> Option<String> {
    let connection = GLOBAL.with(Global::navigator).connection().ok()??;
    connection.effective_type().ok()?.as_string()
}

/// The device's memory in GiB, where the browser says.
pub(super) fn memory() -> Option<f64> {
    GLOBAL.with(Global::navigator).device_memory().ok()?.as_f64()
}

/// Whether the user told the browser that they do not want to be followed.
pub(super) fn declines() -> bool {
    let navigator = GLOBAL.with(Global::navigator);
    let told = navigator.do_not_track().ok().and_then(|told| told.as_string());
    navigator.global_privacy_control().is_ok_and(|on| on.is_truthy())
        || told.is_some_and(|told| told == "1" || told == "yes")
}

/// The tab's storage, where it may be used.
pub(super) fn storage() -> Option<Storage> {
    GLOBAL.with(Global::session_storage).ok().flatten()
}
