//! Measurements of one name: single values up to a limit, then a histogram.
use super::super::beacon_limits as limits;
use super::super::item::Item;
use crate::stats::Histogram;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) struct Distribution {
    pub(super) name: String,
    values: Vec<f64>,
    histogram: Histogram,
}

impl Distribution {
    pub(super) fn new(name: &str) -> Self {
        Self { name: String::from(name), values: Vec::new(), histogram: Histogram::new() }
    }

    /// Records a value that a histogram accepts.
    pub(super) fn record(&mut self, value: f64) {
        if self.histogram.is_empty() && self.values.len() < limits::VALUES {
            self.values.push(value);
        } else {
            self.move_to_histogram();
            self.histogram.record(value);
        }
    }

    pub(super) fn merge(&mut self, other: &Histogram) {
        self.move_to_histogram();
        self.histogram.merge(other);
    }

    fn move_to_histogram(&mut self) {
        for value in self.values.drain(..) {
            self.histogram.record(value);
        }
    }

    pub(super) fn is_histogram(&self) -> bool {
        !self.histogram.is_empty()
    }

    /// The number of measurements.
    pub(super) fn count(&self) -> u64 {
        self.values.len() as u64 + self.histogram.count()
    }

    pub(super) fn item(&self) -> Item<'_> {
        if self.is_histogram() {
            Item::Histogram(&self.name, &self.histogram)
        } else {
            Item::Timing(&self.name, &self.values)
        }
    }
}
