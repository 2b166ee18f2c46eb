//! A base-2 exponential histogram.
use super::buckets::{Bucket, Buckets};
use super::scale;
use alloc::vec::Vec;

/// Counts of values in buckets whose bounds grow exponentially: OpenTelemetry's exponential histogram,
/// Prometheus' native histogram.
///
/// It holds at most [`Histogram::MAX_BUCKETS`] buckets. While the values span few octaves the buckets are
/// 2.2 % wide; as the span grows, neighbours are joined two by two: 4.4 % beyond 5 octaves, 9.1 % beyond
/// 10, 19 % beyond 20 (from a microsecond to a second), 41 % beyond 40. A quantile is off by at most half of
/// that ([`max_error`](Self::max_error)). The outcome depends only on the values, never on their order or on how they were split over histograms that were
/// merged (except for the last digits of [`sum`](Self::sum), as `f64` addition rounds).
///
/// Values are durations, sizes, scores: not negative. Those up to [`Histogram::ZERO_THRESHOLD`] count as zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    buckets: Buckets,
    zero: u64,
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// The most buckets there are, the zero bucket aside.
    pub const MAX_BUCKETS: usize = Buckets::CAP;
    /// The scale of a new histogram, and the finest there is.
    pub const MAX_SCALE: i8 = scale::MAX_SCALE;
    /// The coarsest scale there is.
    pub const MIN_SCALE: i8 = scale::MIN_SCALE;
    /// Values up to here are counted as zero: 2^-20, a nanosecond where values are milliseconds.
    pub const ZERO_THRESHOLD: f64 = scale::ZERO_THRESHOLD;
    /// Values from here on are no measurements: 2^53, 285,000 years where values are milliseconds.
    pub const LIMIT: f64 = scale::LIMIT;

    /// An empty histogram.
    pub const fn new() -> Self {
        Self { buckets: Buckets::new(), zero: 0, count: 0, sum: 0.0, min: f64::INFINITY, max: 0.0 }
    }

    /// Forgets all values, but keeps the memory for others.
    pub fn clear(&mut self) {
        self.buckets.clear();
        self.zero = 0;
        self.count = 0;
        self.sum = 0.0;
        self.min = f64::INFINITY;
        self.max = 0.0;
    }

    /// Records one value. What is negative, not a number, or not below [`LIMIT`](Self::LIMIT) is no
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
            self.buckets.add(scale::index(value), count);
        }
        self.count += count;
        self.sum += value * count as f64;
        // Not `f64::min`: fewer instructions, and NaN is out already.
        if value < self.min {
            self.min = value;
        }
        if value > self.max {
            self.max = value;
        }
        true
    }

    /// Adds all that `other` recorded.
    pub fn merge(&mut self, other: &Self) {
        self.buckets.merge(&other.buckets);
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

    /// The value at rank `ceil(q * count)`, at least the first: off by at most half a bucket's width, and
    /// exact for the smallest and the largest. `None` while empty. `q` outside 0 to 1 counts as the nearer end.
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
        // Not reached: the buckets' counts add up to `count`.
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

    /// The buckets that hold something, lowest first, the zero bucket ([`zero_count`](Self::zero_count)) aside.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.buckets.iter()
    }

    /// What the histogram is made of, to be written down.
    pub fn parts(&self) -> Parts<'_> {
        Parts {
            scale: self.buckets.scale,
            offset: self.buckets.offset,
            counts: &self.buckets.counts,
            zero: self.zero,
            sum: self.sum,
            min: if self.count > 0 { self.min } else { 0.0 },
            max: self.max,
        }
    }

    /// The histogram that was written down as `parts`. They may come from anywhere: whatever no histogram
    /// can be is refused. Sum, smallest and largest may have been rounded to six decimals.
    pub fn from_parts(parts: &Parts<'_>) -> Result<Self, PartsError> {
        let Parts { scale, offset, counts, zero, sum, min, max } = *parts;
        if !(Self::MIN_SCALE..=Self::MAX_SCALE).contains(&scale) {
            return Err(PartsError::Scale);
        }
        if counts.len() > Self::MAX_BUCKETS {
            return Err(PartsError::TooManyBuckets);
        }
        let mut count = zero;
        for more in counts {
            count = count.checked_add(*more).ok_or(PartsError::Overflow)?;
        }
        if count == 0 {
            return Ok(Self::new());
        }
        let first = counts.iter().position(|count| *count > 0);
        let last = counts.iter().rposition(|count| *count > 0);
        let mut buckets = Buckets { scale, offset: 0, counts: Vec::new() };
        let mut lowest = (0.0, Self::ZERO_THRESHOLD);
        let mut highest = lowest;
        if let (Some(first), Some(last)) = (first, last) {
            // Nothing below the zero bucket, nothing beyond the limit; so no index overflows either.
            let shift = Self::MAX_SCALE - scale;
            let floor = scale::index(Self::ZERO_THRESHOLD) >> shift;
            let ceiling = scale::index(Self::LIMIT) >> shift;
            let low = i64::from(offset) + first as i64;
            let high = i64::from(offset) + last as i64;
            if low < i64::from(floor) || high > i64::from(ceiling) {
                return Err(PartsError::Offset);
            }
            buckets.offset = low as i32;
            buckets.counts = counts[first..=last].to_vec();
            let bound = |index: i64| scale::lower_bound(scale, index as i32);
            highest = (bound(high), bound(high + 1));
            if zero == 0 {
                lowest = (bound(low), bound(low + 1));
            }
        }
        if !within(min, lowest) || !within(max, highest) || min < 0.0 || min > max {
            return Err(PartsError::Extremes);
        }
        if !within(sum, (min * count as f64, max * count as f64)) {
            return Err(PartsError::Sum);
        }
        Ok(Self { buckets, zero, count, sum, min, max })
    }
}

/// What a [`Histogram`] is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parts<'a> {
    /// Bucket bounds are the powers of `2^(1/2^scale)`.
    pub scale: i8,
    /// The index of the first bucket: it begins at `2^(offset/2^scale)`.
    pub offset: i32,
    /// The counts of consecutive buckets.
    pub counts: &'a [u64],
    /// How many values counted as zero.
    pub zero: u64,
    /// The sum of all values.
    pub sum: f64,
    /// The smallest value; 0 where there is none.
    pub min: f64,
    /// The largest value; 0 where there is none.
    pub max: f64,
}

/// Why parts make no histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartsError {
    /// The scale is out of range.
    Scale,
    /// There are more buckets than a histogram may have.
    TooManyBuckets,
    /// The buckets are below the zero threshold or beyond the limit.
    Offset,
    /// The counts add up to more than 64 bits hold.
    Overflow,
    /// The smallest or the largest value is not in the outermost bucket.
    Extremes,
    /// The sum is not what so many values between the smallest and the largest can give.
    Sum,
}

impl core::fmt::Display for PartsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Scale => "scale must be between 1 and 5: merge neighbouring buckets of a finer histogram",
            Self::TooManyBuckets => "at most 160 buckets: lower the scale and merge neighbours",
            Self::Offset => {
                "buckets must lie between 2^-20 and 2^53: count smaller values as zero, leave larger ones out"
            }
            Self::Overflow => "the counts must add up to less than 2^64",
            Self::Extremes => {
                "min and max must be finite and lie in the first and the last bucket that is not empty"
            }
            Self::Sum => "sum must lie between count times min and count times max",
        })
    }
}

impl core::error::Error for PartsError {}

/// Whether `value` is finite and between `bounds`, give or take what rounding to six decimals changes.
fn within(value: f64, bounds: (f64, f64)) -> bool {
    value.is_finite() && value >= bounds.0 * (1.0 - 1e-6) - 2e-6 && value <= bounds.1 * (1.0 + 1e-6) + 2e-6
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec;

    fn of(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::new();
        for value in values {
            histogram.record(*value);
        }
        histogram
    }

    /// Everything but the sum, whose last digits depend on the order of additions.
    fn same(a: &Histogram, b: &Histogram) -> bool {
        let sums = (a.sum - b.sum).abs() <= 1e-9 * a.sum.abs();
        sums && Histogram { sum: 0.0, ..a.clone() } == Histogram { sum: 0.0, ..b.clone() }
    }

    fn merged(a: &Histogram, b: &Histogram) -> Histogram {
        let mut both = a.clone();
        both.merge(b);
        both
    }

    /// Plain durations, and now and then a zero or something from the ends of the range.
    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => 0.05..20_000.0f64,
            1 => Just(0.0),
            1 => (-30.0..53.0f64).prop_map(f64::exp2),
        ]
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(value(), 0..300)
    }

    #[test]
    fn what_is_no_measurement_is_left_out() {
        let mut histogram = Histogram::new();
        for value in [-1.0, -f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, Histogram::LIMIT] {
            assert!(!histogram.record(value), "{value}");
        }
        assert!(histogram.is_empty());
        assert_eq!(histogram.quantile(0.5), None);
        assert_eq!((histogram.min(), histogram.max(), histogram.mean()), (None, None, None));
    }

    #[test]
    fn few_values_keep_the_finest_scale_and_many_octaves_coarsen_it() {
        assert_eq!(of(&[20.0, 500.0]).scale(), 5);
        assert_eq!(of(&[1.5, 1000.0]).scale(), 4);
        assert_eq!(of(&[0.001, 1000.0]).scale(), 3);
        assert_eq!(of(&[1e-6, 9e15]).scale(), Histogram::MIN_SCALE);
    }

    #[test]
    fn buckets_are_lower_exclusive_and_upper_inclusive() {
        let histogram = of(&[1.0, 2.0, 2.0, 4.0]);
        let uppers: Vec<(f64, u64)> =
            histogram.buckets().map(|bucket| (bucket.upper, bucket.count)).collect();
        assert_eq!(uppers, vec![(1.0, 1), (2.0, 2), (4.0, 1)]);
    }

    #[test]
    fn quantiles_of_a_handful() {
        let histogram = of(&[0.0, 0.0, 10.0, 20.0]);
        assert_eq!(histogram.quantile(0.0), Some(0.0));
        assert_eq!(histogram.quantile(0.5), Some(0.0));
        assert!((histogram.quantile(0.75).unwrap() - 10.0).abs() < 0.11);
        assert_eq!(histogram.quantile(1.0), Some(20.0));
        assert_eq!(histogram.quantile(f64::NAN), Some(0.0));
        assert_eq!(of(&[7.0]).quantile(0.5), Some(7.0));
    }

    proptest! {
        #[test]
        fn a_quantile_is_within_the_error_of_the_exact_one(mut values in values(), q in 0.0..=1.0f64) {
            let histogram = of(&values);
            prop_assume!(!values.is_empty());
            values.sort_by(f64::total_cmp);
            let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
            let exact = values[rank - 1];
            let found = histogram.quantile(q).unwrap();
            let slack = exact * (histogram.max_error() + 1e-12) + Histogram::ZERO_THRESHOLD;
            prop_assert!((found - exact).abs() <= slack, "{found} for {exact} at scale {}", histogram.scale());
        }

        #[test]
        fn merging_is_recording_all(a in values(), b in values()) {
            let all = [a.as_slice(), b.as_slice()].concat();
            prop_assert!(same(&merged(&of(&a), &of(&b)), &of(&all)));
        }

        #[test]
        fn merging_is_commutative_and_associative(a in values(), b in values(), c in values()) {
            let (a, b, c) = (of(&a), of(&b), of(&c));
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert!(same(&merged(&merged(&a, &b), &c), &merged(&a, &merged(&b, &c))));
        }

        #[test]
        fn recording_in_any_order_gives_the_same(values in values()) {
            let mut backwards = values.clone();
            backwards.reverse();
            prop_assert!(same(&of(&values), &of(&backwards)));
        }

        #[test]
        fn a_cleared_one_is_as_new(before in values(), values in values()) {
            let mut histogram = of(&before);
            histogram.clear();
            prop_assert_eq!(&histogram, &Histogram::new());
            for value in &values {
                histogram.record(*value);
            }
            prop_assert_eq!(histogram, of(&values));
        }

        #[test]
        fn many_at_once_are_many_one_by_one(value in value(), count in 0..50u64) {
            let mut at_once = Histogram::new();
            at_once.record_many(value, count);
            prop_assert!(same(&at_once, &of(&vec![value; count as usize])));
        }

        #[test]
        fn parts_make_the_same_histogram(values in values()) {
            let histogram = of(&values);
            prop_assert_eq!(Histogram::from_parts(&histogram.parts()), Ok(histogram.clone()));
        }
    }

    #[test]
    fn parts_that_no_histogram_has_are_refused() {
        let histogram = of(&[1.0, 5.0]);
        let good = histogram.parts();
        let cases = [
            (Parts { scale: 6, ..good }, PartsError::Scale),
            (Parts { scale: 0, ..good }, PartsError::Scale),
            (Parts { counts: &[1; 161], ..good }, PartsError::TooManyBuckets),
            (Parts { offset: i32::MAX, ..good }, PartsError::Offset),
            (Parts { offset: -1000, ..good }, PartsError::Offset),
            (Parts { zero: u64::MAX, ..good }, PartsError::Overflow),
            (Parts { min: 6.0, ..good }, PartsError::Extremes),
            (Parts { min: -1e-6, zero: 1, ..good }, PartsError::Extremes),
            (Parts { max: f64::NAN, ..good }, PartsError::Extremes),
            (Parts { max: f64::INFINITY, ..good }, PartsError::Extremes),
            (Parts { sum: 11.0, ..good }, PartsError::Sum),
            (Parts { sum: f64::NAN, ..good }, PartsError::Sum),
        ];
        for (parts, error) in cases {
            assert_eq!(Histogram::from_parts(&parts), Err(error), "{parts:?}");
        }
        assert_eq!(Histogram::from_parts(&Parts { counts: &[0, 0], ..good }), Ok(Histogram::new()));
    }
}
