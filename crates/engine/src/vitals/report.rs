//! Values of metrics, and which of them a listener gets.
use super::metric::{Metric, Rating};
use super::navigation::Navigation;
use alloc::vec::Vec;

/// A metric's value at a moment that may matter to a listener.
#[derive(Clone, Debug, PartialEq)]
pub struct Report<E> {
    /// Which metric.
    pub metric: Metric,
    /// Milliseconds; a plain number for CLS.
    pub value: f64,
    /// Whether every listener gets the value: it is final, or the page is hidden and may never come back. Other values
    /// are for listeners that want all changes.
    pub settled: bool,
    /// Counts the page views of this document. A new page view starts all values anew.
    pub view: u32,
    /// How that page view began.
    pub navigation: Navigation,
    /// The performance entries that the value came from; empty where there are none, as for a CLS of 0.
    pub entries: Vec<E>,
}

impl<E> Report<E> {
    /// How the value is rated.
    pub fn rating(&self) -> Rating {
        self.metric.rate(self.value)
    }
}

/// One listener to one metric.
#[derive(Clone, Debug)]
pub struct Reporter {
    all_changes: bool,
    view: u32,
    previous: Option<f64>,
}

impl Reporter {
    /// A listener without any value yet. With `all_changes` it gets every value, otherwise only settled ones.
    pub const fn new(all_changes: bool) -> Self {
        Self { all_changes, view: 0, previous: None }
    }

    /// web-vitals' `delta`: by how much the value differs from the last one that the listener got in this page view, or
    /// the whole value if there was none. `None` if the listener does not get the value.
    pub fn delta<E>(&mut self, report: &Report<E>) -> Option<f64> {
        if report.view != self.view {
            self.view = report.view;
            self.previous = None;
        }
        self.delta_of(report.value, report.settled)
    }

    /// Like [`delta`](Self::delta), for a value of the current page view.
    pub fn delta_of(&mut self, value: f64, settled: bool) -> Option<f64> {
        if !(settled || self.all_changes) || self.previous == Some(value) {
            return None;
        }
        let before = self.previous.replace(value);
        Some(value - before.unwrap_or(0.0))
    }

    /// Starts a new page view: the next delta is the whole value.
    pub fn begin(&mut self) {
        self.previous = None;
    }
}
