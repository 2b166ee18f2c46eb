//! What vitals are attributed to, and their phases.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::histogram::{self, Spread};
use super::section::{Cell, Section};
use super::targets::{self, Targets};

/// Values of vitals by what they are attributed to, and the times of their phases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// The values by [`super::Measured::number`], what they are put down to (0: an element, 1: an address, 2: a state) and the
    /// number of its name. One without a name was dropped.
    pub causes: BTreeMap<(u8, u8, i64), Spread>,
    /// The phases by [`super::Measured::number`] and the phase's index in phases.rs, ms.
    pub parts: BTreeMap<(u8, u8), Spread>,
}

impl Cell for Attribution {
    fn merge(&mut self, other: &Self) {
        for (key, values) in &other.causes {
            histogram::merge(&mut self.causes.entry(*key).or_default().0, &values.0);
        }
        for (key, values) in &other.parts {
            histogram::merge(&mut self.parts.entry(*key).or_default().0, &values.0);
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
