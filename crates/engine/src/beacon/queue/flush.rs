//! Encodes what waits as beacons.
#[cfg(doc)]
use super::super::beacon_limits as limits;
use super::super::context::Context;
use super::super::event::PageError;
use super::super::item::{Item, Section};
use super::Queue;
use super::drop_counts::DropCounts;
use super::packer::Packer;
use super::value::LEAST;
use alloc::string::String;
use alloc::vec::Vec;

impl Queue {
    /// Encodes everything that waits, and empties the queue; an empty queue gives no beacon. The most important comes first:
    /// vitals and phases, then counts and measurements, resources, errors from the newest on, and scripts. What does not fit
    /// into [`limits::MAX_BEACONS`] of [`limits::BYTES`] is dropped, and counted in the last beacon; an error loses its stack
    /// before it is dropped.
    ///
    /// Errors that are sampled at a rate of their own get beacons of their own, after the others. A page view that is to be told of,
    /// and in which nothing was measured, has a beacon without measurements, before those of its errors.
    ///
    /// `sent_at` is the wall clock, ms since the Unix epoch. A beacon's `id` is the id of the view, `-` and a number.
    pub fn flush(&mut self, sent_at: i64, context: &Context) -> Vec<String> {
        let mut told = Vec::new();
        if self.is_untold && !self.is_measured() {
            let mut packer = Packer::new(&mut self.sent, sent_at, context);
            packer.begin();
            // Drop counts would make it one of losses. They wait for the next beacon.
            told = packer.end(&DropCounts::new());
        }
        self.is_untold = false;
        if self.is_empty() {
            self.due = None;
            return told;
        }
        let scripts = self.take_longest_scripts();
        let errors_apart = context.error_sample_rate != context.sample_rate;
        let drop_counts = &mut self.drop_counts;
        let mut packer = Packer::new(&mut self.sent, sent_at, context);
        let mut add = |item: Item<'_>, weight: u64| {
            if !packer.add(&item) {
                drop_counts.add(item.section(), weight);
            }
        };
        for vital in &self.vitals {
            add(Item::Vital(vital), 1);
        }
        if !self.phases.is_empty() {
            let count = self.phases.len() as u64;
            // Phases that are left out took 0 ms; the member says that they were measured.
            self.phases.retain(|phase| phase.1 >= LEAST);
            add(Item::Phases(&self.phases), count);
        }
        for (name, count) in &self.counters {
            add(Item::Counter(name, *count), *count);
        }
        for distribution in self.distributions.iter().filter(|one| !one.is_histogram()) {
            add(distribution.item(), distribution.count());
        }
        for (name, value) in &self.gauges {
            add(Item::Gauge(name, *value), 1);
        }
        for (path, count) in &self.routes {
            add(Item::Route(path, *count), *count);
        }
        for distribution in self.distributions.iter().filter(|one| one.is_histogram()) {
            add(distribution.item(), distribution.count());
        }
        for resource in &self.resources {
            add(Item::Resource(resource), resource.count);
        }
        if !errors_apart {
            add_errors(&mut packer, &self.errors, drop_counts);
        }
        for script in &scripts {
            if !packer.add(&Item::Script(script)) {
                drop_counts.add(Section::Scripts, script.count);
            }
        }
        let mut beacons = if errors_apart && !self.errors.is_empty() {
            let mut beacons = packer.end(&DropCounts::new());
            let context = Context { sample_rate: context.error_sample_rate, ..context.clone() };
            let mut packer = Packer::new(&mut self.sent, sent_at, &context);
            add_errors(&mut packer, &self.errors, drop_counts);
            beacons.append(&mut packer.end(drop_counts));
            beacons
        } else {
            packer.end(drop_counts)
        };
        self.clear();
        told.append(&mut beacons);
        told
    }
}

/// Adds errors, the newest first. An error loses its stack before it is dropped.
fn add_errors(packer: &mut Packer<'_>, errors: &[PageError], drop_counts: &mut DropCounts) {
    for error in errors.iter().rev() {
        if !packer.add(&Item::Error(error, true)) && !packer.add(&Item::Error(error, false)) {
            drop_counts.add(Section::Errors, error.count);
        }
    }
}
