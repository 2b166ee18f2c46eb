//! How long fetches took, in a tenth of the code of a [histogram](crate::stats::Histogram), which can be merged and sent.
use crate::list::List;

/// How many of its 23 bits of fraction an `f32` loses to become the number of a bucket. The other 5 divide each octave into
/// 32 buckets, which are at most 3.1 % wide.
const FINER_BITS: u32 = 18;
/// The first bucket: an eighth of a millisecond and less.
const FIRST: u32 = 3_968;
/// The last one: six days and more.
const LAST: u32 = 4_992;
const _: () = assert!(FIRST == 0.125f32.to_bits() >> FINER_BITS);
const _: () = assert!(LAST == 536_870_912f32.to_bits() >> FINER_BITS);

/// Counts of durations by their length, for quantiles that are off by at most 1.6 %. From an eighth of a millisecond to a
/// second they take 1.7 KB.
pub struct Quantiles {
    /// How many there are.
    pub count: u32,
    /// Their sum.
    pub sum: f64,
    /// The longest.
    pub max: f64,
    buckets: List<u32>,
}

impl Quantiles {
    /// Without durations.
    pub const EMPTY: Self = Self { count: 0, sum: 0.0, max: 0.0, buckets: List::new() };

    /// Adds a duration in ms.
    pub fn record(&mut self, ms: f64) {
        self.count += 1;
        self.sum += ms;
        if ms > self.max {
            self.max = ms;
        }
        let bucket = ((ms as f32).to_bits() >> FINER_BITS).clamp(FIRST, LAST) - FIRST;
        self.buckets.lengthen(bucket as usize + 1, 0);
        self.buckets[bucket as usize] += 1;
    }

    /// The duration that a share `q` of all does not exceed: the middle of its bucket, but at most the longest. 0 while there
    /// are none.
    pub fn quantile(&self, q: f64) -> f64 {
        let mut left = q * f64::from(self.count);
        for bucket in 0..self.buckets.len() {
            left -= f64::from(self.buckets[bucket]);
            if left <= 0.0 {
                let bits = (bucket as u32 + FIRST) << FINER_BITS | 1 << (FINER_BITS - 1);
                let middle = f64::from(f32::from_bits(bits));
                return if middle > self.max { self.max } else { middle };
            }
        }
        self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Against a sorted list.
        #[test]
        fn a_quantile_is_off_by_at_most_half_a_bucket(
            mut all in prop::collection::vec(0.125..10_000_000.0f64, 1..200),
            q in 0.01..1.0f64,
        ) {
            let mut durations = Quantiles::EMPTY;
            all.iter().for_each(|&ms| durations.record(ms));
            all.sort_by(f64::total_cmp);
            let exact = all[(q * all.len() as f64).ceil() as usize - 1];
            let off = (durations.quantile(q) - exact).abs() / exact;
            prop_assert!(off <= 0.016, "{} instead of {exact}", durations.quantile(q));
            prop_assert_eq!(durations.quantile(1.0), all[all.len() - 1].min(durations.quantile(1.0)));
            prop_assert_eq!((durations.count as usize, durations.max), (all.len(), all[all.len() - 1]));
        }
    }

    #[test]
    fn any_duration_has_a_bucket() {
        let mut durations = Quantiles::EMPTY;
        for ms in [0.0, 1e-9, 1e300, f64::INFINITY] {
            durations.record(ms);
        }
        assert_eq!((durations.count, durations.max), (4, f64::INFINITY));
        assert_eq!(durations.buckets.iter().sum::<u32>(), 4);
        assert!(durations.quantile(0.5) < 0.2 && durations.quantile(1.0) > 5e8);
    }

    #[test]
    fn without_durations_quantiles_are_zero() {
        assert_eq!(Quantiles::EMPTY.quantile(0.5), 0.0);
    }
}
