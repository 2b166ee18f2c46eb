//! Gathers what a page view measures until it is sent.
mod distribution;
mod drop_counts;
mod errors;
mod flush;
mod named;
mod packer;
mod resources;
mod scripts;
#[cfg(all(test, feature = "decode"))]
mod tests;
mod value;
mod vitals;

use super::beacon_limits as limits;
use super::event::{PageError, Resource, Script, Vital};
use crate::time::{Duration, Instant};
use alloc::string::String;
use alloc::vec::Vec;
use distribution::Distribution;
use drop_counts::DropCounts;

/// Measurements that wait to be sent.
///
/// - Inputs: one method per kind of measurement, each with the time at which it happened.
/// - When to send: [`next_deadline`](Self::next_deadline) for the host's timer, then [`is_due`](Self::is_due); also
///   whenever the page is hidden.
/// - Output: [`flush`](Self::flush) returns the encoded beacons and empties the queue.
///
/// The queue is bounded: if a list is full, the oldest, the smallest or the newest name is dropped (each method says
/// which). Drops are counted by kind and reported.
pub struct Queue {
    interval: Duration,
    due: Option<Instant>,
    /// How many beacons this page view has sent, for their ids.
    sent: u64,
    /// Whether its next beacon is to tell of the page view, even if nothing is measured.
    is_untold: bool,
    /// Roughly how many bytes wait.
    size: usize,
    vitals: Vec<Vital>,
    phases: Vec<(String, f64)>,
    counters: Vec<(String, u64)>,
    gauges: Vec<(String, f64)>,
    routes: Vec<(String, u64)>,
    distributions: Vec<Distribution>,
    resources: Vec<Resource>,
    errors: Vec<PageError>,
    scripts: Vec<Script>,
    drop_counts: DropCounts,
}

impl Queue {
    /// An empty queue that is due `interval` after its first measurement.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            due: None,
            sent: 0,
            is_untold: false,
            size: 0,
            vitals: Vec::new(),
            phases: Vec::new(),
            counters: Vec::new(),
            gauges: Vec::new(),
            routes: Vec::new(),
            distributions: Vec::new(),
            resources: Vec::new(),
            errors: Vec::new(),
            scripts: Vec::new(),
            drop_counts: DropCounts::new(),
        }
    }

    /// Counts `by` beacons that were lost after they left the queue, for example because the server refused them.
    pub fn count_lost(&mut self, by: u64) {
        self.drop_counts.add_beacons(by);
    }

    /// Tells of the page view, even if nothing is measured in it: a route may fetch and paint nothing that the browser reports.
    pub fn tell_view(&mut self, now: Instant) {
        self.is_untold = true;
        self.schedule(now);
    }

    /// Whether a beacon of the page view was written.
    pub fn has_sent(&self) -> bool {
        self.sent > 0
    }

    /// Whether nothing waits to be sent. Drop counts alone are not sent.
    pub fn is_empty(&self) -> bool {
        !self.is_untold && self.errors.is_empty() && !self.is_measured()
    }

    /// Whether something waits that tells of the page view by itself: errors and drop counts do not.
    fn is_measured(&self) -> bool {
        !(self.vitals.is_empty()
            && self.phases.is_empty()
            && self.counters.is_empty()
            && self.gauges.is_empty()
            && self.routes.is_empty()
            && self.distributions.is_empty()
            && self.resources.is_empty()
            && self.scripts.is_empty())
    }

    /// When the queue is due; `None` while it is empty.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.due
    }

    /// Whether to flush now.
    pub fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// How many measurements were dropped since the last flush.
    pub fn dropped(&self) -> u64 {
        self.drop_counts.total()
    }

    /// Discards everything that waits.
    pub fn clear(&mut self) {
        self.due = None;
        self.is_untold = false;
        self.size = 0;
        self.vitals.clear();
        self.phases.clear();
        self.counters.clear();
        self.gauges.clear();
        self.routes.clear();
        self.distributions.clear();
        self.resources.clear();
        self.errors.clear();
        self.scripts.clear();
        self.drop_counts = DropCounts::new();
    }

    /// Sets when the queue is due, after a measurement at `now`.
    fn schedule(&mut self, now: Instant) {
        if self.is_empty() {
            return;
        }
        if self.due.is_none() {
            self.due = Some(now + self.interval);
        }
        if self.size >= limits::FULL {
            self.due = Some(now);
        }
    }
}
