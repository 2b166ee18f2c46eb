//! Measurements of one name: as they are while they are few, then as a histogram.
use super::super::encode::Item;
use super::super::limits;
use crate::stats::Histogram;
use alloc::string::String;
use alloc::vec::Vec;

/// The phases of the navigation: timings whose names begin with `navigation.`.
const PHASES: [&str; 8] = ["redirect", "dns", "tcp", "tls", "request", "response", "dom", "load"];

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
            match (self.phase(), self.few.as_slice()) {
                (Some(phase), [ms]) => Item::Phase(phase, *ms),
                (_, few) => Item::Timing(&self.name, few),
            }
        }
    }

    /// Whether this is a single phase of the navigation, which beacons spell shorter.
    pub(super) fn is_phase(&self) -> bool {
        self.few.len() == 1 && self.phase().is_some()
    }

    fn phase(&self) -> Option<&str> {
        self.name.strip_prefix("navigation.").filter(|phase| PHASES.contains(phase))
    }
}
