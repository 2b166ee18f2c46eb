//! Real user monitoring: measures the page, gathers errors and figures, and sends them in small beacons.
//!
//! [`start`] is all that an application needs. What it measures, and by which rules, is what the npm package's
//! `startRum` does (pkg/src/rum): of the same page both tell the same.
mod driver;
mod errors;
mod frames;
mod hooks;
mod host;
mod marks;
mod navigation;
mod observation;
mod opened;
mod options;
mod read;
mod resources;
mod routes;
mod send;
mod thrown;
mod trace;
mod view;
mod views;
mod visit;
mod vitals;
mod wrapped;

use driver::Inner;
pub use options::{BeforeSend, Collect, ErrorPattern, NamePage, RumOptions, ScrubUrl, Traceparent};
use std::fmt::Display;
use std::rc::Rc;
use wasm_bindgen::JsValue;
pub use whippet_engine::beacon::KeepBounds;

/// Measures the page from now on, and what the browser recorded before, and sends it.
pub fn start(options: RumOptions) -> Rum {
    let inner = Inner::new(options);
    inner.begin(false);
    Rum { inner }
}

/// A page that is measured. Clones are the same one; it goes on without them, until [`stop`](Self::stop).
#[derive(Clone)]
pub struct Rum {
    inner: Rc<Inner>,
}

/// What was sent so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Beacons that the server acknowledged, or that the browser took when the page went.
    pub beacons: u32,
    /// Their bytes.
    pub bytes: u32,
    /// Beacons that were refused or given up. What may still be sent is not among them.
    pub lost: u32,
}

impl Rum {
    /// Notes this moment by a name, and reports it in ms since the page view began.
    pub fn mark(&self, name: &str) {
        self.inner.mark(name);
    }

    /// Reports how long it was from one mark to another, or to now; from the beginning of the page view where no mark is
    /// named. Returns that, in ms; `None` where a mark is missing, or nothing is measured.
    pub fn measure(&self, name: &str, start_mark: Option<&str>, end_mark: Option<&str>) -> Option<f64> {
        self.inner.measure(name, start_mark, end_mark)
    }

    /// Reports how long something took, in ms.
    pub fn timing(&self, name: &str, ms: f64) {
        self.inner.put(|view, now| view.queue.record(now, name, ms));
    }

    /// Counts `by` more.
    pub fn count(&self, name: &str, by: u64) {
        self.inner.put(|view, now| view.queue.count(now, name, by));
    }

    /// Reports how much there is of something that goes up and down.
    pub fn gauge(&self, name: &str, value: f64) {
        self.inner.put(|view, now| view.queue.gauge(now, name, value));
    }

    /// Tells the present total of something that is counted elsewhere: what was added since it was told
    /// last is reported.
    pub fn total(&self, name: &str, total: u64) {
        self.inner.total(name, total);
    }

    /// Reports an error that was caught, by what it says. Addresses in it lose their queries.
    pub fn error(&self, error: impl Display) {
        self.inner.error(|ignored| ignored.of_text(&error.to_string()));
    }

    /// Reports what JavaScript threw, with its stack.
    pub fn thrown(&self, thrown: &JsValue) {
        self.inner.error(|ignored| ignored.of_thrown(thrown));
    }

    /// Sends what waits, without waiting.
    pub fn flush(&self) {
        self.inner.flush();
    }

    /// Sends what waits, and undoes all hooks, for good.
    pub fn stop(&self) {
        self.inner.stop();
    }

    /// Whether the user agrees. `false` stops, forgets what waits, what was kept for later and who it was, takes back
    /// what is under way so far as the browser does that, and sends nothing; `true` begins anew, with what happens
    /// from then on.
    pub fn consent(&self, agrees: bool) {
        self.inner.consent(agrees);
    }

    /// What was sent so far.
    pub fn sent(&self) -> Sent {
        self.inner.sent()
    }
}
