//! The public handle of the measured page. It knows its driver only as a trait, since an option of the driver is called with
//! a handle.
use std::fmt::Display;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// The driver, as a handle needs it. Outside the sample, and without consent, recording does nothing.
pub(super) trait RumDriver {
    fn mark(self: Rc<Self>, name: &str);
    fn measure(self: Rc<Self>, name: &str, start_mark: Option<&str>, end_mark: Option<&str>) -> Option<f64>;
    fn timing(self: Rc<Self>, name: &str, ms: f64);
    fn count(self: Rc<Self>, name: &str, by: u64);
    fn gauge(self: Rc<Self>, name: &str, value: f64);
    fn total(self: Rc<Self>, name: &str, total: u64);
    fn error(self: Rc<Self>, error: &dyn Display);
    fn thrown(self: Rc<Self>, thrown: &JsValue);
    fn flush(self: Rc<Self>);
    fn stop(self: Rc<Self>);
    fn consent(self: Rc<Self>, agrees: bool);
    fn sent(&self) -> Sent;
}

/// A handle of the measured page. Clones share it; measuring goes on without them until [`stop`](Self::stop).
#[derive(Clone)]
pub struct Rum {
    driver: Rc<dyn RumDriver>,
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
    pub(super) fn new(driver: Rc<dyn RumDriver>) -> Self {
        Self { driver }
    }

    fn driver(&self) -> Rc<dyn RumDriver> {
        Rc::clone(&self.driver)
    }

    /// Sets a mark, and reports its time in ms since the page view began, for a prerendered page since it was shown.
    pub fn mark(&self, name: &str) {
        self.driver().mark(name);
    }

    /// Reports the time between two marks. The default for the start is the start of the page view, for the end it is now.
    /// Returns the duration in ms; `None` if a mark is missing, or nothing is measured.
    pub fn measure(&self, name: &str, start_mark: Option<&str>, end_mark: Option<&str>) -> Option<f64> {
        self.driver().measure(name, start_mark, end_mark)
    }

    /// Reports a duration in ms.
    pub fn timing(&self, name: &str, ms: f64) {
        self.driver().timing(name, ms);
    }

    /// Adds `by` to a counter.
    pub fn count(&self, name: &str, by: u64) {
        self.driver().count(name, by);
    }

    /// Sets a gauge.
    pub fn gauge(&self, name: &str, value: f64) {
        self.driver().gauge(name, value);
    }

    /// Takes the current total of a counter that is kept elsewhere, and reports its increase since the last call.
    pub fn total(&self, name: &str, total: u64) {
        self.driver().total(name, total);
    }

    /// Reports a caught error by its `Display` text. URLs in it lose their queries.
    pub fn error(&self, error: impl Display) {
        self.driver().error(&error);
    }

    /// Reports a value that JavaScript threw, with its stack.
    pub fn thrown(&self, thrown: &JsValue) {
        self.driver().thrown(thrown);
    }

    /// Sends what waits, now.
    pub fn flush(&self) {
        self.driver().flush();
    }

    /// Sends what waits, and stops measuring for good.
    pub fn stop(&self) {
        self.driver().stop();
    }

    /// Gives or withdraws the user's consent. Withdrawing it stops measuring, discards what waits, deletes kept beacons and the
    /// session id, aborts requests as far as possible, and sends nothing; giving it starts anew from that moment.
    pub fn consent(&self, agrees: bool) {
        self.driver().consent(agrees);
    }

    /// What was sent so far.
    pub fn sent(&self) -> Sent {
        self.driver.sent()
    }
}
