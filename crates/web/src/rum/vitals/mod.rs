//! Hears the browser's performance entries and the page's life, tells the engine, and puts its answers down to
//! elements, resources and scripts.
mod cls;
mod interactions;
mod lcp;
mod load_state;
mod page_load;
mod selector;
mod signal;
mod ttfb;

use super::hooks::{Later, Listener};
use super::observation::Observation;
use super::{host, read};
use interactions::{Frame, Interactions};
use lcp::Resources;
pub(super) use page_load::page_load;
pub(super) use selector::selector;
pub(super) use signal::{Entries, Signal, Vital};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::{self, InteractionPaint, Metric, Navigation, PageView, Report, Reporter, Shift};

/// Measures the page it is made in, until it is dropped.
#[must_use = "dropping it stops measuring"]
pub(super) struct Vitals {
    inner: Rc<Inner>,
}

/// An entry that a value may come from. What it is about is named when it happens: later that may be gone.
struct Seen {
    entry: JsValue,
    /// Of a shift `None` where nothing is known of what moved.
    target: Option<String>,
    /// Of an event: the frame that it was painted in.
    frame: Option<Rc<Cell<Frame>>>,
}

struct Inner {
    page: RefCell<Option<PageView<Rc<Seen>>>>,
    /// What was reported of each metric, so that a value goes once.
    reporters: RefCell<[Reporter; 5]>,
    interactions: RefCell<Interactions>,
    resources: RefCell<Resources>,
    /// Events that wait for an idle moment, when all events of an interaction are there.
    events: RefCell<Vec<JsValue>>,
    sink: Box<dyn Fn(Signal)>,
    which: Entries,
    /// The types of entries that the browser has.
    supported: Vec<String>,
    /// When the soft navigation began that is going on.
    soft_start: Cell<Option<f64>>,
    restored_at: Cell<f64>,
    frames: Cell<u8>,
    /// The page view in which there was an input that nothing was done about yet.
    input_in: Cell<Option<u32>>,
    listeners: RefCell<Vec<Listener>>,
    later: RefCell<Option<Timers>>,
    observation: RefCell<Option<Observation>>,
}

struct Timers {
    loaded: Later,
    painted: Later,
    events: Later,
    input: Later,
}

/// The entries that are measured, by type.
const TYPES: [&str; 9] = [
    "paint",
    "largest-contentful-paint",
    "layout-shift",
    "first-input",
    "event",
    "long-animation-frame",
    "resource",
    "interaction-contentful-paint",
    "soft-navigation",
];

impl Vitals {
    /// Measures, and tells `sink`. While the page is prerendered, nothing is measured.
    pub(super) fn new(which: Entries, sink: impl Fn(Signal) + 'static) -> Self {
        let inner = Rc::new(Inner {
            page: RefCell::new(None),
            reporters: RefCell::new(Metric::ALL.map(|_| Reporter::new(true))),
            interactions: RefCell::new(Interactions::default()),
            resources: RefCell::new(Resources::default()),
            events: RefCell::new(Vec::new()),
            sink: Box::new(sink),
            which,
            supported: host::supported_entry_types(),
            soft_start: Cell::new(None),
            restored_at: Cell::new(0.0),
            frames: Cell::new(0),
            input_in: Cell::new(None),
            listeners: RefCell::new(Vec::new()),
            later: RefCell::new(None),
            observation: RefCell::new(None),
        });
        inner.begin();
        Self { inner }
    }

    /// Takes in what the browser recorded but did not tell yet.
    pub(super) fn drain(&self) {
        self.inner.drain();
    }
}

impl Inner {
    fn begin(self: &Rc<Self>) {
        if host::is_prerendering() {
            let activated = Listener::new(self, "prerenderingchange", |this, _| this.begin());
            self.listeners.borrow_mut().push(activated);
            return;
        }
        *self.page.borrow_mut() = Some(PageView::new(page_load()));
        *self.later.borrow_mut() = Some(Timers {
            loaded: Later::new(self, |this| this.on_loaded()),
            painted: Later::new(self, |this| this.on_frame()),
            events: Later::new(self, |this| this.on_idle()),
            input: Later::new(self, |this| this.after_input()),
        });
        // What listened before, for the activation, ends here.
        let before = self.listeners.replace(vec![
            Listener::new(self, "keydown", |this, event| this.on_input(&event)),
            Listener::new(self, "click", |this, event| this.on_input(&event)),
            Listener::new(self, "visibilitychange", |this, event| this.on_visibility(&event)),
            Listener::new(self, "pagehide", |this, event| this.on_hidden(&event)),
            Listener::new(self, "pageshow", |this, event| this.on_show(&event)),
            Listener::new(self, "load", |this, _| this.loaded_soon()),
        ]);
        drop(before);
        // Where the browser does not count interactions, it follows from the ids of all events, however short.
        let counts = host::interaction_count().is_some();
        let threshold = if counts { PageView::<()>::EVENT_THRESHOLD } else { 0.0 };
        let entries = |this: &Rc<Self>, entries| this.on_entries(entries);
        let types: &[&str] = if self.which == Entries::No { &[] } else { &TYPES };
        let observation = Observation::new(self, types, self.which == Entries::All, threshold, entries);
        *self.observation.borrow_mut() = observation;
        if host::ready_state() == "complete" {
            self.loaded_soon();
        }
    }

    fn drain(&self) {
        let entries = self.observation.borrow().as_ref().map(Observation::take).unwrap_or_default();
        self.on_entries(entries);
    }

    fn on_entries(&self, entries: Vec<JsValue>) {
        for entry in entries {
            match read::text(&entry, "entryType").as_str() {
                "event" | "first-input" => {
                    self.events.borrow_mut().push(entry);
                    self.with_timers(|timers| timers.events.when_idle());
                }
                "soft-navigation" => self.on_soft_navigation(&entry),
                "resource" => {
                    self.resources.borrow_mut().add(&entry);
                    (self.sink)(Signal::Resource(entry));
                }
                "long-animation-frame" => {
                    self.interactions.borrow_mut().add_long(&entry);
                    (self.sink)(Signal::LongFrame(entry));
                }
                kind => self.on_vital(kind, entry),
            }
        }
        if host::is_hidden() {
            self.look_at_events();
        }
        self.report();
        self.interactions.borrow_mut().bound();
    }

    fn on_vital(&self, kind: &str, entry: JsValue) {
        let start = read::number(&entry, "startTime");
        match kind {
            "layout-shift" => {
                let (value, after_input) =
                    (read::number(&entry, "value"), read::flag(&entry, "hadRecentInput"));
                if !after_input && value >= 0.0 {
                    let shift = Shift { start, value, had_recent_input: false };
                    let seen = Seen { target: cls::target(&entry), entry, frame: None };
                    self.tell(|page| page.handle_shift(shift, Rc::new(seen)));
                }
            }
            "largest-contentful-paint" => {
                let seen = Seen { target: lcp::target(&entry), entry, frame: None };
                self.tell(|page| page.handle_largest_paint(start, Rc::new(seen)));
            }
            "interaction-contentful-paint" => self.on_interaction_paint(&entry),
            _ if read::text(&entry, "name") == "first-contentful-paint" => {
                let seen = Seen { entry, target: None, frame: None };
                self.tell(|page| page.handle_paint(start, Rc::new(seen)));
            }
            _ => {}
        }
    }

    fn on_interaction_paint(&self, entry: &JsValue) {
        let Some(largest) = read::member(entry, "largestContentfulPaint") else { return };
        let paint = InteractionPaint {
            start: read::number(entry, "startTime"),
            rendered: read::positive(&largest, "renderTime"),
            interaction: read::member(entry, "interactionId").and_then(|id| id.as_f64()),
        };
        let seen = Seen { target: lcp::target(&largest), entry: largest, frame: None };
        self.tell(|page| page.handle_interaction_paint(paint, Rc::new(seen)));
    }

    fn on_soft_navigation(&self, entry: &JsValue) {
        if read::positive(entry, "navigationId") == 0.0
            || read::member(entry, "getLargestInteractionContentfulPaint").is_none()
        {
            return;
        }
        // What came until now belongs to the page view that ends.
        self.look_at_events();
        self.report();
        let start = read::number(entry, "startTime");
        let painted = match read::positive(entry, "presentationTime") {
            0.0 => read::positive(entry, "paintTime"),
            presented => presented,
        };
        let interaction = read::number(entry, "interactionId");
        let count = host::interaction_count();
        self.tell(|page| {
            page.handle_interaction_count(count);
            page.handle_soft_navigation(vitals::SoftNavigation { start, painted, interaction });
        });
        self.interactions.borrow_mut().begin();
        self.soft_start.set(Some(start));
        let view = self.view();
        (self.sink)(Signal::SoftNavigation { view, start, url: read::text(entry, "name") });
        // What was largest until now was painted before the navigation was known.
        if let Some(largest) = read::call(entry, "getLargestInteractionContentfulPaint", &[])
            && largest.is_object()
        {
            self.on_interaction_paint(&largest);
        }
        self.report();
    }

    /// Tells the engine of the events that wait.
    fn look_at_events(&self) {
        for entry in self.events.take() {
            let event = vitals::Event {
                interaction: read::positive(&entry, "interactionId"),
                start: read::number(&entry, "startTime"),
                duration: read::number(&entry, "duration"),
                is_first: read::text(&entry, "entryType") == "first-input",
            };
            let frame = self.interactions.borrow_mut().add(&entry, &event);
            let seen = Rc::new(Seen { entry, target: None, frame });
            self.tell(|page| page.handle_event(event, Rc::clone(&seen)));
            let holds = |id| self.page.borrow().as_ref().is_some_and(|page| page.is_candidate(id));
            let id = event.interaction;
            if holds(id) && !self.interactions.borrow().has_name(id) {
                let target = interactions::target(&seen.entry);
                self.interactions.borrow_mut().name(id, target, holds);
            }
        }
        let count = host::interaction_count();
        self.tell(|page| page.handle_interaction_count(count));
    }

    fn on_idle(&self) {
        // Long frames that the browser did not tell yet are part of the attribution.
        self.drain();
        self.look_at_events();
        self.report();
        self.interactions.borrow_mut().tidy();
    }

    /// Tells the sink what is new.
    fn report(&self) {
        loop {
            // Not borrowed while the sink runs.
            let report = self.page.borrow_mut().as_mut().and_then(PageView::poll_report);
            let Some(report) = report else { return };
            let news = self.reporters.borrow_mut()[report.metric as usize].delta(&report);
            let is_own =
                matches!(report.navigation, Navigation::BackForwardCache | Navigation::SoftNavigation);
            // Who came late does not tell how the document came.
            let untold = self.which != Entries::All && report.metric == Metric::Ttfb && !is_own;
            if news.is_some() && !untold && self.is_measured(report.metric) {
                let attribution = self.attribute(&report);
                let Report { view, navigation, metric, value, .. } = report;
                (self.sink)(Signal::Vital(Vital { view, navigation, metric, value, attribution }));
            }
        }
    }

    /// Whether the browser tells what the metric is made of. Where it has no layout shifts, a CLS of 0 would be good news
    /// of what nobody looked at.
    fn is_measured(&self, metric: Metric) -> bool {
        let kind = match metric {
            Metric::Lcp => "largest-contentful-paint",
            Metric::Cls => "layout-shift",
            Metric::Fcp => "paint",
            Metric::Inp => "event",
            Metric::Ttfb => return true,
        };
        self.supported.iter().any(|known| known == kind)
    }

    fn attribute(&self, report: &Report<Rc<Seen>>) -> Attribution {
        match report.metric {
            Metric::Lcp => lcp::attribute(report, self.soft_start.get(), &self.resources.borrow()),
            Metric::Inp => self.interactions.borrow().attribute(report),
            Metric::Cls => cls::attribute(report),
            Metric::Ttfb => ttfb::attribute(report),
            Metric::Fcp => Attribution::default(),
        }
    }

    fn on_input(&self, event: &JsValue) {
        if read::flag(event, "isTrusted") {
            // Not within the input's own task: it would be slower for it.
            self.input_in.set(Some(self.view()));
            self.with_timers(|timers| timers.input.when_idle());
        }
    }

    /// What is painted after an input may be its effect: the search for the largest paint ends.
    fn after_input(&self) {
        self.drain();
        if self.input_in.take() == Some(self.view()) {
            self.tell(PageView::handle_input);
            self.report();
        }
    }

    fn on_visibility(&self, event: &JsValue) {
        if host::is_hidden() {
            self.on_hidden(event);
        } else {
            (self.sink)(Signal::Shown);
        }
    }

    fn on_hidden(&self, event: &JsValue) {
        // Whoever reports without this loses the last interaction of every page view: the browser tells of it only
        // after the next frame, and it waits for an idle moment then.
        self.drain();
        self.look_at_events();
        let at = read::number(event, "timeStamp");
        self.tell(|page| page.handle_hidden(at));
        self.report();
        (self.sink)(Signal::Hidden);
    }

    fn on_show(&self, event: &JsValue) {
        if !read::flag(event, "persisted") {
            return;
        }
        self.restored_at.set(read::number(event, "timeStamp"));
        self.interactions.borrow_mut().begin();
        self.soft_start.set(None);
        let count = host::interaction_count();
        self.tell(|page| page.handle_restored(count));
        (self.sink)(Signal::Restored { view: self.view() });
        self.report();
        self.frames.set(2);
        self.with_timers(|timers| timers.painted.next_frame());
    }

    fn on_frame(&self) {
        // The first frame is begun when the callback runs; painted it is when the second begins.
        self.frames.set(self.frames.get().saturating_sub(1));
        if self.frames.get() > 0 {
            self.with_timers(|timers| timers.painted.next_frame());
        } else {
            let after = host::now() - self.restored_at.get();
            self.tell(|page| page.handle_restored_paint(after));
            self.report();
        }
    }

    fn loaded_soon(&self) {
        // In a task of its own: until the listeners are through, the load event has not ended.
        self.with_timers(|timers| timers.loaded.after(0.0));
    }

    fn on_loaded(&self) {
        if let Some(entry) = host::navigation_entry() {
            let first_byte = read::number(&entry, "responseStart");
            let seen = Rc::new(Seen { entry, target: None, frame: None });
            self.tell(|page| page.handle_first_byte(first_byte, seen));
            self.report();
        }
        (self.sink)(Signal::Loaded);
    }

    /// Lets the engine have its say; its answers wait for [`report`](Self::report).
    fn tell(&self, what: impl FnOnce(&mut PageView<Rc<Seen>>)) {
        if let Some(page) = self.page.borrow_mut().as_mut() {
            what(page);
        }
    }

    /// The engine's number of the page view that is going on.
    fn view(&self) -> u32 {
        self.page.borrow().as_ref().map_or(0, PageView::view)
    }

    fn with_timers(&self, what: impl FnOnce(&Timers)) {
        if let Some(timers) = self.later.borrow().as_ref() {
            what(timers);
        }
    }
}
