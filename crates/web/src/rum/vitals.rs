//! Hears the browser's performance entries and page events, and tells the engine.
use super::hooks::{Later, Listener, callback};
use super::host::{self, Entry, EntryList, Event, Init, List, Observer};
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use whippet_engine::vitals::{self, Arrival, Metric, Navigation, PageView, Report, Shift};

/// What a page view has to tell.
pub enum Signal<'a> {
    /// A metric has a value.
    Report(&'a Report<JsValue>),
    /// The page was hidden, and may never be seen again. All reports came before.
    Hidden,
    /// The page is seen again.
    Shown,
    /// The page came back from the back/forward cache: a new page view begins.
    Restored,
    /// A phase of the navigation, once the page is loaded: its name, such as `navigation.dns`, and ms.
    Phase(&'static str, f64),
    /// The page is loaded: the time its load event ended, ms since the page view began.
    Loaded(f64),
}

/// Measures the page it is made in, until it is dropped.
#[must_use = "dropping it stops measuring"]
pub struct Vitals {
    inner: Rc<Inner>,
}

struct Inner {
    page: RefCell<Option<PageView<JsValue>>>,
    sink: Box<dyn Fn(Signal<'_>)>,
    hooks: RefCell<Option<Hooks>>,
    restored_at: Cell<f64>,
    frames: Cell<u8>,
}

/// What must be undone.
struct Hooks {
    /// Until the first input, which ends the search for the largest paint.
    input: Vec<Listener>,
    observer: Option<Observer>,
    loaded: Later,
    painted: Later,
    _entries: Closure<dyn Fn(JsValue)>,
    _listeners: Vec<Listener>,
}

impl Drop for Hooks {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

impl Vitals {
    /// Measures, and tells `sink`. What the browser recorded before this is included, so that it may come
    /// late. While the page is prerendered, nothing is measured.
    pub fn new(sink: impl Fn(Signal<'_>) + 'static) -> Self {
        let inner = Rc::new(Inner {
            page: RefCell::new(None),
            sink: Box::new(sink),
            hooks: RefCell::new(None),
            restored_at: Cell::new(0.0),
            frames: Cell::new(0),
        });
        inner.begin();
        Self { inner }
    }

    /// A metric as it stands; `None` while it has no value.
    pub fn current(&self, metric: Metric) -> Option<Report<JsValue>> {
        self.inner.page.borrow().as_ref()?.current(metric)
    }

    /// How the page view began; `None` while it is prerendered.
    pub fn navigation(&self) -> Option<Navigation> {
        Some(self.inner.page.borrow().as_ref()?.navigation())
    }
}

/// The entries that are measured, by type.
const TYPES: [&str; 5] = ["paint", "largest-contentful-paint", "layout-shift", "first-input", "event"];

impl Inner {
    fn begin(self: &Rc<Self>) {
        let (mut listeners, mut input) = (Vec::new(), Vec::new());
        if host::is_prerendering() {
            listeners.push(Listener::new(self, "prerenderingchange", |this, _| this.begin()));
        } else {
            *self.page.borrow_mut() = Some(PageView::new(arrival()));
            for kind in ["keydown", "click"] {
                input.push(Listener::new(self, kind, |this, event| this.on_input(event.unchecked_ref())));
            }
            listeners.push(Listener::new(self, "visibilitychange", |this, event| {
                this.on_visibility(event.unchecked_ref())
            }));
            listeners
                .push(Listener::new(self, "pagehide", |this, event| this.on_hidden(event.unchecked_ref())));
            listeners
                .push(Listener::new(self, "pageshow", |this, event| this.on_show(event.unchecked_ref())));
            listeners.push(Listener::new(self, "load", |this, _| this.loaded_soon()));
        }
        let entries =
            callback(self, |this, list| this.on_entries(&list.unchecked_into::<EntryList>().get_entries()));
        // What listened before, for the activation, ends here.
        let before = self.hooks.replace(Some(Hooks {
            input,
            observer: Observer::new(entries.as_ref()).ok(),
            loaded: Later::new(self, |this, _| this.on_loaded()),
            painted: Later::new(self, |this, _| this.on_frame()),
            _entries: entries,
            _listeners: listeners,
        }));
        drop(before);
        if self.page.borrow().is_some() {
            self.observe();
            if host::is_loaded() {
                self.loaded_soon();
            }
        }
    }

    fn observe(&self) {
        let hooks = self.hooks.borrow();
        let Some(observer) = hooks.as_ref().and_then(|hooks| hooks.observer.as_ref()) else { return };
        // Browsers before 2019 do not say: they know none of these types.
        let Some(supported) = Observer::supported_entry_types() else { return };
        // Without the count, it follows from the ids of all events, however short.
        let threshold =
            if host::interaction_count().is_some() { PageView::<JsValue>::EVENT_THRESHOLD } else { 0.0 };
        for kind in TYPES {
            if supported.includes(kind) {
                let options = Init::new();
                options.set("type", &JsValue::from_str(kind));
                options.set("buffered", &JsValue::TRUE);
                options.set("durationThreshold", &JsValue::from_f64(threshold));
                let _ = observer.observe(&options);
            }
        }
    }

    /// Lets the engine have its say.
    fn tell(&self, what: impl FnOnce(&mut PageView<JsValue>)) {
        if let Some(page) = self.page.borrow_mut().as_mut() {
            what(page);
        }
        loop {
            // Not held while the sink runs: it may ask for a value.
            let report = self.page.borrow_mut().as_mut().and_then(PageView::poll_report);
            let Some(report) = report else { return };
            (self.sink)(Signal::Report(&report));
        }
    }

    fn on_entries(&self, entries: &List) {
        // Shifts and events are reported once for all that came together, paints one by one.
        let mut paints = Vec::new();
        for index in 0..entries.length() {
            let entry = entries.get(index);
            match entry.entry_type().as_str() {
                "layout-shift" => self.take(|page| page.handle_shift(shift(&entry), entry.into())),
                kind @ ("event" | "first-input") => {
                    self.take(|page| page.handle_event(event(&entry, kind), entry.into()));
                }
                kind => paints.push((kind == "paint", entry)),
            }
        }
        self.tell(|page| page.handle_interaction_count(host::interaction_count()));
        for (is_first, entry) in paints {
            let start = entry.start_time();
            self.tell(|page| {
                if !is_first {
                    page.handle_largest_paint(start, entry.into());
                } else if entry.name() == "first-contentful-paint" {
                    page.handle_paint(start, entry.into());
                }
            });
        }
    }

    fn take(&self, what: impl FnOnce(&mut PageView<JsValue>)) {
        if let Some(page) = self.page.borrow_mut().as_mut() {
            what(page);
        }
    }

    /// Takes in what the browser recorded but did not tell yet. Whoever reports without it loses the last
    /// interaction of every page view, as the browser tells of it only after the next frame.
    fn drain(&self) {
        let records = match self.hooks.borrow().as_ref() {
            Some(Hooks { observer: Some(observer), .. }) => observer.take_records(),
            _ => return,
        };
        self.on_entries(&records);
    }

    fn on_input(&self, event: &Event) {
        if event.is_trusted() {
            self.drain();
            self.tell(PageView::handle_input);
            let input = self.hooks.borrow_mut().as_mut().map(|hooks| core::mem::take(&mut hooks.input));
            drop(input);
        }
    }

    fn on_visibility(&self, event: &Event) {
        if host::is_hidden() {
            self.on_hidden(event);
        } else {
            (self.sink)(Signal::Shown);
        }
    }

    fn on_hidden(&self, event: &Event) {
        self.drain();
        self.tell(|page| {
            page.handle_interaction_count(host::interaction_count());
            page.handle_hidden(event.time_stamp());
        });
        (self.sink)(Signal::Hidden);
    }

    fn on_show(&self, event: &Event) {
        if !event.persisted() {
            return;
        }
        self.restored_at.set(event.time_stamp());
        // The sink hears of it first: what is reported then belongs to the new page view.
        (self.sink)(Signal::Restored);
        self.tell(|page| page.handle_restored(host::interaction_count()));
        self.frames.set(2);
        self.next_frame();
    }

    fn next_frame(&self) {
        if let Some(hooks) = self.hooks.borrow().as_ref() {
            hooks.painted.next_frame();
        }
    }

    fn on_frame(&self) {
        // The first frame is begun when the callback runs; painted it is when the second begins.
        self.frames.set(self.frames.get().saturating_sub(1));
        if self.frames.get() > 0 {
            self.next_frame();
        } else {
            let after = host::now() - self.restored_at.get();
            self.tell(|page| page.handle_restored_paint(after));
        }
    }

    fn loaded_soon(&self) {
        if let Some(hooks) = self.hooks.borrow().as_ref() {
            // In a task of its own: until the listeners are through, the load event has not ended.
            hooks.loaded.after(0.0);
        }
    }

    fn on_loaded(&self) {
        let Some(entry) = navigation_entry() else { return };
        let loaded = entry.load_event_end() - positive(entry.activation_start());
        let phases = phases(&entry);
        self.tell(|page| page.handle_first_byte(entry.response_start(), entry.into()));
        if loaded > 0.0 {
            for (name, ms) in phases {
                (self.sink)(Signal::Phase(name, positive(ms)));
            }
            (self.sink)(Signal::Loaded(loaded));
        }
    }
}

fn shift(entry: &Entry) -> Shift {
    Shift { start: entry.start_time(), value: entry.value(), had_recent_input: entry.had_recent_input() }
}

fn event(entry: &Entry, kind: &str) -> vitals::Event {
    vitals::Event {
        interaction: entry.interaction_id(),
        start: entry.start_time(),
        duration: entry.duration(),
        is_first: kind == "first-input",
    }
}

/// Browsers say 0, for privacy, or nonsense at times; then nothing of it can be believed.
fn navigation_entry() -> Option<Entry> {
    let entries = host::entries("navigation");
    if entries.length() == 0 {
        return None;
    }
    let entry = entries.get(0);
    (entry.response_start() > 0.0 && entry.response_start() < host::now()).then_some(entry)
}

/// What the navigation's time went to. A phase of 0 ms is one too: without them the others would seem slower.
fn phases(entry: &Entry) -> [(&'static str, f64); 8] {
    let (tls, connected) = (entry.secure_connection_start(), entry.connect_end());
    let has_tls = tls > 0.0;
    [
        ("navigation.redirect", entry.redirect_end() - entry.redirect_start()),
        ("navigation.dns", entry.domain_lookup_end() - entry.domain_lookup_start()),
        ("navigation.tcp", if has_tls { tls } else { connected } - entry.connect_start()),
        ("navigation.tls", if has_tls { connected - tls } else { 0.0 }),
        ("navigation.request", entry.response_start() - entry.request_start()),
        ("navigation.response", entry.response_end() - entry.response_start()),
        ("navigation.dom", entry.dom_complete() - entry.response_end()),
        ("navigation.load", entry.load_event_end() - entry.load_event_start()),
    ]
}

fn arrival() -> Arrival {
    let entry = navigation_entry();
    let activation = entry.as_ref().map_or(0.0, |entry| positive(entry.activation_start()));
    let navigation = match entry {
        Some(_) if activation > 0.0 => Navigation::Prerender,
        Some(_) if host::was_discarded() => Navigation::Restore,
        Some(entry) => Navigation::from_name(&entry.navigation_type()).unwrap_or(Navigation::Navigate),
        None => Navigation::Navigate,
    };
    Arrival { navigation, activation, first_hidden: first_hidden(activation) }
}

/// When the page was first hidden, where the browser remembers it. Where it does not, a page that is hidden
/// now is taken to have been so from the start.
fn first_hidden(activation: f64) -> f64 {
    let states = host::entries("visibility-state");
    for index in 0..states.length() {
        let state = states.get(index);
        if state.start_time() >= activation && state.name() == "hidden" {
            return state.start_time();
        }
    }
    if host::is_hidden() { 0.0 } else { f64::INFINITY }
}

/// What a browser does not know is NaN.
fn positive(number: f64) -> f64 {
    if number > 0.0 { number } else { 0.0 }
}
