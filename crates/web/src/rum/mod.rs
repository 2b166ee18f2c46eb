//! Real user monitoring: measures the page, gathers errors and figures, and sends them in small beacons.
//!
//! [`start`] is all that an application needs. [`Vitals`] alone measures without sending.
mod driver;
mod errors;
mod hooks;
mod host;
mod options;
mod send;
mod trace;
mod visit;
mod vitals;

use alloc::rc::Rc;
use driver::Inner;
pub use options::{BeforeSend, Collect, NamePage, RumOptions, Traceparent};
pub use vitals::{Signal, Vitals};
pub use whippet_engine::beacon::Bounds as KeepBounds;

/// Measures the page from now on, and what the browser recorded before, and sends it.
pub fn start(options: RumOptions) -> Rum {
    let inner = Inner::new(options);
    inner.begin();
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
        self.inner.total(name, total);
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
        self.inner.stop();
    }

    /// Whether the user agrees. `false` stops, forgets what waits, what was kept for later and who it was, takes back
    /// what is under way so far as the browser does that, and sends nothing; `true` begins anew.
    pub fn consent(&self, agrees: bool) {
        self.inner.consent(agrees);
    }

    /// What was sent so far.
    pub fn sent(&self) -> Sent {
        self.inner.sent()
    }
}
