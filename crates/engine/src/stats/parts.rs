//! What a histogram consists of, to be written down and read.
use super::buckets::Buckets;
use super::histogram::ExponentialHistogram;
use super::scale;
use alloc::vec::Vec;

impl<const CAP: usize> ExponentialHistogram<CAP> {
    /// Everything that a histogram holds, for those that write it down.
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

    /// The histogram that consists of `parts`. Nothing about them is trusted: it refuses what recording values cannot
    /// result in. `sum`, `min` and `max` may have been rounded to six decimals.
    pub fn from_parts(parts: &Parts<'_>) -> Result<Self, PartsError> {
        let mut histogram = Self::new();
        if let Some(outer) = Self::check(parts)? {
            let Parts { scale, zero, sum, min, max, .. } = *parts;
            let counts =
                outer.range.map_or_else(Vec::new, |(first, last)| parts.counts[first..=last].to_vec());
            let buckets = Buckets { scale, offset: outer.offset, counts };
            histogram = Self { buckets, zero, count: outer.count, sum, min, max };
        }
        Ok(histogram)
    }

    /// What is filled of `parts`; `None` where nothing is.
    pub(super) fn check(parts: &Parts<'_>) -> Result<Option<Filled>, PartsError> {
        let Parts { scale, offset, counts, zero, sum, min, max } = *parts;
        if !(Self::MIN_SCALE..=Self::MAX_SCALE).contains(&scale) {
            return Err(PartsError::Scale);
        }
        if counts.len() > Self::MAX_BUCKETS {
            return Err(PartsError::TooManyBuckets);
        }
        let mut count = zero;
        if zero | counts.iter().fold(0, |all, more| all | more) < 1 << 52 {
            // There are fewer than 2^12 of them: their sum is below 2^64.
            count += counts.iter().sum::<u64>();
        } else {
            for more in counts {
                count = count.checked_add(*more).ok_or(PartsError::Overflow)?;
            }
        }
        if count == 0 {
            return Ok(None);
        }
        let first = counts.iter().position(|count| *count > 0);
        let last = counts.iter().rposition(|count| *count > 0);
        Self::check_bounds((scale, offset), (first.zip(last), zero, count), (sum, min, max)).map(Some)
    }

    /// The same of counts that were looked at: where the first and the last are, how many values are zero, and how many there are.
    pub(super) fn check_bounds(
        (scale, offset): (i8, i32),
        (range, zero, count): (Option<(usize, usize)>, u64, u64),
        (sum, min, max): (f64, f64, f64),
    ) -> Result<Filled, PartsError> {
        let mut filled = Filled { count, offset: 0, range };
        if count == 0 {
            return Ok(filled);
        }
        let mut lowest = (0.0, Self::ZERO_THRESHOLD);
        let mut highest = lowest;
        if let Some((first, last)) = filled.range {
            // As no bucket is below the zero threshold or above the limit, no later arithmetic on an index overflows.
            let shift = Self::MAX_SCALE - scale;
            let floor = scale::index(Self::ZERO_THRESHOLD) >> shift;
            let ceiling = scale::index(Self::LIMIT) >> shift;
            let low = i64::from(offset) + first as i64;
            let high = i64::from(offset) + last as i64;
            if low < i64::from(floor) || high > i64::from(ceiling) {
                return Err(PartsError::Offset);
            }
            filled.offset = low as i32;
            let bound = |index: i64| scale::lower_bound(scale, index as i32);
            highest = (bound(high), bound(high + 1));
            if zero == 0 {
                lowest = (bound(low), bound(low + 1));
            }
        }
        let two_extremes = count == 1 && !within(min, (max, max));
        if !within(min, lowest) || !within(max, highest) || min < 0.0 || min > max || two_extremes {
            return Err(PartsError::Extremes);
        }
        if !within(sum, (min * count as f64, max * count as f64)) {
            return Err(PartsError::Sum);
        }
        Ok(filled)
    }
}

/// What [`Parts`] hold.
pub(super) struct Filled {
    /// How many values, zeroes among them.
    pub count: u64,
    /// The index of the first bucket that is not empty.
    pub offset: i32,
    /// The places of the first and the last bucket that are not empty.
    pub range: Option<(usize, usize)>,
}

/// What an [`ExponentialHistogram`] consists of.
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
    /// The smallest value, or 0 if there are no values.
    pub min: f64,
    /// The largest value, or 0 if there are no values.
    pub max: f64,
}

/// Why [`Parts`] are not those of a histogram.
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
    /// As many values between the smallest and the largest cannot have this sum.
    Sum,
}

impl core::fmt::Display for PartsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Scale => "scale must be between 1 and 5: merge neighbouring buckets of a finer histogram",
            Self::TooManyBuckets => {
                "too many buckets, of which a beacon may have 160: lower the scale and merge neighbours"
            }
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

/// Whether `value` is finite and within `bounds`. Rounding to six decimals may have moved it a little out of them.
fn within(value: f64, bounds: (f64, f64)) -> bool {
    value.is_finite() && value >= bounds.0 * (1.0 - 1e-6) - 2e-6 && value <= bounds.1 * (1.0 + 1e-6) + 2e-6
}
