//! Real user monitoring: measures the page, gathers errors and figures, and sends them in small beacons.
//!
//! An application only calls [`start`]. It measures the same as `startRum` of the npm package (pkg/src/rum), by the same
//! rules.
mod browser;
mod callback;
mod driver;
mod entry_observer;
mod errors;
mod frames;
mod listener;
mod marks;
mod method_proxy;
mod navigation;
mod options;
mod persistent_listeners;
mod read;
mod resources;
mod route_observer;
mod send;
mod task;
mod thrown_value;
mod trace;
mod view;
mod views;
mod visit_storage;
mod vitals;

use driver::Inner;
pub use options::{BeforeSend, Collect, ErrorPattern, NamePage, RumOptions, ScrubUrl, Traceparent};
use std::fmt::Display;
use std::rc::Rc;
use wasm_bindgen::JsValue;
pub use whippet_engine::beacon::KeepBounds;

/// Measures the page from now on, with what the browser recorded before, and sends beacons.
pub fn start(options: RumOptions) -> Rum {
    let inner = Inner::new(options);
    inner.begin(false);
    Rum { inner }
}

/// A handle of the measured page. Clones share it; measuring goes on without them until [`stop`](Self::stop).
#[derive(Clone)]
pub struct Rum {
    inner: Rc<Inner>,
}

/// What was sent so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Beacons that the server acknowledged, or that the browser took over while the page was unloaded.
    pub beacons: u32,
    /// Their bytes.
    pub bytes: u32,
    /// Beacons that were rejected or dropped. Kept beacons are not among them.
    pub lost: u32,
}

impl Rum {
    /// Sets a mark, and reports its time in ms since the page view began.
    pub fn mark(&self, name: &str) {
        self.inner.mark(name);
    }

    /// Reports the time between two marks. The default for the start is the start of the page view, for the end it is now.
    /// Returns the duration in ms; `None` if a mark is missing, or nothing is measured.
    pub fn measure(&self, name: &str, start_mark: Option<&str>, end_mark: Option<&str>) -> Option<f64> {
        self.inner.measure(name, start_mark, end_mark)
    }

    /// Reports a duration in ms.
    pub fn timing(&self, name: &str, ms: f64) {
        self.inner.record(|view, now| view.queue.record(now, name, ms));
    }

    /// Adds `by` to a counter.
    pub fn count(&self, name: &str, by: u64) {
        self.inner.record(|view, now| view.queue.count(now, name, by));
    }

    /// Sets a gauge.
    pub fn gauge(&self, name: &str, value: f64) {
        self.inner.record(|view, now| view.queue.gauge(now, name, value));
    }

    /// Takes the current total of a counter that is kept elsewhere, and reports its increase since the last call.
    pub fn total(&self, name: &str, total: u64) {
        self.inner.total(name, total);
    }

    /// Reports a caught error by its `Display` text. URLs in it lose their queries.
    pub fn error(&self, error: impl Display) {
        self.inner.error(|filter| filter.describe_message(&error.to_string()));
    }

    /// Reports a value that JavaScript threw, with its stack.
    pub fn thrown(&self, thrown: &JsValue) {
        self.inner.error(|filter| filter.describe_thrown(thrown));
    }

    /// Sends what waits, now.
    pub fn flush(&self) {
        self.inner.flush();
    }

    /// Sends what waits, and stops measuring for good.
    pub fn stop(&self) {
        self.inner.stop();
    }

    /// Gives or withdraws the user's consent. Withdrawing it stops measuring, discards what waits, deletes kept beacons and the
    /// session id, aborts requests as far as possible, and sends nothing; giving it starts anew from that moment.
    pub fn consent(&self, agrees: bool) {
        self.inner.consent(agrees);
    }

    /// What was sent so far.
    pub fn sent(&self) -> Sent {
        self.inner.sent()
    }
}
