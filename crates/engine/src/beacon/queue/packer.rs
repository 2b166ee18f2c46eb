//! Fills one beacon after the other.
use super::super::beacon_limits as limits;
use super::super::body::{Body, write_head};
use super::super::context::Context;
use super::super::item::Item;
use super::super::json_write as json;
use super::drop_counts::DropCounts;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) struct Packer<'a> {
    sent: &'a mut u64,
    sent_at: i64,
    context: &'a Context,
    /// The last one is still open; `body` writes it.
    beacons: Vec<String>,
    body: Body,
}

impl<'a> Packer<'a> {
    /// `sent` counts the beacons of the page view, for their ids.
    pub(super) fn new(sent: &'a mut u64, sent_at: i64, context: &'a Context) -> Self {
        Self { sent, sent_at, context, beacons: Vec::new(), body: Body::new() }
    }

    /// Writes an item. Returns `false` if there is no room for it in any beacon.
    pub(super) fn add(&mut self, item: &Item<'_>) -> bool {
        if self.beacons.is_empty() {
            self.begin();
        }
        loop {
            let is_last = self.beacons.len() == limits::MAX_BEACONS;
            let Some(out) = self.beacons.last_mut() else { return false };
            let (length, body) = (out.len(), self.body.clone());
            self.body.add(out, item);
            if out.len() + Body::END_BYTES <= limits::BYTES {
                return true;
            }
            // The item does not fit: take it back and try once more in a new beacon.
            out.truncate(length);
            self.body = body;
            if self.body.is_empty() || is_last {
                return false;
            }
            self.body.end(out, 0, core::iter::empty());
            self.begin();
        }
    }

    /// The beacons, the last of which has the drop counts.
    pub(super) fn end(mut self, drop_counts: &DropCounts) -> Vec<String> {
        if let Some(out) = self.beacons.last_mut() {
            self.body.end(out, drop_counts.total(), drop_counts.iter());
        }
        self.beacons
    }

    /// Begins a beacon.
    pub(super) fn begin(&mut self) {
        *self.sent += 1;
        let mut id = self.context.view.clone();
        id.push('-');
        json::integer(&mut id, *self.sent);
        let mut out = String::new();
        write_head(&mut out, &id, self.sent_at, self.context);
        self.beacons.push(out);
        self.body = Body::new();
    }
}
