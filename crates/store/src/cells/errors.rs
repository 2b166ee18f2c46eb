//! JavaScript errors by number.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::section::{Cell, Section};
use super::targets::{self, Targets};

/// How often an error happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorCount {
    /// How often.
    pub count: u64,
    /// When first, ms since the epoch.
    pub first: i64,
    /// When last, and on which page.
    pub last: (i64, i64),
}

impl ErrorCount {
    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Errors by number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errors(pub BTreeMap<i64, ErrorCount>);

impl Errors {
    /// Adds to an error.
    pub fn add(&mut self, error: i64, count: ErrorCount) {
        self.0.entry(error).and_modify(|held| held.merge(&count)).or_insert(count);
    }
}

impl Cell for Errors {
    fn merge(&mut self, other: &Self) {
        for (error, count) in &other.0 {
            self.add(*error, *count);
        }
    }

    fn remap(&mut self, _: Section, targets: &Targets) {
        for count in self.0.values_mut() {
            // A page whose rows are deleted has no name: the report says `(other)`.
            count.last.1 = targets.name(count.last.1).unwrap_or(0);
        }
        targets::rekey(&mut self.0, |error| targets.error(error), ErrorCount::merge);
    }

    fn memory(&self) -> usize {
        100 + 60 * self.0.len()
    }
}
