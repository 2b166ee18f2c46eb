//! What goes on in a measured page: what is heard, whose page view it is, and when it is sent.
use super::errors::Ignored;
use super::hooks::{Later, Listener};
use super::marks::Marks;
use super::options::RumOptions;
use super::routes::Routes;
use super::send::Sender;
use super::trace::Tracing;
use super::view::{DeviceNow, View};
use super::views::Views;
use super::vitals::{Entries, Signal, Vital, Vitals, page_load};
use super::{Rum, Sent, frames, host, navigation, read, resources, visit};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{PageError, scrub};
use whippet_engine::stats::Deltas;
use whippet_engine::time::Instant;
use whippet_engine::vitals::Navigation;

/// What a [`Rum`] stands for.
pub(super) struct Inner {
    options: RumOptions,
    consent: Cell<bool>,
    stopped: Cell<bool>,
    /// How many flushes are under way: the page's own functions may ask for another.
    flushing: Cell<u8>,
    /// Beacons that are being sent. They stay where the browser ends the page's scripts in the midst of that.
    unsent: RefCell<VecDeque<String>>,
    deltas: RefCell<Deltas>,
    marks: RefCell<Marks>,
    /// From the first error on.
    ignored: OnceCell<Ignored>,
    /// From the first time that the user agreed.
    sender: OnceCell<Sender>,
    /// `None` before consent, and where the visit is not of the sample.
    run: RefCell<Option<Run>>,
}

/// What lives as long as the page is measured.
struct Run {
    /// Whether what happened before is not looked at.
    is_late: bool,
    views: Views,
    timer: Later,
    _errors: Vec<Listener>,
    _routes: Option<Routes>,
    _tracing: Option<Tracing>,
    /// Shared, so that it can be told to drain while nothing is borrowed.
    vitals: Option<Rc<Vitals>>,
}

/// Whose a measurement is.
enum Whose {
    /// Of the page view that the user sees.
    Seen,
    /// Of the same, where errors are reported.
    SeenWithErrors,
    /// Of the page view that the document began.
    Document,
    /// Of the engine's page view of that number, which by now may be another than what the user sees.
    Numbered(u32),
}

impl Run {
    /// The page view, if its visit is of the sample.
    fn view_of(&mut self, whose: Whose) -> Option<&mut View> {
        match whose {
            Whose::Seen => Some(self.views.current_mut()).filter(|view| view.sampled),
            Whose::SeenWithErrors => Some(self.views.current_mut()).filter(|view| view.errors_sampled),
            Whose::Document => self.views.document().filter(|view| view.sampled),
            Whose::Numbered(number) => self.views.numbered(number).filter(|view| view.sampled),
        }
    }
}

impl Inner {
    pub(super) fn new(mut options: RumOptions) -> Rc<Self> {
        options.flush_interval = bounded(options.flush_interval);
        // Once: by the time that something goes there, the page's address may be another.
        options.endpoint = host::whole(&options.endpoint).unwrap_or(options.endpoint);
        Rc::new(Self {
            consent: Cell::new(options.consent),
            options,
            stopped: Cell::new(false),
            flushing: Cell::new(0),
            unsent: RefCell::new(VecDeque::new()),
            deltas: RefCell::new(Deltas::new()),
            marks: RefCell::new(Marks::default()),
            ignored: OnceCell::new(),
            sender: OnceCell::new(),
            run: RefCell::new(None),
        })
    }

    pub(super) fn sent(&self) -> Sent {
        self.sender.get().map(Sender::sent).unwrap_or_default()
    }

    /// Begins to measure, unless the user did not agree or the visit is not of the sample. `is_late`: what happened
    /// before is not looked at.
    pub(super) fn begin(self: &Rc<Self>, is_late: bool) {
        if !self.consent.get() || (self.options.respect_privacy_signals && host::declines()) {
            return;
        }
        // What earlier visits kept is sent also where this one is not of the sample. The ways out are taken before
        // anything is wrapped.
        self.sender.get_or_init(|| {
            let this = Rc::downgrade(self);
            Sender::new(&self.options.endpoint, self.options.keep, move |beacons| {
                if let Some(this) = this.upgrade() {
                    this.with_views(|views| views.current_mut().queue.lost(beacons));
                }
            })
        });
        let start = if is_late { host::now() } else { 0.0 };
        let first = View::new(&self.options, visit::resume(), page_load().navigation, start, host::route());
        let (sampled, errors_sampled) = (first.sampled, first.errors_sampled);
        if !sampled && !errors_sampled {
            return;
        }
        let mut errors = Vec::new();
        if errors_sampled {
            errors.push(Listener::new(self, "error", |this, event| {
                this.error(|ignored| ignored.of_error(&event));
            }));
            let rejected =
                |this: &Rc<Self>, event: JsValue| this.error(|ignored| ignored.of_rejection(&event));
            errors.push(Listener::new(self, "unhandledrejection", rejected));
        }
        let routes = sampled && self.options.routes;
        *self.run.borrow_mut() = Some(Run {
            is_late,
            views: Views::new(View { number: Some(0), ..first }),
            timer: Later::new(self, |this| this.on_timer()),
            _errors: errors,
            _routes: routes.then(|| Routes::new(self, |this| this.on_route())),
            _tracing: if sampled { self.trace() } else { None },
            vitals: None,
        });
        self.wait();
        let which = match (sampled, is_late) {
            (false, _) => Entries::No,
            (true, true) => Entries::Later,
            (true, false) => Entries::All,
        };
        // Strong: a page is measured whether or not anyone kept the handle. `end` breaks the circle.
        let this = Rc::clone(self);
        let vitals = Rc::new(Vitals::new(which, move |signal| this.on_signal(signal)));
        if let Some(run) = self.run.borrow_mut().as_mut() {
            run.vitals = Some(vitals);
        }
    }

    /// A trace is a page view: its name is the visit's and its own.
    fn trace(self: &Rc<Self>) -> Option<Tracing> {
        let this = Rc::downgrade(self);
        Tracing::start(&self.options.traceparent, &self.options.endpoint, move || {
            let this = this.upgrade()?;
            // Whatever became of this app, its requests must go out.
            let run = this.run.try_borrow().ok()?;
            let context = &run.as_ref()?.views.current().context;
            Some([context.session.as_str(), &context.view].concat())
        })
    }

    /// Undoes all hooks.
    fn end(&self) {
        // Dropped after the borrow: undoing hooks may call back.
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
        if self.stopped.get() || self.consent.replace(agrees) == agrees {
            return;
        }
        if agrees {
            // What was counted elsewhere before the user agreed is seen, but not reported.
            self.collect();
            self.begin(true);
        } else {
            self.end();
            self.marks.take();
            visit::forget();
            if let Some(sender) = self.sender.get() {
                sender.forget();
            }
        }
    }

    pub(super) fn total(self: &Rc<Self>, name: &str, total: u64) {
        let by = self.deltas.borrow_mut().take(name, total);
        self.put(|view, now| view.queue.count(now, name, by));
    }

    pub(super) fn mark(self: &Rc<Self>, name: &str) {
        if self.run.borrow().is_none() {
            return;
        }
        let now = host::now();
        self.marks.borrow_mut().note(name, now);
        if !now.is_nan() {
            self.put(|view, at| view.queue.record(at, name, (now - view.start).max(0.0)));
        }
    }

    pub(super) fn measure(
        self: &Rc<Self>,
        name: &str,
        start: Option<&str>,
        end: Option<&str>,
    ) -> Option<f64> {
        let mark = |name: &str| self.marks.borrow().get(name);
        let begun = self.run.borrow().as_ref()?.views.current().start;
        let start = start.map_or(Some(begun), mark)?;
        let end = end.map_or_else(|| Some(host::now()), mark)?;
        self.put(|view, now| view.queue.record(now, name, end - start));
        // Where the page took the clock away, nothing is known.
        Some(end - start).filter(|ms| !ms.is_nan())
    }

    /// Puts something into the page view that the user sees. Without consent, and outside the sample, nothing is kept.
    pub(super) fn put(self: &Rc<Self>, what: impl FnOnce(&mut View, Instant)) {
        self.put_into(Whose::Seen, what);
    }

    fn put_into(self: &Rc<Self>, whose: Whose, what: impl FnOnce(&mut View, Instant)) {
        let now = Instant::from_ms(host::now());
        let is_due = {
            let mut run = self.run.borrow_mut();
            let Some(view) = run.as_mut().and_then(|run| run.view_of(whose)) else { return };
            what(view, now);
            view.queue.is_due(now)
        };
        if is_due {
            self.flush();
        }
    }

    /// Puts in what `describe` says of an error, if it is to be told.
    pub(super) fn error(self: &Rc<Self>, describe: impl FnOnce(&Ignored) -> Option<PageError>) {
        if self.run.borrow().is_none() {
            return;
        }
        // What was thrown may run code of the page's while it is looked at: nothing is borrowed.
        let ignored = self.ignored.get_or_init(|| Ignored::new(self.options.ignore_errors.as_deref()));
        if let Some(error) = describe(ignored) {
            self.put_into(Whose::SeenWithErrors, |view, now| view.queue.failure(now, &error));
        }
    }

    fn on_signal(self: &Rc<Self>, signal: Signal) {
        match signal {
            Signal::Vital(vital) => self.on_vital(vital),
            Signal::SoftNavigation { view, start, url } => self.on_soft_navigation(view, start, &url),
            Signal::Restored { view } => {
                let next = self.next_view(Navigation::BackForwardCache, host::route());
                self.with_views(|views| views.restore(view, next));
                self.wait();
            }
            Signal::Resource(entry) => self.on_resource(&entry),
            Signal::LongFrame(entry) => {
                // The page's own function is not called while anything is borrowed.
                let frame = frames::Frame::new(&entry, |url| self.scrubbed(url));
                self.put(|view, now| frame.put(&mut view.queue, now));
            }
            Signal::Loaded => self.on_loaded(),
            Signal::Hidden => {
                self.flush_as(true);
                if let Some(run) = self.run.borrow().as_ref() {
                    run.timer.cancel();
                }
            }
            Signal::Shown => self.wait(),
        }
    }

    fn on_vital(self: &Rc<Self>, vital: Vital) {
        let Vital { view: number, navigation, metric, value, mut attribution } = vital;
        if !attribution.url.is_empty() {
            attribution.url = self.scrubbed(&attribution.url);
        }
        self.put_into(Whose::Numbered(number), |view, now| {
            view.context.navigation = navigation;
            view.queue.attributed(now, metric, value, attribution);
        });
    }

    fn on_soft_navigation(&self, number: u32, start: f64, url: &str) {
        let Some((visit, route)) = self.run.borrow().as_ref().map(|run| {
            let view = run.views.current();
            (view.visit.clone(), view.route.clone())
        }) else {
            return;
        };
        let parsed = host::address(url);
        let route = parsed
            .map_or(route, |url| scrub::route(&read::text(&url, "pathname"), &read::text(&url, "hash")));
        let view = View::new(&self.options, visit, Navigation::SoftNavigation, start, route);
        self.with_views(|views| views.navigate(number, view));
    }

    fn on_route(&self) {
        let route = host::route();
        let is_new = self.run.borrow().as_ref().is_some_and(|run| run.views.current().route != route);
        if is_new {
            let next = self.next_view(Navigation::SoftNavigation, route);
            self.with_views(|views| views.begin(next));
        }
    }

    fn on_resource(self: &Rc<Self>, entry: &JsValue) {
        let url = read::text(entry, "name");
        // What is sent is none of the page's own requests, also what earlier visits kept, for whatever server.
        let is_beacon =
            url == self.options.endpoint || self.sender.get().is_some_and(|sender| sender.is_own(&url));
        if !is_beacon {
            let (resource, timings) = (resources::of_entry(entry, &url), navigation::server_timings(entry));
            self.put(|view, now| {
                view.queue.resource(now, &resource);
                view.record(now, &timings);
            });
        }
    }

    fn on_loaded(self: &Rc<Self>) {
        let is_late = self.run.borrow().as_ref().is_none_or(|run| run.is_late);
        let Some(entry) = host::navigation_entry().filter(|_| !is_late) else { return };
        let (phases, load, of_server) =
            (navigation::phases(&entry), navigation::load_time(&entry), navigation::server_timings(&entry));
        self.put_into(Whose::Document, |view, now| {
            for (name, ms) in phases {
                view.queue.phase(now, name, ms);
            }
            if let Some(ms) = load {
                view.queue.record(now, "page.load", ms);
            }
        });
        self.put(|view, now| view.record(now, &of_server));
    }

    fn on_timer(self: &Rc<Self>) {
        self.flush();
        self.wait();
    }

    fn wait(&self) {
        if let Some(run) = self.run.borrow().as_ref() {
            run.timer.after(self.options.flush_interval);
        }
    }

    pub(super) fn flush(self: &Rc<Self>) {
        self.flush_as(false);
    }

    /// `leaving`: the page is hidden, and may never be seen again.
    fn flush_as(self: &Rc<Self>, leaving: bool) {
        // A page that nobody may ever see has nothing to tell.
        if self.run.borrow().is_none() || host::is_prerendering() {
            return;
        }
        // A page that is closed may find a flush that was cut off: Firefox ends what runs at `pagehide`, and then tells of
        // `visibilitychange`.
        if self.flushing.get() > u8::from(leaving) {
            return;
        }
        self.flushing.set(self.flushing.get() + 1);
        let vitals = self.run.borrow().as_ref().and_then(|run| run.vitals.clone());
        if let Some(vitals) = vitals {
            vitals.drain();
            self.collect();
        }
        let beacons = self.encode();
        self.unsent.borrow_mut().extend(beacons);
        while let Some(beacon) = self.first_unsent() {
            self.send(beacon, leaving);
            self.unsent.borrow_mut().pop_front();
        }
        self.flushing.set(0);
    }

    fn first_unsent(&self) -> Option<String> {
        self.unsent.borrow().front().cloned()
    }

    fn encode(&self) -> Vec<String> {
        let (wall_clock, device) = (host::wall_clock() as i64, DeviceNow::new());
        let mut beacons = Vec::new();
        self.with_views(|views| {
            for view in views.each().filter(|view| !view.queue.is_empty()) {
                view.tell_device(&device);
                beacons.append(&mut view.queue.flush(wall_clock, &view.context));
            }
            views.bound();
        });
        if !beacons.is_empty() {
            // A sign of life. If the visit is over, the next page view belongs to a new one.
            visit::resume();
        }
        beacons
    }

    fn collect(self: &Rc<Self>) {
        if let Some(collect) = &self.options.collect {
            collect(&Rum { inner: Rc::clone(self) });
        }
    }

    fn send(&self, mut text: String, leaving: bool) {
        if let Some(before_send) = &self.options.before_send {
            match before_send(text) {
                Some(changed) => text = changed,
                None => return,
            }
        }
        // Consent may have been taken back in `before_send`.
        if let (true, Some(sender)) = (self.run.borrow().is_some(), self.sender.get()) {
            sender.send(text, leaving);
        }
    }

    fn with_views(&self, what: impl FnOnce(&mut Views)) {
        if let Some(run) = self.run.borrow_mut().as_mut() {
            what(&mut run.views);
        }
    }

    /// A page view that begins now.
    fn next_view(&self, navigation: Navigation, route: String) -> View {
        View::new(&self.options, visit::resume(), navigation, host::now(), route)
    }

    fn scrubbed(&self, url: &str) -> String {
        self.options.scrub_url.as_ref().map_or_else(|| host::scrubbed(url), |scrub| scrub(url))
    }
}

/// An interval that timers keep: above 2^31 ms they fire at once, and below a second they would cost more than
/// they tell.
fn bounded(ms: f64) -> f64 {
    if ms >= 1000.0 { ms.min(2_147_483_647.0) } else { 1000.0 }
}
