//! What is reported, and to whom.
use super::metric::{Metric, Rating};
use super::navigation::Navigation;
use alloc::vec::Vec;

/// A metric's value at a moment that may matter to a listener.
#[derive(Clone, Debug, PartialEq)]
pub struct Report<E> {
    /// Which metric.
    pub metric: Metric,
    /// ms; a plain number for CLS.
    pub value: f64,
    /// Whether it is time to tell everybody: the value is final, or the page is hidden and may never come
    /// back. Otherwise it is for those who want all changes.
    pub settled: bool,
    /// Counts the page views of this document: another one means that all values began anew.
    pub view: u32,
    /// How that page view began.
    pub navigation: Navigation,
    /// The performance entries that the value came from; none where there are none, as for a CLS of 0.
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
    /// A listener who was told nothing yet. With `all_changes` it wants every value, otherwise only settled
    /// ones.
    pub const fn new(all_changes: bool) -> Self {
        Self { all_changes, view: 0, previous: None }
    }

    /// What is new to the listener: by how much the value differs from what it was told last, in full
    /// where it was told nothing in this page view. `None` where it is not to be told.
    pub fn news<E>(&mut self, report: &Report<E>) -> Option<f64> {
        if report.view != self.view {
            self.view = report.view;
            self.previous = None;
        }
        self.news_of(report.value, report.settled)
    }

    /// As [`news`](Self::news), of a value of the page view that is going on.
    pub fn news_of(&mut self, value: f64, settled: bool) -> Option<f64> {
        if !(settled || self.all_changes) || self.previous == Some(value) {
            return None;
        }
        let before = self.previous.replace(value);
        Some(value - before.unwrap_or(0.0))
    }

    /// A new page view begins: whatever comes next is news in full.
    pub fn begin(&mut self) {
        self.previous = None;
    }
}
