//! The timings that an application names itself, by what the page views have in common.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::histogram;
use super::section::{Cell, Section};
use super::splits::SplitKey;
use super::targets::{self, Targets};
use super::timings::Timings;

/// The timings by value, then by the name's number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SplitTimings(pub BTreeMap<SplitKey, BTreeMap<i64, Timings>>);

impl SplitTimings {
    /// Adds timings of page views with one value.
    pub fn add(&mut self, key: SplitKey, timings: &BTreeMap<i64, Timings>) {
        merge(self.0.entry(key).or_default(), timings);
    }
}

fn merge(held: &mut BTreeMap<i64, Timings>, more: &BTreeMap<i64, Timings>) {
    for (name, timings) in more {
        held.entry(*name).or_default().merge(timings);
    }
}

impl Cell for SplitTimings {
    fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(key, timings)| self.add(*key, timings));
    }

    fn remap(&mut self, section: Section, targets: &Targets) {
        for timings in self.0.values_mut() {
            targets::rekey(timings, |name| targets.name(name), Timings::merge);
        }
        self.0.retain(|_, timings| !timings.is_empty());
        if section == Section::TimingsByReleaseAndDevice {
            // Only releases have names.
            let moved = |key: SplitKey| Some(SplitKey { value: targets.name(key.value)?, ..key });
            targets::rekey(&mut self.0, moved, merge);
        }
    }

    fn memory(&self) -> usize {
        let one = |timings: &Timings| 40 + histogram::memory(&timings.histogram);
        self.0.values().fold(100, |sum, all| sum + 60 + all.values().map(one).sum::<usize>())
    }
}
