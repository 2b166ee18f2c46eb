//! Series with what their labels mean, and the sets of them that tell a signal.
use std::collections::BTreeSet;
use std::rc::Rc;

use whippet_catalogue::Tags;

use super::source::{Counter, Gauge, Pair};

/// A counter with what its labels mean.
#[derive(Clone, Debug)]
pub struct Counted {
    /// What its labels mean.
    pub tags: Tags,
    all: Rc<Vec<Counter>>,
    place: usize,
}

impl Counted {
    /// The one at `place` of `all`.
    pub fn new(tags: Tags, all: &Rc<Vec<Counter>>, place: usize) -> Self {
        Self { tags, all: Rc::clone(all), place }
    }

    /// Its series.
    pub fn counter(&self) -> &Counter {
        &self.all[self.place]
    }

    /// The increase between two points, in ms, bytes or ones.
    pub fn increase(&self, pair: Pair) -> f64 {
        self.counter().increase(pair) * self.tags.factor
    }
}

/// A gauge with what its labels mean.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What its labels mean.
    pub tags: Tags,
    all: Rc<Vec<Gauge>>,
    place: usize,
}

impl Measured {
    /// The one at `place` of `all`.
    pub fn new(tags: Tags, all: &Rc<Vec<Gauge>>, place: usize) -> Self {
        Self { tags, all: Rc::clone(all), place }
    }

    /// The value at the end of a pair, in ms, bytes or ones.
    pub fn at(&self, pair: Pair) -> Option<f64> {
        self.all[self.place].at(pair).map(|value| value * self.tags.factor)
    }

    /// Its labels, as text.
    pub fn labels_text(&self) -> String {
        let labels = self.all[self.place].labels.iter();
        labels.map(|(label, value)| format!("{label}={value}")).collect::<Vec<_>>().join(", ")
    }
}

/// The series that tell a signal.
#[derive(Clone, Debug)]
pub struct Set<T> {
    /// Their metrics.
    pub metrics: BTreeSet<String>,
    /// Whether the backend computed the values itself.
    pub own: bool,
    /// The series.
    pub series: Vec<T>,
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { metrics: BTreeSet::new(), own: false, series: Vec::new() }
    }
}

impl<T> Set<T> {
    /// Adds series of a metric.
    pub fn add(&mut self, metric: &str, series: Vec<T>) {
        if !series.is_empty() {
            self.metrics.insert(metric.to_owned());
            self.series.extend(series);
        }
    }

    /// Adds another set.
    pub fn merge(&mut self, other: Self) {
        self.metrics.extend(other.metrics);
        self.own |= other.own;
        self.series.extend(other.series);
    }
}

impl Set<Counted> {
    /// The increase of those that `wanted` selects.
    pub fn sum(&self, pair: Pair, wanted: impl Fn(&Tags) -> bool) -> f64 {
        // `sum` of no values is -0.
        let wanted = self.series.iter().filter(|counted| wanted(&counted.tags));
        wanted.fold(0.0, |sum, counted| sum + counted.increase(pair))
    }

    /// Whether any series fulfils it.
    pub fn any(&self, wanted: impl Fn(&Tags) -> bool) -> bool {
        self.series.iter().any(|counted| wanted(&counted.tags))
    }

    /// Whether any grew in the window.
    pub fn grew(&self, whole: Option<Pair>) -> bool {
        whole.is_some_and(|whole| self.series.iter().any(|counted| counted.increase(whole) > 0.0))
    }
}
