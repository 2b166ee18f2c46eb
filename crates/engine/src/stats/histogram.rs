//! A base-2 exponential histogram.
use super::buckets::{Bucket, Buckets};
use super::scale;

/// Counts of values in buckets whose bounds grow exponentially: OpenTelemetry's exponential histogram,
/// Prometheus' native histogram.
///
/// It holds at most `CAP` buckets. A new one has buckets that are 2.2 % wide. Where the values span so many octaves that
/// the buckets would be too many, neighbours are joined two by two, which doubles their width. A quantile is off by at
/// most half of the width ([`max_error`](Self::max_error)). The outcome depends only on the values, not on their order or
/// on how they were split over histograms that were merged (except for the last digits of [`sum`](Self::sum), as `f64`
/// addition rounds).
///
/// Values are durations, sizes and scores. They are not negative. Values up to
/// [`ZERO_THRESHOLD`](Self::ZERO_THRESHOLD) count as zero.
#[derive(Clone, Debug, PartialEq)]
pub struct ExponentialHistogram<const CAP: usize> {
    pub(super) buckets: Buckets<CAP>,
    pub(super) zero: u64,
    pub(super) count: u64,
    pub(super) sum: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

/// What pages record and send: at most 160 buckets, as OpenTelemetry has it by default.
///
/// Its buckets are 4.4 % wide where values span more than 5 octaves, 9.1 % beyond 10, 19 % beyond 20 (from a microsecond
/// to a second), 41 % beyond 40.
pub type Histogram = ExponentialHistogram<160>;

/// What a server merges and keeps. Whatever is recorded or merged, its buckets stay at most 4.4 % wide
/// ([`GUARANTEED_SCALE`](ExponentialHistogram::GUARANTEED_SCALE) is 4), and 2.2 % while the values span less than 36
/// octaves. A histogram that comes with wider buckets than that keeps them, alone or merged with others of the same scale.
pub type StoredHistogram = ExponentialHistogram<1170>;

impl<const CAP: usize> Default for ExponentialHistogram<CAP> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const CAP: usize> ExponentialHistogram<CAP> {
    /// The largest number of buckets, without the zero bucket.
    pub const MAX_BUCKETS: usize = CAP;
    /// The scale of a new histogram, and the finest there is.
    pub const MAX_SCALE: i8 = scale::MAX_SCALE;
    /// The coarsest scale there is.
    pub const MIN_SCALE: i8 = scale::MIN_SCALE;
    /// Recording and merging never lower the scale below this, as `CAP` buckets of this scale span all that can be recorded.
    pub const GUARANTEED_SCALE: i8 = scale::finest_for_all(CAP);
    /// Values up to here are counted as zero: 2^-20, a nanosecond where values are milliseconds.
    pub const ZERO_THRESHOLD: f64 = scale::ZERO_THRESHOLD;
    /// Values from here on are no measurements: 2^53, 285,000 years where values are milliseconds.
    pub const LIMIT: f64 = scale::LIMIT;

    /// An empty histogram.
    pub const fn new() -> Self {
        Self { buckets: Buckets::new(), zero: 0, count: 0, sum: 0.0, min: f64::INFINITY, max: 0.0 }
    }

    /// Removes all values and keeps their memory.
    pub fn clear(&mut self) {
        self.buckets.clear();
        self.zero = 0;
        self.count = 0;
        self.sum = 0.0;
        self.min = f64::INFINITY;
        self.max = 0.0;
    }

    /// Records one value. A value that is negative, not a number, or not below [`LIMIT`](Self::LIMIT) is no
    /// measurement: it is left out, and `false` is returned.
    pub fn record(&mut self, value: f64) -> bool {
        self.record_many(value, 1)
    }

    /// Records `count` equal values, as [`record`](Self::record) does.
    pub fn record_many(&mut self, value: f64, count: u64) -> bool {
        if !(0.0..Self::LIMIT).contains(&value) {
            return false;
        }
        if count == 0 {
            return true;
        }
        if value <= Self::ZERO_THRESHOLD {
            self.zero += count;
        } else {
            if Self::is_too_coarse(self.scale()) {
                self.refine();
            }
            self.buckets.add(scale::index(value), count);
        }
        self.count += count;
        self.sum += value * count as f64;
        // `f64::min` takes more instructions, for NaN, which `contains` has refused.
        if value < self.min {
            self.min = value;
        }
        if value > self.max {
            self.max = value;
        }
        true
    }

    /// Adds the values of `other`.
    ///
    /// The outcome has the coarser of the two scales. Where that is below [`GUARANTEED_SCALE`](Self::GUARANTEED_SCALE) and
    /// the other is finer, the coarse one is refined instead: one coarse histogram must not cost all others their detail.
    pub fn merge<const OTHER: usize>(&mut self, other: &ExponentialHistogram<OTHER>) {
        let (own, others) = (self.scale(), other.scale());
        if own < others && Self::is_too_coarse(own) && !other.buckets.counts.is_empty() {
            self.refine();
        }
        if others < own && Self::is_too_coarse(others) && !self.buckets.counts.is_empty() {
            self.buckets.merge(&other.refined::<CAP>());
        } else {
            self.buckets.merge(&other.buckets);
        }
        self.zero += other.zero;
        self.count += other.count;
        self.sum += other.sum;
        if other.min < self.min {
            self.min = other.min;
        }
        if other.max > self.max {
            self.max = other.max;
        }
    }

    /// The value at rank `ceil(q * count)`, or at rank 1 if that is 0. It is off by at most half a bucket's width; the
    /// smallest and the largest value are exact. `None` while empty. A `q` below 0 counts as 0, one above 1 as 1.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let rank = rank(q, self.count);
        if rank == 1 {
            return Some(self.min);
        }
        if rank == self.count {
            return Some(self.max);
        }
        let mut seen = self.zero;
        if rank <= seen {
            return Some(self.min);
        }
        for bucket in self.buckets() {
            seen += bucket.count;
            if rank <= seen {
                return Some(representative(bucket).clamp(self.min, self.max));
            }
        }
        // Unreachable, as the counts of the buckets and `zero` add up to `count`.
        Some(self.max)
    }

    /// How many values were recorded.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The sum of all values.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The arithmetic mean; `None` while empty.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The smallest value; `None` while empty.
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest value; `None` while empty.
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }

    /// How many values counted as zero.
    pub fn zero_count(&self) -> u64 {
        self.zero
    }

    /// The scale: bucket bounds are the powers of `2^(1/2^scale)`.
    pub fn scale(&self) -> i8 {
        self.buckets.scale
    }

    /// How far [`quantile`](Self::quantile) may be off, as a share of the exact value: 0.011 at the finest
    /// scale, 0.172 at the coarsest.
    pub fn max_error(&self) -> f64 {
        let base = scale::lower_bound(self.buckets.scale, 1);
        (base - 1.0) / (base + 1.0)
    }

    /// The buckets that are not empty, the lowest first. The zero bucket ([`zero_count`](Self::zero_count)) is not among them.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.buckets.iter()
    }
}

/// `ceil(q * count)`, between 1 and `count`.
fn rank(q: f64, count: u64) -> u64 {
    let exact = q * count as f64;
    let whole = exact as u64;
    let rank = if (whole as f64) < exact { whole + 1 } else { whole };
    rank.clamp(1, count)
}

/// The value whose relative distance to both ends of the bucket is the same.
fn representative(bucket: Bucket) -> f64 {
    2.0 * bucket.lower * bucket.upper / (bucket.lower + bucket.upper)
}

#[cfg(test)]
mod tests;
