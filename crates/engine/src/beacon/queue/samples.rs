//! Measurements of one name: as they are while they are few, then as a histogram.
use super::super::encode::Item;
use super::super::limits;
use crate::stats::Histogram;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) struct Samples {
    pub(super) name: String,
    few: Vec<f64>,
    many: Histogram,
}

impl Samples {
    pub(super) fn new(name: &str) -> Self {
        Self { name: String::from(name), few: Vec::new(), many: Histogram::new() }
    }

    /// Records a value that a histogram takes.
    pub(super) fn record(&mut self, value: f64) {
        if self.many.is_empty() && self.few.len() < limits::VALUES {
            self.few.push(value);
        } else {
            self.gather();
            self.many.record(value);
        }
    }

    pub(super) fn merge(&mut self, histogram: &Histogram) {
        self.gather();
        self.many.merge(histogram);
    }

    fn gather(&mut self) {
        for value in self.few.drain(..) {
            self.many.record(value);
        }
    }

    pub(super) fn is_many(&self) -> bool {
        !self.many.is_empty()
    }

    /// How many measurements there are.
    pub(super) fn count(&self) -> u64 {
        self.few.len() as u64 + self.many.count()
    }

    pub(super) fn item(&self) -> Item<'_> {
        if self.is_many() {
            Item::Histogram(&self.name, &self.many)
        } else {
            Item::Timing(&self.name, &self.few)
        }
    }
}
