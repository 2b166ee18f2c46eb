//! Counts what was dropped, for the beacon's members `dropped` and `drops`.
use super::super::beacon_limits as limits;
use super::super::item::Section;

/// Drop counts by section, and of whole beacons.
#[derive(Default)]
pub(super) struct DropCounts {
    sections: [u64; Section::COUNT],
    /// Beacons that were lost after they left the queue.
    beacons: u64,
}

impl DropCounts {
    pub(super) const fn new() -> Self {
        Self { sections: [0; Section::COUNT], beacons: 0 }
    }

    pub(super) fn add(&mut self, section: Section, by: u64) {
        // The index is always valid; `get_mut` leaves out the code of a panic.
        if let Some(count) = self.sections.get_mut(section as usize) {
            *count = count.saturating_add(by);
        }
    }

    pub(super) fn add_beacons(&mut self, by: u64) {
        self.beacons = self.beacons.saturating_add(by);
    }

    pub(super) fn total(&self) -> u64 {
        let sum = self.sections.iter().fold(self.beacons, |sum, count| sum.saturating_add(*count));
        if sum > limits::COUNT { limits::COUNT } else { sum }
    }

    /// The counts that are not 0, by the names of the beacon's `drops`.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let sections =
            Section::ALL.into_iter().zip(self.sections).map(|(section, count)| (section.as_str(), count));
        let counts = sections.chain([("beacons", self.beacons)]);
        counts.filter(|entry| entry.1 > 0).map(|(kind, count)| (kind, count.min(limits::COUNT)))
    }
}
