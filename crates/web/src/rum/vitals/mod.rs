//! Feeds the engine's vitals with performance entries and lifecycle events, and attributes its reports to elements, resources
//! and scripts.
mod cls;
mod entries;
mod interactions;
mod lcp;
mod lifecycle;
mod load_state;
mod observed_entry;
mod page_event;
mod page_load;
mod reports;
mod selector;
mod ttfb;

use super::browser;
use super::entry_observer::EntryObserver;
use super::listener::Listener;
use super::task::Task;
use interactions::Interactions;
use lcp::Resources;
use observed_entry::ObservedEntry;
pub(super) use page_event::{EntryScope, PageEvent, Vital};
pub(super) use page_load::page_load;
pub(super) use selector::selector;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::vitals::{Metric, PageView, Reporter};

/// Measures the page until it is dropped.
#[must_use = "dropping it stops measuring"]
pub(super) struct Vitals {
    inner: Rc<Inner>,
}

struct Inner {
    page: RefCell<Option<PageView<Rc<ObservedEntry>>>>,
    /// The last reported value of each metric.
    reporters: RefCell<[Reporter; 5]>,
    interactions: RefCell<Interactions>,
    resources: RefCell<Resources>,
    /// Events that wait for an idle period: by then all events of an interaction have arrived.
    events: RefCell<Vec<JsValue>>,
    sink: Box<dyn Fn(PageEvent)>,
    scope: EntryScope,
    /// The types of entries that the browser supports.
    supported: Vec<String>,
    /// When the current soft navigation began.
    soft_start: Cell<Option<f64>>,
    restored_at: Cell<f64>,
    /// Frames until a restored page counts as painted.
    frames: Cell<u8>,
    /// The page view with an input that has not been processed yet.
    input_in: Cell<Option<u32>>,
    listeners: RefCell<Vec<Listener>>,
    tasks: RefCell<Option<Tasks>>,
    observer: RefCell<Option<EntryObserver>>,
}

struct Tasks {
    loaded: Task,
    painted: Task,
    events: Task,
    input: Task,
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
    /// Starts to measure, and calls `sink` with each event. Measuring starts when a prerendered page is activated.
    pub(super) fn new(scope: EntryScope, sink: impl Fn(PageEvent) + 'static) -> Self {
        let inner = Rc::new(Inner {
            page: RefCell::new(None),
            reporters: RefCell::new(Metric::ALL.map(|_| Reporter::new(true))),
            interactions: RefCell::new(Interactions::default()),
            resources: RefCell::new(Resources::default()),
            events: RefCell::new(Vec::new()),
            sink: Box::new(sink),
            scope,
            supported: browser::supported_entry_types(),
            soft_start: Cell::new(None),
            restored_at: Cell::new(0.0),
            frames: Cell::new(0),
            input_in: Cell::new(None),
            listeners: RefCell::new(Vec::new()),
            tasks: RefCell::new(None),
            observer: RefCell::new(None),
        });
        inner.begin();
        Self { inner }
    }

    /// Processes the entries that the browser has not delivered yet.
    pub(super) fn drain(&self) {
        self.inner.drain();
    }
}

impl Inner {
    fn begin(self: &Rc<Self>) {
        if browser::is_prerendering() {
            let activated = Listener::new(self, "prerenderingchange", |this, _| this.begin());
            self.listeners.borrow_mut().push(activated);
            return;
        }
        *self.page.borrow_mut() = Some(PageView::new(page_load()));
        *self.tasks.borrow_mut() = Some(Tasks {
            loaded: Task::new(self, |this| this.after_load()),
            painted: Task::new(self, |this| this.after_frame()),
            events: Task::new(self, |this| this.on_idle()),
            input: Task::new(self, |this| this.after_input()),
        });
        // Replaces the listener for the activation.
        let before = self.listeners.replace(vec![
            Listener::new(self, "keydown", |this, event| this.on_input(&event)),
            Listener::new(self, "click", |this, event| this.on_input(&event)),
            Listener::new(self, "visibilitychange", |this, event| this.on_visibility(&event)),
            Listener::new(self, "pagehide", |this, event| this.on_hidden(&event)),
            Listener::new(self, "pageshow", |this, event| this.on_show(&event)),
            Listener::new(self, "load", |this, _| this.on_load()),
        ]);
        drop(before);
        // If the browser does not count interactions, their number is estimated from all events, however short.
        let counts = browser::interaction_count().is_some();
        let threshold = if counts { PageView::<()>::EVENT_THRESHOLD } else { 0.0 };
        let entries = |this: &Rc<Self>, entries| this.on_entries(entries);
        let types: &[&str] = if self.scope == EntryScope::None { &[] } else { &TYPES };
        let observer =
            EntryObserver::new(self, types, self.scope == EntryScope::Buffered, threshold, entries);
        *self.observer.borrow_mut() = observer;
        if browser::ready_state() == "complete" {
            self.on_load();
        }
    }

    fn drain(&self) {
        let entries = self.observer.borrow().as_ref().map(EntryObserver::take).unwrap_or_default();
        self.on_entries(entries);
    }

    /// Updates the engine's page view; its reports wait for [`report`](Self::report).
    fn update(&self, change: impl FnOnce(&mut PageView<Rc<ObservedEntry>>)) {
        if let Some(page) = self.page.borrow_mut().as_mut() {
            change(page);
        }
    }

    /// The engine's number of the current page view.
    fn view(&self) -> u32 {
        self.page.borrow().as_ref().map_or(0, PageView::view)
    }

    fn with_tasks(&self, run: impl FnOnce(&Tasks)) {
        if let Some(tasks) = self.tasks.borrow().as_ref() {
            run(tasks);
        }
    }
}
