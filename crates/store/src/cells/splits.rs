//! Vitals, page loads and errors by what the page views have in common.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use whippet_engine::vitals::Navigation;

use super::errors::Errors;
use super::histogram;
use super::section::{Cell, Section};
use super::targets::{self, Targets};
use super::timings::Timings;
use super::vitals::Vitals;

/// What page views are told apart by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SplitKey {
    /// The value of the dimension. A release: the number of its name, 0 for none. Else see [`crate::Dimension`].
    pub value: i64,
    /// The class of device where the section is by release and class of device, else 0.
    pub device: i64,
}

/// The page views with one value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Page views and vitals.
    pub vitals: Vitals,
    /// Page loads: the histogram `page.load`.
    pub loads: Timings,
    /// Errors; of releases only.
    pub errors: Errors,
}

/// The page views by value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Split(pub BTreeMap<SplitKey, Part>);

/// What a page view says of itself: its value of each dimension.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The number of the release's name; 0: none.
    pub release: i64,
    /// The class of device: its place among all.
    pub device: i64,
    /// The type of connection: its place among all, plus 1; 0: unknown.
    pub connection: i64,
    /// How it began: the navigation's place among all.
    pub navigation: i64,
    /// The browser's family: its place among all; 0: unknown.
    pub browser: i64,
}

impl Origin {
    /// Whether the page view began by a soft navigation.
    pub fn is_soft(&self) -> bool {
        self.navigation == Navigation::SoftNavigation as i64
    }

    /// The sections that the page view counts in, and where in each.
    pub fn places(&self) -> [(Section, SplitKey); 6] {
        let alone = |value| SplitKey { value, device: 0 };
        [
            (Section::ByRelease, alone(self.release)),
            (Section::ByDevice, alone(self.device)),
            (Section::ByConnection, alone(self.connection)),
            (Section::ByNavigation, alone(self.navigation)),
            (Section::ByBrowser, alone(self.browser)),
            (Section::ByReleaseAndDevice, SplitKey { value: self.release, device: self.device }),
        ]
    }

    /// The same of the timings that the application names itself.
    pub fn timing_places(&self) -> [(Section, SplitKey); 4] {
        let alone = |value| SplitKey { value, device: 0 };
        [
            (Section::TimingsByConnection, alone(self.connection)),
            (Section::TimingsByNavigation, alone(self.navigation)),
            (Section::TimingsByBrowser, alone(self.browser)),
            (Section::TimingsByReleaseAndDevice, SplitKey { value: self.release, device: self.device }),
        ]
    }
}

impl Part {
    pub(super) fn merge(&mut self, other: &Self) {
        self.vitals.merge(&other.vitals);
        self.loads.merge(&other.loads);
        self.errors.merge(&other.errors);
    }

    /// Adds what a split of that section counts.
    pub(super) fn add(&mut self, section: Section, other: &Self) {
        self.vitals.merge(&other.vitals);
        self.loads.merge(&other.loads);
        if section == Section::ByRelease {
            self.errors.merge(&other.errors);
        }
    }
}

impl Cell for Split {
    fn merge(&mut self, other: &Self) {
        for (key, part) in &other.0 {
            self.0.entry(*key).or_default().merge(part);
        }
    }

    fn remap(&mut self, section: Section, targets: &Targets) {
        if !matches!(section, Section::ByRelease | Section::ByReleaseAndDevice) {
            // Only releases have names.
            return;
        }
        self.0.values_mut().for_each(|part| part.errors.remap(section, targets));
        let moved = |key: SplitKey| Some(SplitKey { value: targets.name(key.value)?, ..key });
        targets::rekey(&mut self.0, moved, Part::merge);
    }

    fn memory(&self) -> usize {
        let part = |part: &Part| {
            part.vitals.memory() + histogram::memory(&part.loads.histogram) + part.errors.memory()
        };
        self.0.values().fold(100, |sum, one| sum + 40 + part(one))
    }
}
