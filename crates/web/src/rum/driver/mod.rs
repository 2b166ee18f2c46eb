//! Measures a page: starts and stops the observers, and keeps the page views.
mod events;
mod flush;
mod handle;
mod record;

use super::errors::ErrorFilter;
use super::listener::Listener;
use super::marks::Marks;
use super::options::RumOptions;
use super::route_observer::RouteObserver;
use super::send::Sender;
use super::task::Task;
use super::trace::Tracing;
use super::view::View;
use super::views::Views;
use super::vitals::{EntryScope, Vitals, page_load};
use super::{browser, visit_storage};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::stats::Deltas;
use whippet_engine::vitals::Navigation;

/// The driver's state.
pub(super) struct Inner {
    options: RumOptions,
    consent: Cell<bool>,
    stopped: Cell<bool>,
    /// How many flushes are running: the page's callbacks may start another.
    flushing: Cell<u8>,
    /// Beacons of the running flush. They stay here if the browser stops the page's scripts during the flush.
    unsent: RefCell<VecDeque<String>>,
    deltas: RefCell<Deltas>,
    marks: RefCell<Marks>,
    /// Set on the first error.
    error_filter: OnceCell<ErrorFilter>,
    /// Set when the user first gives consent.
    sender: OnceCell<Sender>,
    /// `None` before consent, and for visits outside the sample.
    run: RefCell<Option<Run>>,
}

/// What exists while the page is measured.
struct Run {
    /// Whether earlier entries are ignored.
    is_late: bool,
    views: Views,
    /// The route when it last changed, and the number of interactions until then; none before the first change.
    route: String,
    interactions: Option<f64>,
    timer: Task,
    _errors: Vec<Listener>,
    _routes: Option<RouteObserver>,
    _tracing: Option<Tracing>,
    /// Shared, so that it can be drained while nothing is borrowed.
    vitals: Option<Rc<Vitals>>,
}

/// Selects the page view that a measurement belongs to.
enum ViewSelector {
    /// The current page view.
    Current,
    /// The current page view, if its visit reports errors.
    CurrentForErrors,
    /// The page view that started with the document.
    Document,
    /// The page view with this number in the engine, which may have ended.
    Numbered(u32),
}

impl Run {
    /// The selected page view, if its visit is in the sample.
    fn view_of(&mut self, selector: ViewSelector) -> Option<&mut View> {
        match selector {
            ViewSelector::Current => Some(self.views.current_mut()).filter(|view| view.sampled),
            ViewSelector::CurrentForErrors => {
                Some(self.views.current_mut()).filter(|view| view.errors_sampled)
            }
            ViewSelector::Document => self.views.document().filter(|view| view.sampled),
            ViewSelector::Numbered(number) => self.views.numbered(number).filter(|view| view.sampled),
        }
    }
}

impl Inner {
    pub(super) fn new(mut options: RumOptions) -> Rc<Self> {
        options.flush_interval = bounded(options.flush_interval);
        // Resolved once: the page's URL may change before the first request.
        options.endpoint = browser::absolute_url(&options.endpoint).unwrap_or(options.endpoint);
        Rc::new(Self {
            consent: Cell::new(options.consent),
            options,
            stopped: Cell::new(false),
            flushing: Cell::new(0),
            unsent: RefCell::new(VecDeque::new()),
            deltas: RefCell::new(Deltas::new()),
            marks: RefCell::new(Marks::default()),
            error_filter: OnceCell::new(),
            sender: OnceCell::new(),
            run: RefCell::new(None),
        })
    }

    /// Starts to measure, unless consent is missing or the visit is outside the sample. With `is_late` earlier entries are
    /// ignored.
    pub(super) fn begin(self: &Rc<Self>, is_late: bool) {
        if !self.consent.get() || (self.options.respect_privacy_signals && browser::opts_out_of_tracking()) {
            return;
        }
        // Kept beacons of earlier visits are sent even if this visit is outside the sample. The sender takes the browser's
        // functions before any of them is wrapped.
        self.sender();
        let start = if is_late { browser::now() } else { 0.0 };
        let first = View::new(
            &self.options,
            visit_storage::resume(),
            page_load().navigation,
            start,
            browser::route(),
        );
        let (sampled, errors_sampled, route) = (first.sampled, first.errors_sampled, first.route.clone());
        if !sampled && !errors_sampled {
            return;
        }
        let mut errors = Vec::new();
        if errors_sampled {
            errors.push(Listener::new(self, "error", |this, event| {
                this.error(|filter| filter.describe_error_event(&event));
            }));
            let rejected =
                |this: &Rc<Self>, event: JsValue| this.error(|filter| filter.describe_rejection(&event));
            errors.push(Listener::new(self, "unhandledrejection", rejected));
        }
        let routes = sampled && self.options.routes;
        *self.run.borrow_mut() = Some(Run {
            is_late,
            views: Views::new(View { number: Some(0), ..first }),
            route,
            interactions: None,
            timer: Task::new(self, Inner::on_timer),
            _errors: errors,
            _routes: routes
                .then(|| RouteObserver::new(self, |this, replaced| this.on_route_change(replaced))),
            _tracing: if sampled { self.trace() } else { None },
            vitals: None,
        });
        self.schedule_flush();
        let which = match (sampled, is_late) {
            (false, _) => EntryScope::None,
            (true, true) => EntryScope::FromNow,
            (true, false) => EntryScope::Buffered,
        };
        // A strong reference: a page is measured even if nobody keeps the handle. `end` breaks the cycle.
        let this = Rc::clone(self);
        let vitals = Rc::new(Vitals::new(which, move |event| this.on_page_event(event)));
        if let Some(run) = self.run.borrow_mut().as_mut() {
            run.vitals = Some(vitals);
        }
    }

    /// What sends, and what deletes kept beacons. It is created when it is first needed: without consent that may be never.
    fn sender(self: &Rc<Self>) -> &Sender {
        self.sender.get_or_init(|| {
            let this = Rc::downgrade(self);
            Sender::new(&self.options.endpoint, self.options.keep, move |beacons| {
                if let Some(this) = this.upgrade() {
                    this.with_views(|views| views.current_mut().queue.count_lost(beacons));
                }
            })
        })
    }

    /// A trace is a page view: its id is the session id and the view's id.
    fn trace(self: &Rc<Self>) -> Option<Tracing> {
        let this = Rc::downgrade(self);
        Tracing::start(&self.options.traceparent, &self.options.endpoint, move || {
            let this = this.upgrade()?;
            // A request must be sent in any case, also while `run` is borrowed.
            let run = this.run.try_borrow().ok()?;
            let context = &run.as_ref()?.views.current().context;
            Some([context.session.as_str(), &context.view].concat())
        })
    }

    /// Removes all listeners and wrappers.
    fn end(&self) {
        // Dropped after the borrow: removing wrappers may call back.
        let run = self.run.borrow_mut().take();
        drop(run);
        self.unsent.borrow_mut().clear();
    }

    pub(super) fn stop(self: &Rc<Self>) {
        if !self.stopped.replace(true) {
            self.flush();
            self.end();
            if let Some(sender) = self.sender.get() {
                sender.stop();
            }
        }
    }

    pub(super) fn consent(self: &Rc<Self>, agrees: bool) {
        // It can be withdrawn also after `stop`, and by a page that began without it, for what an earlier one kept.
        if agrees && (self.stopped.get() || self.consent.get()) {
            return;
        }
        self.consent.set(agrees);
        if agrees {
            // Totals from before the consent are read, so that they are not reported later.
            self.collect();
            self.begin(true);
        } else {
            self.end();
            self.marks.take();
            visit_storage::forget();
            self.sender().forget();
        }
    }

    fn with_views(&self, change: impl FnOnce(&mut Views)) {
        if let Some(run) = self.run.borrow_mut().as_mut() {
            change(&mut run.views);
        }
    }

    /// A page view that starts now.
    fn next_view(&self, navigation: Navigation, route: String) -> View {
        View::new(&self.options, visit_storage::resume(), navigation, browser::now(), route)
    }

    fn scrubbed(&self, url: &str) -> String {
        self.options.scrub_url.as_ref().map_or_else(|| browser::scrubbed(url), |scrub| scrub(url))
    }
}

/// An interval that timers support: above 2^31 ms they fire at once; below a second they cost more than they give.
fn bounded(ms: f64) -> f64 {
    if ms >= 1000.0 { ms.min(2_147_483_647.0) } else { 1000.0 }
}
