//! Real user monitoring: measures the page, gathers errors and figures, and sends them in small beacons.
//!
//! [`start`] is all that an application needs. [`Vitals`] alone measures without sending.
mod errors;
mod hooks;
mod host;
mod options;
mod send;
mod vitals;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use hooks::{Later, Listener, callback};
use host::Event;
pub use options::{BeforeSend, Collect, NamePage, RumOptions};
pub use vitals::{Signal, Vitals};
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{self, Context, Device, Queue, Session, limits, scrub};
use whippet_engine::stats::Deltas;
use whippet_engine::time::{Duration, Instant};
use whippet_engine::vitals::{Metric, Navigation, Reporter};

/// Where in the tab's storage the visit is kept.
const STORAGE_KEY: &str = "whippet.session";

/// Measures the page from now on, and what the browser recorded before, and sends it.
pub fn start(mut options: RumOptions) -> Rum {
    options.flush_interval = bounded(options.flush_interval);
    let inner = Rc::new(Inner {
        consent: Cell::new(options.consent),
        queue: RefCell::new(Queue::new(Duration::from_ms(options.flush_interval))),
        options,
        run: RefCell::new(None),
        deltas: RefCell::new(Deltas::new()),
        stopped: Cell::new(false),
        flushing: Cell::new(false),
        sent: Cell::new(Sent::default()),
    });
    let rum = Rum { inner };
    rum.inner.begin();
    rum
}

/// A page that is measured. Clones are the same one; it goes on without them, until [`stop`](Self::stop).
#[derive(Clone)]
pub struct Rum {
    inner: Rc<Inner>,
}

/// What was sent so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Beacons that the browser took.
    pub beacons: u32,
    /// Their bytes.
    pub bytes: u32,
    /// Beacons that were refused or failed, so far as the browser said so.
    pub lost: u32,
}

struct Inner {
    options: RumOptions,
    consent: Cell<bool>,
    stopped: Cell<bool>,
    /// While a flush is under way: the page's own functions may ask for another.
    flushing: Cell<bool>,
    queue: RefCell<Queue>,
    deltas: RefCell<Deltas>,
    sent: Cell<Sent>,
    /// `None` before consent, and where the visit is not of the sample.
    run: RefCell<Option<Run>>,
}

/// What lives as long as the page is measured.
struct Run {
    session: Session,
    context: Context,
    /// What was reported of each metric, so that a value goes once.
    reporters: [Reporter; 5],
    timer: Later,
    rejected: Closure<dyn Fn(JsValue)>,
    _listeners: [Listener; 2],
    /// Last, as it reports at once.
    vitals: Option<Vitals>,
}

impl Rum {
    /// Records one measurement of something frequent, for example a latency in ms.
    pub fn record(&self, name: &str, value: f64) {
        self.inner.put(|queue, now| queue.record(now, name, value));
    }

    /// Counts `by` more.
    pub fn count(&self, name: &str, by: u64) {
        self.inner.put(|queue, now| queue.count(now, name, by));
    }

    /// Tells the present total of something that is counted elsewhere: what was added since it was told
    /// last is reported.
    pub fn total(&self, name: &str, total: u64) {
        if self.inner.run.borrow().is_some() {
            let by = self.inner.deltas.borrow_mut().take(name, total);
            self.count(name, by);
        }
    }

    /// Reports an error that was caught. Addresses in it lose their queries.
    pub fn error(&self, message: &str, source: &str) {
        self.inner.error(message, source);
    }

    /// Sends what waits, without waiting.
    pub fn flush(&self) {
        self.inner.flush();
    }

    /// Sends what waits, and undoes all hooks, for good.
    pub fn stop(&self) {
        if !self.inner.stopped.replace(true) {
            self.inner.flush();
            self.inner.end();
        }
    }

    /// Whether the user agrees. `false` stops, forgets what waits and who it was, and sends nothing;
    /// `true` begins anew.
    pub fn consent(&self, agrees: bool) {
        if self.inner.stopped.get() || self.inner.consent.replace(agrees) == agrees {
            return;
        }
        if agrees {
            self.inner.begin();
            // What was counted elsewhere before the user agreed is not reported either.
            self.inner.collect();
            self.inner.queue.borrow_mut().clear();
        } else {
            self.inner.end();
            self.inner.queue.borrow_mut().clear();
            if let Some(storage) = host::storage() {
                let _ = storage.remove_item(STORAGE_KEY);
            }
        }
    }

    /// What was sent so far.
    pub fn sent(&self) -> Sent {
        self.inner.sent.get()
    }
}

impl Inner {
    fn begin(self: &Rc<Self>) {
        if !self.consent.get() {
            return;
        }
        let session = resume_session();
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
            sample_rate: self.options.sample_rate,
        };
        let run = Run {
            session,
            context,
            reporters: Metric::ALL.map(|_| Reporter::new(true)),
            timer: Later::new(self, |this, _| this.on_timer()),
            rejected: callback(self, |this, _| this.on_lost()),
            _listeners: [
                Listener::new(self, "error", |this, event| {
                    this.on_error(errors::of_error(event.unchecked_ref()))
                }),
                Listener::new(self, "unhandledrejection", |this, event| {
                    this.on_error(errors::of_rejection(event.unchecked_ref::<Event>()));
                }),
            ],
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

    fn end(&self) {
        // Dropped after the borrow: undoing hooks may call back.
        let run = self.run.borrow_mut().take();
        drop(run);
    }

    fn put(self: &Rc<Self>, what: impl FnOnce(&mut Queue, Instant)) {
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
            Signal::Loaded(ms) => self.put(|queue, now| queue.record(now, "page.load", *ms)),
            Signal::Hidden => {
                self.flush();
                if let Some(run) = self.run.borrow().as_ref() {
                    run.timer.cancel();
                }
            }
            Signal::Shown => self.wait(),
            Signal::Restored => {
                self.flush();
                let page = self.page();
                if let Some(run) = self.run.borrow_mut().as_mut() {
                    run.session = resume_session();
                    run.context.session = run.session.id();
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

    fn error(self: &Rc<Self>, message: &str, source: &str) {
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

    fn on_lost(&self) {
        let mut sent = self.sent.get();
        sent.lost += 1;
        self.sent.set(sent);
        self.queue.borrow_mut().lost(1);
    }

    fn flush(self: &Rc<Self>) {
        // A page that nobody may ever see has nothing to tell.
        if self.run.borrow().is_none() || host::is_prerendering() || self.flushing.replace(true) {
            return;
        }
        self.collect();
        for beacon in self.encode() {
            self.send(beacon);
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
            run.session.touch(wall_clock as u64);
            store_session(&run.session);
        }
        beacons
    }

    fn collect(self: &Rc<Self>) {
        if let Some(collect) = &self.options.collect {
            collect(&Rum { inner: Rc::clone(self) });
        }
    }

    fn send(&self, mut text: String) {
        if let Some(before_send) = &self.options.before_send {
            match before_send(text) {
                Some(changed) => text = changed,
                None => return,
            }
        }
        // Consent may have been taken back in `before_send`.
        let taken = match self.run.borrow().as_ref() {
            Some(run) => send::send(&self.options.endpoint, &text, run.rejected.as_ref()),
            None => return,
        };
        if taken {
            let mut sent = self.sent.get();
            sent.beacons += 1;
            sent.bytes += text.len() as u32;
            self.sent.set(sent);
        } else {
            self.on_lost();
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

/// The visit that the tab's storage tells of, or a new one; stored where that is allowed.
fn resume_session() -> Session {
    let stored = host::storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
    let session = Session::resume(&stored.unwrap_or_default(), host::wall_clock() as u64, host::seed());
    store_session(&session);
    session
}

fn store_session(session: &Session) {
    if let Some(storage) = host::storage() {
        let _ = storage.set_item(STORAGE_KEY, &session.to_text());
    }
}
