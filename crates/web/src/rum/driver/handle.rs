//! What a handle asks of the driver.
use super::super::handle::{RumDriver, Sent};
use super::super::send::Sender;
use super::Inner;
use std::fmt::Display;
use std::rc::Rc;
use wasm_bindgen::JsValue;

impl RumDriver for Inner {
    fn mark(self: Rc<Self>, name: &str) {
        Inner::mark(&self, name);
    }

    fn measure(self: Rc<Self>, name: &str, start_mark: Option<&str>, end_mark: Option<&str>) -> Option<f64> {
        Inner::measure(&self, name, start_mark, end_mark)
    }

    fn timing(self: Rc<Self>, name: &str, ms: f64) {
        self.record(|view, now| view.queue.record(now, name, ms));
    }

    fn count(self: Rc<Self>, name: &str, by: u64) {
        self.record(|view, now| view.queue.count(now, name, by));
    }

    fn gauge(self: Rc<Self>, name: &str, value: f64) {
        self.record(|view, now| view.queue.gauge(now, name, value));
    }

    fn total(self: Rc<Self>, name: &str, total: u64) {
        Inner::total(&self, name, total);
    }

    fn error(self: Rc<Self>, error: &dyn Display) {
        Inner::error(&self, |filter| filter.describe_message(&error.to_string()));
    }

    fn thrown(self: Rc<Self>, thrown: &JsValue) {
        Inner::error(&self, |filter| filter.describe_thrown(thrown));
    }

    fn flush(self: Rc<Self>) {
        Inner::flush(&self);
    }

    fn stop(self: Rc<Self>) {
        Inner::stop(&self);
    }

    fn consent(self: Rc<Self>, agrees: bool) {
        Inner::consent(&self, agrees);
    }

    fn sent(&self) -> Sent {
        self.sender.get().map(Sender::sent).unwrap_or_default()
    }
}
