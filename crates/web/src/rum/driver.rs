//! What goes on in a measured page: hooks, the queue behind them, and when it is sent.
use super::errors;
use super::hooks::{Later, Listener};
use super::host::{self, Event};
use super::options::RumOptions;
use super::send::Sender;
use super::trace::Tracing;
use super::visit;
use super::vitals::{Signal, Vitals};
use super::{Rum, Sent};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{self, Connection, Context, Device, Queue, limits, scrub};
use whippet_engine::stats::Deltas;
use whippet_engine::time::{Duration, Instant};
use whippet_engine::vitals::{Metric, Navigation, Reporter};

/// What a [`Rum`] stands for.
pub(super) struct Inner {
    options: RumOptions,
    consent: Cell<bool>,
    stopped: Cell<bool>,
    /// While a flush is under way: the page's own functions may ask for another.
    flushing: Cell<bool>,
    queue: RefCell<Queue>,
    deltas: RefCell<Deltas>,
    /// From the first time that the user agreed.
    sender: OnceCell<Sender>,
    /// `None` before consent, and where the visit is not of the sample.
    run: RefCell<Option<Run>>,
}

/// What lives as long as the page is measured.
struct Run {
    context: Context,
    /// What was reported of each metric, so that a value goes once.
    reporters: [Reporter; 5],
    timer: Later,
    _listeners: [Listener; 2],
    _tracing: Option<Tracing>,
    vitals: Option<Vitals>,
}

impl Inner {
    pub(super) fn new(mut options: RumOptions) -> Rc<Self> {
        options.flush_interval = bounded(options.flush_interval);
        Rc::new(Self {
            consent: Cell::new(options.consent),
            queue: RefCell::new(Queue::new(Duration::from_ms(options.flush_interval))),
            options,
            stopped: Cell::new(false),
            flushing: Cell::new(false),
            deltas: RefCell::new(Deltas::new()),
            sender: OnceCell::new(),
            run: RefCell::new(None),
        })
    }

    pub(super) fn sent(&self) -> Sent {
        self.sender.get().map(Sender::sent).unwrap_or_default()
    }

    /// Begins to measure, unless the user did not agree or the visit is not of the sample.
    pub(super) fn begin(self: &Rc<Self>) {
        if !self.consent.get() || (self.options.respect_privacy_signals && host::declines()) {
            return;
        }
        // What earlier visits kept is sent also where this one is not of the sample. What was taken before anything
        // is wrapped is the browser's own.
        self.sender.get_or_init(|| {
            let this = Rc::downgrade(self);
            Sender::new(&self.options.endpoint, self.options.keep, move |beacons| {
                if let Some(this) = this.upgrade() {
                    this.queue.borrow_mut().lost(beacons);
                }
            })
        });
        let session = visit::resume();
        if !session.is_sampled(self.options.sample_rate) {
            return;
        }
        let (touch, shorter_side) = host::device();
        let app = limits::line(&self.options.app, limits::LABEL);
        let release = self.options.release.as_deref().map(|release| limits::line(release, limits::LABEL));
        let context = Context {
            session: session.id(),
            view: beacon::name(host::seed()),
            app: if app.is_empty() { String::from("unnamed") } else { app },
            release: release.filter(|release| !release.is_empty()),
            page: self.page(),
            navigation: Navigation::Navigate,
            device: Device::classify(touch, shorter_side),
            connection: host::connection().as_deref().and_then(Connection::from_name),
            memory: host::memory().filter(|gib| (0.0..=limits::MEMORY).contains(gib)),
            sample_rate: self.options.sample_rate,
        };
        let this = Rc::downgrade(self);
        let trace = move || {
            let this = this.upgrade()?;
            let run = this.run.borrow();
            let Context { session, view, .. } = &run.as_ref()?.context;
            Some([session.as_str(), view].concat())
        };
        let run = Run {
            context,
            reporters: Metric::ALL.map(|_| Reporter::new(true)),
            timer: Later::new(self, |this, _| this.on_timer()),
            _listeners: [
                Listener::new(self, "error", |this, event| {
                    this.on_error(errors::of_error(event.unchecked_ref()))
                }),
                Listener::new(self, "unhandledrejection", |this, event| {
                    this.on_error(errors::of_rejection(event.unchecked_ref::<Event>()));
                }),
            ],
            _tracing: Tracing::start(&self.options.traceparent, &self.options.endpoint, trace),
            vitals: None,
        };
        run.timer.after(self.options.flush_interval);
        *self.run.borrow_mut() = Some(run);
        // Strong: a page is measured whether or not anyone kept the handle. `end` breaks the circle.
        let this = Rc::clone(self);
        let vitals = Vitals::new(move |signal| this.on_signal(&signal));
        if let Some(run) = self.run.borrow_mut().as_mut() {
            run.vitals = Some(vitals);
        }
    }

    /// Undoes all hooks.
    fn end(&self) {
        // Dropped after the borrow: undoing hooks may call back.
        let run = self.run.borrow_mut().take();
        drop(run);
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
            self.begin();
        } else {
            self.end();
            self.queue.borrow_mut().clear();
            visit::forget();
            if let Some(sender) = self.sender.get() {
                sender.forget();
            }
        }
    }

    pub(super) fn total(self: &Rc<Self>, name: &str, total: u64) {
        let by = self.deltas.borrow_mut().take(name, total);
        self.put(|queue, now| queue.count(now, name, by));
    }

    /// Without consent, and outside the sample, nothing is kept.
    pub(super) fn put(self: &Rc<Self>, what: impl FnOnce(&mut Queue, Instant)) {
        if self.run.borrow().is_none() {
            return;
        }
        let now = Instant::from_ms(host::now());
        let is_due = {
            let mut queue = self.queue.borrow_mut();
            what(&mut queue, now);
            queue.is_due(now)
        };
        if is_due {
            self.flush();
        }
    }

    fn on_signal(self: &Rc<Self>, signal: &Signal<'_>) {
        match signal {
            Signal::Report(report) => {
                let is_new = match self.run.borrow_mut().as_mut() {
                    Some(run) => run.reporters[report.metric as usize].news(report).is_some(),
                    None => false,
                };
                if is_new {
                    self.put(|queue, now| queue.vital(now, report.metric, report.value));
                }
            }
            Signal::Phase(name, ms) => self.put(|queue, now| queue.record(now, name, *ms)),
            Signal::Loaded(ms) => self.put(|queue, now| queue.record(now, "page.load", *ms)),
            Signal::Hidden => {
                self.flush_as(true);
                if let Some(run) = self.run.borrow().as_ref() {
                    run.timer.cancel();
                }
            }
            Signal::Shown => self.wait(),
            Signal::Restored => {
                self.flush();
                let page = self.page();
                if let Some(run) = self.run.borrow_mut().as_mut() {
                    run.context.session = visit::resume().id();
                    run.context.view = beacon::name(host::seed());
                    run.context.page = page;
                }
                self.wait();
            }
        }
    }

    fn on_error(self: &Rc<Self>, error: Option<(String, String)>) {
        if let Some((message, source)) = error {
            self.error(&message, &source);
        }
    }

    pub(super) fn error(self: &Rc<Self>, message: &str, source: &str) {
        // Cut first: a message may be as long as a page.
        let message = scrub::text(limits::cut(message, 2 * limits::MESSAGE));
        let source = scrub::text(limits::cut(source, 2 * limits::MESSAGE));
        self.put(|queue, now| queue.error(now, &message, &source));
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
        if self.run.borrow().is_none() || host::is_prerendering() || self.flushing.replace(true) {
            return;
        }
        self.collect();
        for beacon in self.encode() {
            self.send(beacon, leaving);
        }
        self.flushing.set(false);
    }

    fn encode(&self) -> Vec<String> {
        let wall_clock = host::wall_clock();
        let mut run = self.run.borrow_mut();
        let Some(run) = run.as_mut() else { return Vec::new() };
        if let Some(navigation) = run.vitals.as_ref().and_then(Vitals::navigation) {
            run.context.navigation = navigation;
        }
        let beacons = self.queue.borrow_mut().flush(wall_clock as i64, &run.context);
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

    fn page(&self) -> String {
        let path = host::pathname();
        let named = self.options.page.as_ref().and_then(|page| page(&path));
        let named = named.map(|page| limits::line(&page, limits::PAGE)).filter(|page| !page.is_empty());
        named.unwrap_or_else(|| scrub::path(&path))
    }
}

/// An interval that timers keep: above 2^31 ms they fire at once, and below a second they would cost more than
/// they tell.
fn bounded(ms: f64) -> f64 {
    if ms > 2_147_483_647.0 {
        2_147_483_647.0
    } else if ms >= 1000.0 {
        ms
    } else {
        1000.0
    }
}
