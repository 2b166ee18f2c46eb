//! Queues measurements, counters, gauges and routes by name.
use super::super::beacon_limits as limits;
use super::super::item::Section;
use super::Queue;
use super::distribution::Distribution;
use super::value::{OTHER, is_value};
use crate::stats::Histogram;
use crate::time::Instant;
use alloc::string::String;
use alloc::vec::Vec;

impl Queue {
    /// Records a measurement. Characters that a name may not have become `_`; beyond the limit of names, measurements of new
    /// names are dropped.
    pub fn record(&mut self, now: Instant, name: &str, value: f64) {
        if !is_value(value) {
            return;
        }
        match self.distribution(&limits::name(name)) {
            Some(distribution) => distribution.record(value),
            None => self.drop_counts.add(Section::Timings, 1),
        }
        self.schedule(now);
    }

    /// Like [`record`](Self::record), for many measurements at once.
    pub fn merge(&mut self, now: Instant, name: &str, histogram: &Histogram) {
        if histogram.is_empty() {
            return;
        }
        match self.distribution(&limits::name(name)) {
            Some(distribution) => distribution.merge(histogram),
            None => self.drop_counts.add(Section::Histograms, histogram.count()),
        }
        self.schedule(now);
    }

    /// The distribution of that name; `None` if there is no room for another.
    fn distribution(&mut self, name: &str) -> Option<&mut Distribution> {
        let place = match self.distributions.iter().position(|distribution| distribution.name == name) {
            Some(place) => place,
            None if self.distributions.len() < limits::HISTOGRAMS => {
                self.size += name.len() + 200;
                self.distributions.push(Distribution::new(name));
                self.distributions.len() - 1
            }
            None => return None,
        };
        self.distributions.get_mut(place)
    }

    /// Adds `by` to a counter. Names are treated as by [`record`](Self::record).
    pub fn count(&mut self, now: Instant, name: &str, by: u64) {
        if by == 0 {
            return;
        }
        if !add(&mut self.counters, &mut self.size, limits::COUNTERS, &limits::name(name), by) {
            self.drop_counts.add(Section::Counters, by);
        }
        self.schedule(now);
    }

    /// Sets a gauge, in place of its value before. Names are treated as by [`record`](Self::record).
    pub fn gauge(&mut self, now: Instant, name: &str, value: f64) {
        if !is_value(value) && !is_value(-value) {
            return;
        }
        let name = limits::name(name);
        let room = self.gauges.len() < limits::GAUGES;
        match self.gauges.iter_mut().find(|entry| entry.0 == name) {
            Some(entry) => entry.1 = value,
            None if room => {
                self.size += name.len() + 16;
                self.gauges.push((name, value));
            }
            None => self.drop_counts.add(Section::Gauges, 1),
        }
        self.schedule(now);
    }

    /// Counts a view of a route by its scrubbed path. Beyond the limit, new routes are counted as `(other)`.
    pub fn route(&mut self, now: Instant, path: &str) {
        let path = limits::line(path, limits::PAGE);
        let room = limits::ROUTES - 1;
        if path.is_empty() || !add(&mut self.routes, &mut self.size, room, &path, 1) {
            add(&mut self.routes, &mut self.size, limits::ROUTES, OTHER, 1);
        }
        self.schedule(now);
    }
}

/// Adds `by` to the count of `name`. Returns `false` if there is no room for another name.
fn add(counts: &mut Vec<(String, u64)>, size: &mut usize, room: usize, name: &str, by: u64) -> bool {
    let has_room = counts.len() < room;
    match counts.iter_mut().find(|entry| entry.0 == name) {
        Some((_, count)) => *count = count.saturating_add(by).min(limits::COUNT),
        None if has_room => {
            *size += name.len() + 12;
            counts.push((String::from(name), by.min(limits::COUNT)));
        }
        None => return false,
    }
    true
}
