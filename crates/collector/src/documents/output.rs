//! What is found in a document, within bounds.
use whippet_store::{BackendEvent, Sample};

use super::document::Document;
use super::place::Place;
use super::unit::Unit;
use super::words;

/// The most samples of a document.
pub const SAMPLES: usize = 20_000;
/// The most errors and slow queries of a document.
const EVENTS: usize = 1000;
/// The longest name of a series, bytes.
const NAME: usize = 200;

/// What is found.
pub struct Output {
    document: Document,
    time_unit: Unit,
}

impl Output {
    pub fn new(time_unit: Unit) -> Self {
        Self { document: Document::default(), time_unit }
    }

    pub fn document(self) -> Document {
        self.document
    }

    /// The unit of durations whose names tell none.
    pub fn time_unit(&self) -> Unit {
        self.time_unit
    }

    /// Counts members that are left out.
    pub fn leave_out(&mut self, count: usize) {
        self.document.left_out += count;
    }

    /// Adds an error or a slow query.
    pub fn event(&mut self, event: BackendEvent) {
        if self.document.events.len() < EVENTS {
            self.document.events.push(event);
        } else {
            self.leave_out(1);
        }
    }

    /// How well something is: `…_up`.
    pub fn health(&mut self, leaf: &[String], value: f64, place: &Place) {
        let mut stem = place.within(leaf).path;
        stem.pop();
        if stem.is_empty() {
            stem.push("service".to_owned());
        }
        self.add(words::series(&stem, None, "up"), place.labels.clone(), value, false);
    }

    /// Adds a sample.
    pub fn add(&mut self, name: String, mut labels: Vec<(String, String)>, value: f64, counter: bool) {
        if self.document.samples.len() >= SAMPLES
            || name.is_empty()
            || name.len() > NAME
            || !value.is_finite()
        {
            return self.leave_out(1);
        }
        labels.sort_unstable();
        labels.dedup_by(|b, a| a.0 == b.0);
        self.document.samples.push(Sample { name, labels, value, counter, created: None });
    }
}
