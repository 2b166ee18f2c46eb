//! What vitals are attributed to, and their phases.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::histogram::{self, Spread};
use super::section::{Cell, Section};
use super::targets::{self, Targets};
use super::vitals::SUPERSEDED;

/// Values of vitals by what they are attributed to, and the times of their phases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// The values by [`super::Measured::number`] (with [`super::vitals::SUPERSEDED`] those that count no longer), what they are put down to (0: an element, 1: an address, 2: a state) and the
    /// number of its name. One without a name was dropped.
    pub causes: BTreeMap<(u8, u8, i64), Spread>,
    /// The phases by [`super::Measured::number`] and the phase's index in phases.rs, ms.
    pub parts: BTreeMap<(u8, u8), Spread>,
}

impl Attribution {
    /// Adds a vital under its number, with what it is attributed to (an element, an address, a state; 0: none) and its phases.
    pub fn record(&mut self, number: u8, value: f64, (causes, parts): ([i64; 3], &[f64]), weight: u64) {
        for (kind, cause) in (0_u8..).zip(causes).filter(|(_, cause)| *cause != 0) {
            self.causes.entry((number, kind, cause)).or_default().0.record_many(value, weight);
        }
        for (part, ms) in (0_u8..).zip(parts) {
            self.parts.entry((number, part)).or_default().0.record_many(*ms, weight);
        }
    }

    /// Takes off what counts no longer.
    pub fn settle(&mut self) {
        settle(&mut self.causes, |(number, kind, cause)| (*number & !SUPERSEDED, *kind, *cause));
        settle(&mut self.parts, |(number, part)| (*number & !SUPERSEDED, *part));
    }
}

fn settle<K: Ord + Copy>(spreads: &mut BTreeMap<K, Spread>, counted: impl Fn(&K) -> K) {
    let gone: Vec<K> = spreads.keys().filter(|key| counted(key) != **key).copied().collect();
    for key in gone {
        let (gone, held) = (spreads.remove(&key), spreads.get_mut(&counted(&key)));
        if let (Some(gone), Some(held)) = (gone, held)
            && let Some(left) = histogram::without(&held.0, &gone.0)
        {
            held.0 = left;
        }
    }
    spreads.retain(|_, spread| !spread.0.is_empty());
}

impl Cell for Attribution {
    fn merge(&mut self, other: &Self) {
        for (key, values) in &other.causes {
            histogram::add(&mut self.causes.entry(*key).or_default().0, &values.0);
        }
        for (key, values) in &other.parts {
            histogram::add(&mut self.parts.entry(*key).or_default().0, &values.0);
        }
    }

    fn remap(&mut self, _: Section, targets: &Targets) {
        let moved = |(metric, kind, name): (u8, u8, i64)| Some((metric, kind, targets.name(name)?));
        targets::rekey(&mut self.causes, moved, |held, values| histogram::merge(&mut held.0, &values.0));
    }

    fn memory(&self) -> usize {
        let all = self.causes.values().chain(self.parts.values());
        all.fold(100, |sum, values| sum + 40 + histogram::memory(&values.0))
    }
}
