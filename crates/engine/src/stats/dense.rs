//! A histogram for pages, where bytes of code count more than those of memory.
use super::histogram::Histogram;
use super::scale;

/// The bucket of the smallest value above the zero threshold, 2^-20, and how many buckets there are up to the limit, 2^53.
const LOWEST: i32 = -20 << scale::MAX_SCALE;
const ALL: usize = (20 + 53) << scale::MAX_SCALE;
/// Those that remain when neighbours are joined.
const MAX_BUCKETS: i32 = 160;
const _: () = assert!(MAX_BUCKETS as usize == Histogram::MAX_BUCKETS, "both are joined alike");

/// What a [`Histogram`] of the same values is made of.
///
/// It has a count for every bucket of the finest scale, so nothing grows or moves while values come; neighbours are joined
/// when a count is read. That takes 9 KB of memory, and less than half of the code.
#[derive(Clone, Debug)]
pub struct DenseHistogram {
    sum: f64,
    min: f64,
    max: f64,
    zero: u32,
    /// The first and the last bucket that is not empty; while there is none, the first is behind the last.
    first: i32,
    last: i32,
    counts: [u32; ALL],
}

impl DenseHistogram {
    /// An empty histogram.
    pub const fn new() -> Self {
        Self { sum: 0.0, min: f64::INFINITY, max: 0.0, zero: 0, first: 0, last: -1, counts: [0; ALL] }
    }

    /// Records one value. A value that is negative, not a number, or not below [`Histogram::LIMIT`] is no measurement, and is
    /// left out.
    pub fn record(&mut self, value: f64) {
        if !(0.0..scale::LIMIT).contains(&value) {
            return;
        }
        if value <= scale::ZERO_THRESHOLD {
            self.zero += 1;
        } else {
            let index = scale::index(value);
            self.counts[(index - LOWEST) as usize] += 1;
            if self.last < self.first {
                self.first = index;
                self.last = index;
            }
            self.first = self.first.min(index);
            self.last = self.last.max(index);
        }
        self.sum += value;
        // `f64::min` takes more instructions, for NaN, which `contains` has refused.
        if value < self.min {
            self.min = value;
        }
        if value > self.max {
            self.max = value;
        }
    }

    /// How often neighbours are joined two by two until all buckets are at most [`Histogram::MAX_BUCKETS`].
    fn steps(&self) -> i8 {
        let mut steps = 0;
        while (self.last >> steps) - (self.first >> steps) >= MAX_BUCKETS {
            steps += 1;
        }
        steps
    }

    /// The scale: bucket bounds are the powers of `2^(1/2^scale)`.
    pub fn scale(&self) -> i8 {
        scale::MAX_SCALE - self.steps()
    }

    /// The index of the first bucket.
    pub fn offset(&self) -> i32 {
        self.first >> self.steps()
    }

    /// How many buckets there are from the first that is not empty to the last.
    pub fn buckets(&self) -> i32 {
        let steps = self.steps();
        (self.last >> steps) - (self.first >> steps) + 1
    }

    /// The count of the bucket at `place`; the first is at 0.
    pub fn count(&self, place: i32) -> u32 {
        let steps = self.steps();
        let start = (((self.first >> steps) + place) << steps) - LOWEST;
        self.counts.iter().skip(start as usize).take(1 << steps).sum()
    }

    /// How many values counted as zero.
    pub fn zero(&self) -> u32 {
        self.zero
    }

    /// The sum of all values.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The smallest value; infinite where there is none.
    pub fn min(&self) -> f64 {
        self.min
    }

    /// The largest value.
    pub fn max(&self) -> f64 {
        self.max
    }
}

impl Default for DenseHistogram {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::boxed::Box;
    use std::vec::Vec;

    fn assert_same(dense: &DenseHistogram, values: &[f64]) {
        let mut histogram = Histogram::new();
        for value in values {
            histogram.record(*value);
        }
        let parts = histogram.parts();
        let counts: Vec<u64> = (0..dense.buckets()).map(|place| u64::from(dense.count(place))).collect();
        assert_eq!(
            (dense.scale(), dense.offset(), counts.as_slice()),
            (parts.scale, parts.offset, parts.counts)
        );
        assert_eq!((u64::from(dense.zero()), dense.sum(), dense.max()), (parts.zero, parts.sum, parts.max));
        if !histogram.is_empty() {
            assert_eq!(dense.min(), parts.min);
        }
    }

    #[test]
    fn the_ends_of_the_range_have_buckets() {
        let above_zero = f64::from_bits(Histogram::ZERO_THRESHOLD.to_bits() + 1);
        let below_limit = f64::from_bits(Histogram::LIMIT.to_bits() - 1);
        assert_eq!(scale::index(above_zero), LOWEST);
        assert_eq!(scale::index(below_limit), LOWEST + ALL as i32 - 1);
        for values in [&[above_zero, below_limit] as &[f64], &[0.0, above_zero], &[below_limit], &[]] {
            let mut dense = Box::new(DenseHistogram::new());
            values.iter().for_each(|value| dense.record(*value));
            assert_same(&dense, values);
        }
    }

    proptest! {
        #[test]
        fn it_is_the_same_as_the_histogram_that_grows(
            batches in prop::collection::vec(
                prop::collection::vec(
                    prop_oneof![
                        4 => 0.05..20_000.0f64,
                        1 => Just(0.0),
                        1 => Just(-1.0),
                        1 => Just(f64::NAN),
                        1 => Just(Histogram::LIMIT),
                        2 => (-30.0..53.0f64).prop_map(f64::exp2),
                    ],
                    0..100,
                ),
                1..4,
            )
        ) {
            let mut dense = Box::new(DenseHistogram::new());
            for values in batches {
                values.iter().for_each(|value| dense.record(*value));
                assert_same(&dense, &values);
                *dense = DenseHistogram::new();
            }
        }
    }
}
