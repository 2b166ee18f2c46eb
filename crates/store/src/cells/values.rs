//! The values of one vital.
use serde::{Deserialize, Serialize};
use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;

use super::histogram;

/// Values of a vital, added up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// How many were good, in between, poor.
    pub ratings: [u64; 3],
    /// The values.
    #[serde(with = "histogram::as_bytes")]
    pub histogram: StoredHistogram,
}

impl Values {
    /// Adds one that stands for `weight`. The rating is the collector's own: a beacon could say anything.
    pub fn record(&mut self, metric: Metric, value: f64, weight: u64) {
        if self.histogram.record_many(value, weight) {
            let count = &mut self.ratings[metric.rate(value) as usize];
            *count = count.saturating_add(weight);
        }
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        for (count, other) in self.ratings.iter_mut().zip(other.ratings) {
            *count = count.saturating_add(other);
        }
        histogram::add(&mut self.histogram, &other.histogram);
    }

    /// These without others, which are among them.
    #[must_use]
    pub fn without(&self, gone: &Self) -> Self {
        let mut left = self.clone();
        // What does not fit together is the work of a damaged row: nothing is taken from it.
        if let Some(histogram) = histogram::without(&self.histogram, &gone.histogram) {
            left.histogram = histogram;
            for (count, gone) in left.ratings.iter_mut().zip(gone.ratings) {
                *count = count.saturating_sub(gone);
            }
        }
        left
    }

    /// The value at rank `ceil(q * count)`. The bucket that it is in may lie across a threshold: then the ratings,
    /// which were counted one by one, say on which side of it the value is.
    pub fn quantile(&self, metric: Metric, q: f64) -> Option<f64> {
        let value = self.histogram.quantile(q)?;
        let [good, fair, poor] = self.ratings.map(|count| count as f64);
        let rank = (q * (good + fair + poor)).ceil().max(1.0);
        let (first, second) = metric.thresholds();
        Some(match rank {
            _ if rank <= good => value.min(first),
            _ if rank <= good + fair => value.clamp(first.next_up(), second),
            _ => value.max(second.next_up()),
        })
    }
}
