//! What pages loaded, and the scripts that made their frames long.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::section::{Cell, Section};
use super::targets::{self, Targets};

/// Resources of one kind from one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
    /// How many.
    pub count: u64,
    /// Bytes transferred.
    pub bytes: u64,
    /// How many came from the browser's cache.
    pub cached: u64,
    /// How many failed.
    pub failed: u64,
    /// The sum of their durations, ms.
    pub duration: f64,
    /// The longest of them, ms.
    pub slowest: f64,
}

impl Resources {
    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.cached = self.cached.saturating_add(other.cached);
        self.failed = self.failed.saturating_add(other.failed);
        self.duration += other.duration;
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// A script of long animation frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// In how many it ran.
    pub count: u64,
    /// How long in all, ms.
    pub duration: f64,
    /// How much of that was forced style and layout, ms.
    pub forced: f64,
}

impl Script {
    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.duration += other.duration;
        self.forced += other.forced;
    }
}

/// Resources and scripts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Loading {
    /// By the host's number and the kind's place among all kinds.
    pub resources: BTreeMap<(i64, u8), Resources>,
    /// By the script's number.
    pub scripts: BTreeMap<i64, Script>,
}

impl Cell for Loading {
    fn merge(&mut self, other: &Self) {
        for (key, resources) in &other.resources {
            self.resources.entry(*key).or_default().merge(resources);
        }
        for (name, script) in &other.scripts {
            self.scripts.entry(*name).or_default().merge(script);
        }
    }

    fn remap(&mut self, _: Section, targets: &Targets) {
        let host = |(host, kind)| Some((targets.name(host)?, kind));
        targets::rekey(&mut self.resources, host, Resources::merge);
        targets::rekey(&mut self.scripts, |name| targets.name(name), Script::merge);
    }

    fn memory(&self) -> usize {
        100 + 90 * self.resources.len() + 60 * self.scripts.len()
    }
}
