//! Page views and their vitals.
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use whippet_engine::vitals::Metric;

use super::refill::Refill;
use super::section::{Cell, Section};
use super::targets::Targets;
use super::values::Values;

/// A metric and how the page views began: [`Measured::number`] is what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The metric.
    pub metric: Metric,
    /// Whether by soft navigations.
    pub soft: bool,
}

/// What is added to a metric's place for page views that began by a soft navigation.
const SOFT: u8 = 16;

/// What is added to a number for values that were counted before their page view reported a newer one. Cells are only added to,
/// and by several collectors: so these are counted beside the others, and whoever reads takes them off.
pub const SUPERSEDED: u8 = 128;

impl Measured {
    /// The metric's place among all, and 16 more for soft navigations. New metrics go last.
    pub fn number(self) -> u8 {
        let place = Metric::ALL.iter().position(|candidate| *candidate == self.metric).unwrap_or_default();
        place as u8 + if self.soft { SOFT } else { 0 }
    }

    /// What is stored as `number`.
    pub fn from_number(number: u8) -> Option<Self> {
        let soft = number >= SOFT;
        let place = usize::from(if soft { number - SOFT } else { number });
        Metric::ALL.get(place).map(|metric| Self { metric: *metric, soft })
    }
}

/// How many page views there were, and their vitals.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// How many page views there were. Those that were not counted yet are rows of `views`.
    pub views: u64,
    /// Their vitals by [`Measured::number`], and those that count no longer, by that and [`SUPERSEDED`].
    pub metrics: BTreeMap<u8, Values>,
}

impl Vitals {
    /// The values of each metric that count.
    pub fn metrics(&self) -> impl Iterator<Item = (Measured, Cow<'_, Values>)> {
        self.metrics.iter().filter_map(|(number, values)| {
            let measured = Measured::from_number(*number)?;
            let gone = self.metrics.get(&(number | SUPERSEDED)).filter(|gone| !gone.histogram.is_empty());
            Some((measured, gone.map_or(Cow::Borrowed(values), |gone| Cow::Owned(values.without(gone)))))
        })
    }

    /// Adds a value that stands for `weight`.
    pub fn record(&mut self, measured: Measured, value: f64, weight: u64) {
        self.metrics.entry(measured.number()).or_default().record(measured.metric, value, weight);
    }

    /// Says that a value that was added counts no longer.
    pub fn supersede(&mut self, measured: Measured, value: f64, weight: u64) {
        let number = measured.number() | SUPERSEDED;
        self.metrics.entry(number).or_default().record(measured.metric, value, weight);
    }
}

impl Cell for Vitals {
    fn merge(&mut self, other: &Self) {
        self.views = self.views.saturating_add(other.views);
        // A reader has metrics without values.
        for (number, values) in other.metrics.iter().filter(|(_, values)| !values.histogram.is_empty()) {
            self.metrics.entry(*number).or_default().merge(values);
        }
    }

    fn refill<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let mut deserializer = postcard::Deserializer::from_bytes(bytes);
        Refill(self).deserialize(&mut deserializer).ok()?;
        deserializer.finalize().ok()
    }

    fn remap(&mut self, _: Section, _: &Targets) {}

    fn memory(&self) -> usize {
        self.metrics.values().fold(100, |sum, values| sum + 50 + super::histogram::memory(&values.histogram))
    }
}

impl<'de> DeserializeSeed<'de> for Refill<'_, Vitals> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_tuple(2, self)
    }
}

impl<'de> Visitor<'de> for Refill<'_, Vitals> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("page views and their vitals")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        self.0.views = fields.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &"2 fields"))?;
        fields
            .next_element_seed(Refill(&mut self.0.metrics))?
            .ok_or_else(|| A::Error::invalid_length(1, &"2 fields"))
    }
}
