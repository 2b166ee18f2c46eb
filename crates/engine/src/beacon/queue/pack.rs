//! Fills one beacon after the other.
use super::super::encode::{Body, Item, Section, begin};
use super::super::{limits, write};
use super::{Context, Queue};
use alloc::string::String;
use alloc::vec::Vec;

pub(super) struct Packer<'a> {
    sent: &'a mut u64,
    sent_at: i64,
    context: &'a Context,
    /// The last one is open, its body in `body`.
    beacons: Vec<String>,
    body: Body,
}

impl<'a> Packer<'a> {
    /// `sent` counts the beacons of the page view, for their ids.
    pub(super) fn new(sent: &'a mut u64, sent_at: i64, context: &'a Context) -> Self {
        Self { sent, sent_at, context, beacons: Vec::new(), body: Body::new() }
    }

    /// Writes an item; `false` where there is no room for it in any beacon.
    pub(super) fn add(&mut self, item: &Item<'_>) -> bool {
        if self.beacons.is_empty() {
            self.begin();
        }
        loop {
            let is_last = self.beacons.len() == Queue::MAX_BEACONS;
            let Some(out) = self.beacons.last_mut() else { return false };
            let (length, body) = (out.len(), self.body.clone());
            self.body.add(out, item);
            if out.len() + Body::END <= limits::BYTES {
                return true;
            }
            // It does not fit: it is taken back, and tried once more in a beacon of its own.
            out.truncate(length);
            self.body = body;
            if self.body.is_empty() || is_last {
                return false;
            }
            self.body.end(out, 0, core::iter::empty());
            self.begin();
        }
    }

    /// The beacons, the last of which tells of what was lost.
    pub(super) fn end(mut self, drops: &Drops) -> Vec<String> {
        if let Some(out) = self.beacons.last_mut() {
            self.body.end(out, drops.total(), drops.iter());
        }
        self.beacons
    }

    fn begin(&mut self) {
        *self.sent += 1;
        let mut id = self.context.view.clone();
        id.push('-');
        write::integer(&mut id, *self.sent);
        let mut out = String::new();
        begin(&mut out, &id, self.sent_at, self.context);
        self.beacons.push(out);
        self.body = Body::new();
    }
}

/// What was lost, by the member it would have been in.
#[derive(Default)]
pub(super) struct Drops {
    members: [u64; Section::COUNT],
    /// Lost after they left the queue.
    beacons: u64,
}

impl Drops {
    pub(super) const fn new() -> Self {
        Self { members: [0; Section::COUNT], beacons: 0 }
    }

    pub(super) fn add(&mut self, section: Section, by: u64) {
        // Always there; `get_mut` has no panic to carry.
        if let Some(count) = self.members.get_mut(section as usize) {
            *count = count.saturating_add(by);
        }
    }

    pub(super) fn lost(&mut self, by: u64) {
        self.beacons = self.beacons.saturating_add(by);
    }

    pub(super) fn total(&self) -> u64 {
        let sum = self.members.iter().fold(self.beacons, |sum, count| sum.saturating_add(*count));
        if sum > limits::COUNT { limits::COUNT } else { sum }
    }

    fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let members =
            Section::ALL.into_iter().zip(self.members).map(|(section, count)| (section.as_str(), count));
        let counts = members.chain([("beacons", self.beacons)]);
        counts.filter(|entry| entry.1 > 0).map(|(kind, count)| (kind, count.min(limits::COUNT)))
    }
}
