//! Histograms that pages send, by name.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use whippet_engine::stats::StoredHistogram;

use super::histogram;
use super::section::{Cell, Section};
use super::targets::{self, Targets};

/// The values of one name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// The values.
    #[serde(with = "histogram::as_bytes")]
    pub histogram: StoredHistogram,
    /// How many of them miss the bound of the level that rates the name; 0 where none does. See page_loads.rs.
    pub slow: u64,
}

impl Timings {
    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        histogram::add(&mut self.histogram, &other.histogram);
        self.slow = self.slow.saturating_add(other.slow);
    }
}

/// The values by the name's number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histograms(pub BTreeMap<i64, Timings>);

impl Cell for Histograms {
    fn merge(&mut self, other: &Self) {
        for (name, timings) in &other.0 {
            self.0.entry(*name).or_default().merge(timings);
        }
    }

    fn remap(&mut self, _: Section, targets: &Targets) {
        targets::rekey(&mut self.0, |name| targets.name(name), |held, timings| held.merge(timings));
    }

    fn memory(&self) -> usize {
        self.0.values().fold(100, |sum, timings| sum + 40 + histogram::memory(&timings.histogram))
    }
}
