//! Counters and gauges by name, and what pages lost.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::section::{Cell, Section};
use super::targets::{self, Targets};

/// What a gauge was.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    /// How many values there were.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Default for Gauge {
    fn default() -> Self {
        Self { count: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl Gauge {
    /// Adds one value that stands for `weight`.
    pub fn record(&mut self, value: f64, weight: u64) {
        self.merge(&Self { count: weight, sum: value * weight as f64, min: value, max: value });
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum += other.sum;
        (self.min, self.max) = (self.min.min(other.min), self.max.max(other.max));
    }
}

/// Counters, gauges and losses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// By the counter's number.
    pub counters: BTreeMap<i64, u64>,
    /// By the gauge's number.
    pub gauges: BTreeMap<i64, Gauge>,
    /// By the word of losses.rs.
    pub losses: BTreeMap<String, u64>,
}

/// Adds to an entry of a map; at the largest integer it stays.
pub fn add<K: Ord>(sums: &mut BTreeMap<K, u64>, key: K, count: u64) {
    let sum = sums.entry(key).or_default();
    *sum = sum.saturating_add(count);
}

impl Cell for Sums {
    fn merge(&mut self, other: &Self) {
        for (name, count) in &other.counters {
            add(&mut self.counters, *name, *count);
        }
        for (name, gauge) in &other.gauges {
            self.gauges.entry(*name).or_default().merge(gauge);
        }
        for (kind, count) in &other.losses {
            add(&mut self.losses, kind.clone(), *count);
        }
    }

    fn remap(&mut self, _: Section, targets: &Targets) {
        let name = |name| targets.name(name);
        targets::rekey(&mut self.counters, name, |held, count| *held = held.saturating_add(*count));
        targets::rekey(&mut self.gauges, name, Gauge::merge);
    }

    fn memory(&self) -> usize {
        100 + 40 * self.counters.len() + 60 * self.gauges.len() + 60 * self.losses.len()
    }
}
