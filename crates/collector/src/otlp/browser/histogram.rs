//! OTLP's histograms as those of beacons.
use whippet_engine::beacon::limits;
use whippet_engine::stats::{Histogram, Parts};

/// The most buckets of a histogram that is read. SDKs have 160 at most by default.
pub const BUCKETS: usize = 1024;

/// Counts of values in buckets.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets {
    /// How the buckets are bounded.
    pub bounds: Bounds,
    /// How many values are in each.
    pub counts: Vec<u64>,
    /// How many values count as zero.
    pub zero: u64,
    /// The number of all values.
    pub count: u64,
    /// The sum of all values, if it is known.
    pub sum: Option<f64>,
    /// The smallest value, if it is known.
    pub min: Option<f64>,
    /// The largest value, if it is known.
    pub max: Option<f64>,
}

/// How buckets are bounded.
#[derive(Clone, Debug, PartialEq)]
pub enum Bounds {
    /// By these upper bounds, and one bucket more.
    Explicit(Vec<f64>),
    /// By powers of 2^(2^-scale), from the one of this index on.
    Exponential(i32, i32),
}

impl Buckets {
    /// Whether it can be read: few enough buckets, which hold as many values as it says.
    pub fn is_sound(&self) -> bool {
        let mut sum = self.zero;
        for count in &self.counts {
            sum = sum.saturating_add(*count);
        }
        let fits = match &self.bounds {
            Bounds::Explicit(bounds) => {
                // Bounds may come without counts, and are remembered with them.
                bounds.len() <= BUCKETS
                    && (self.counts.is_empty() || self.counts.len() == bounds.len() + 1)
                    && bounds.windows(2).all(|pair| pair[0] < pair[1])
            }
            Bounds::Exponential(scale, offset) => {
                (-10..=20).contains(scale) && offset.unsigned_abs() < 1 << 30
            }
        };
        fits && self.counts.len() <= BUCKETS
            && sum <= limits::COUNT
            && self.count <= limits::COUNT
            // Without buckets the sum must tell the values, which are not below zero.
            && (self.count == 0 || sum > 0 || self.counts.is_empty() && self.sum.is_some_and(|sum| sum >= 0.0))
            && self.sum.is_none_or(f64::is_finite)
    }

    /// The bounds of a bucket, ascending.
    fn range(&self, place: usize) -> (f64, f64) {
        match &self.bounds {
            Bounds::Explicit(bounds) => {
                let below = if place == 0 { None } else { bounds.get(place - 1).copied() };
                let low = below.unwrap_or(0.0).max(self.min.unwrap_or(0.0));
                let high = bounds.get(place).copied().or(self.max).unwrap_or(low);
                (low, high.min(self.max.unwrap_or(f64::INFINITY)).max(low))
            }
            Bounds::Exponential(scale, offset) => {
                let bound = |index: f64| (index * (-f64::from(*scale)).exp2()).exp2();
                let index = f64::from(*offset) + place as f64;
                (bound(index), bound(index + 1.0))
            }
        }
    }

    /// As a histogram of values that are `factor` times as large.
    pub fn histogram(&self, factor: f64) -> Histogram {
        if let Some(exact) = self.exact(factor) {
            return exact;
        }
        let mut histogram = Histogram::new();
        histogram.record_many(0.0, self.zero);
        let mut counts = self.counts.clone();
        // The extremes are known exactly, and are in the outermost buckets.
        for (value, place) in [
            (self.min.filter(|_| self.zero == 0), counts.iter().position(|count| *count > 0)),
            (self.max, counts.iter().rposition(|count| *count > 0)),
        ] {
            if let Some((value, count)) = value.zip(place.and_then(|place| counts.get_mut(place)))
                && *count > 0
                && histogram.record(value * factor)
            {
                *count -= 1;
            }
        }
        for (place, count) in counts.iter().enumerate() {
            let (low, high) = self.range(place);
            // In the middle of the bucket, by ratio where that is possible.
            let middle = if low > 0.0 { (low * high).sqrt() } else { high / 2.0 };
            histogram.record_many(middle * factor, *count);
        }
        if let Some(sum) = self.sum.filter(|_| self.counts.is_empty() && self.zero == 0 && self.count > 0) {
            histogram.record_many(sum / self.count as f64 * factor, self.count);
        }
        self.corrected(&histogram, factor)
    }

    /// With the same buckets: possible where a beacon may have them.
    fn exact(&self, factor: f64) -> Option<Histogram> {
        let Bounds::Exponential(scale, offset) = self.bounds else { return None };
        if factor != 1.0 || scale < i32::from(Histogram::MIN_SCALE) {
            return None;
        }
        let mut coarse = (scale, offset, self.counts.clone());
        while coarse.0 > i32::from(Histogram::MAX_SCALE) || coarse.2.len() > Histogram::MAX_BUCKETS {
            coarse = coarser(coarse.1, &coarse.2, coarse.0);
        }
        let (scale, offset, counts) = coarse;
        let used = |place: Option<usize>| place.map(|place| offset + place as i32);
        let (first, last) =
            (counts.iter().position(|count| *count > 0), counts.iter().rposition(|count| *count > 0));
        let middle = |index: Option<i32>| {
            index.map_or(0.0, |index| ((f64::from(index) + 0.5) * (-f64::from(scale)).exp2()).exp2())
        };
        let min = self.min.unwrap_or(if self.zero > 0 { 0.0 } else { middle(used(first)) });
        let max = self.max.unwrap_or_else(|| middle(used(last)));
        let scale = i8::try_from(scale).ok()?;
        let parts = Parts { scale, offset, counts: &counts, zero: self.zero, sum: self.sum?, min, max };
        Histogram::from_parts(&parts).ok()
    }

    /// With the sum and the extremes that were sent, where they are possible.
    fn corrected(&self, histogram: &Histogram, factor: f64) -> Histogram {
        let parts = histogram.parts();
        let (min, max) = (self.min.map(|min| min * factor), self.max.map(|max| max * factor));
        let sum = self.sum.map_or(parts.sum, |sum| sum * factor);
        let with_extremes =
            Parts { sum, min: min.unwrap_or(parts.min), max: max.unwrap_or(parts.max), ..parts };
        Histogram::from_parts(&with_extremes)
            .or_else(|_| Histogram::from_parts(&Parts { sum, ..parts }))
            .unwrap_or_else(|_| histogram.clone())
    }
}

/// The same counts at the next coarser scale: scale, offset and counts.
pub fn coarser(offset: i32, counts: &[u64], scale: i32) -> (i32, i32, Vec<u64>) {
    let first = offset >> 1;
    let mut coarse = Vec::with_capacity(counts.len() / 2 + 1);
    for (place, count) in counts.iter().enumerate() {
        let to = ((offset + place as i32) >> 1).saturating_sub(first) as usize;
        if to == coarse.len() {
            coarse.push(0_u64);
        }
        coarse[to] = coarse[to].saturating_add(*count);
    }
    (scale - 1, first, coarse)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn buckets(bounds: Bounds, counts: Vec<u64>, sum: f64) -> Buckets {
        let count = counts.iter().sum();
        Buckets { bounds, counts, zero: 0, count, sum: Some(sum), min: None, max: None }
    }

    #[test]
    fn explicit_buckets_keep_count_and_sum() {
        let sent = buckets(Bounds::Explicit(vec![0.1, 0.5, 1.0]), vec![2, 3, 0, 1], 3.0);
        assert!(sent.is_sound());
        let histogram = sent.histogram(1000.0);
        assert_eq!(histogram.count(), 6);
        assert!((histogram.parts().sum - 3000.0).abs() < 1e-6);
        let median = histogram.quantile(0.5).unwrap();
        assert!((100.0..=500.0).contains(&median), "{median}");
    }

    #[test]
    fn without_a_sum_values_are_in_the_middle_of_their_buckets() {
        for bounds in [Bounds::Explicit(vec![1.0, 4.0, 16.0]), Bounds::Exponential(0, 0)] {
            let sent = Buckets { sum: None, ..buckets(bounds, vec![0, 1, 1, 0], 0.0) };
            assert!(sent.is_sound());
            let histogram = sent.histogram(1.0);
            assert_eq!(histogram.count(), 2);
            assert!(histogram.quantile(0.5).unwrap() > 1.0 && histogram.parts().sum > 2.0, "{histogram:?}");
        }
        let unknown =
            Buckets { count: 3, sum: None, ..buckets(Bounds::Explicit(Vec::new()), Vec::new(), 0.0) };
        assert!(!unknown.is_sound() && Buckets { count: 0, ..unknown }.is_sound());
    }

    #[test]
    fn what_was_recorded_by_an_engine_comes_back_whole() {
        let mut recorded = Histogram::new();
        for value in [0.0, 12.5, 13.0, 400.0, 90_000.0] {
            recorded.record(value);
        }
        let parts = recorded.parts();
        let sent = Buckets {
            bounds: Bounds::Exponential(i32::from(parts.scale), parts.offset),
            counts: parts.counts.to_vec(),
            zero: parts.zero,
            count: recorded.count(),
            sum: Some(parts.sum),
            min: Some(parts.min),
            max: Some(parts.max),
        };
        assert_eq!(sent.histogram(1.0), recorded);
    }

    #[test]
    fn bounds_without_counts_are_bounded_too() {
        let of = |bounds: usize| {
            let bounds = (0..bounds).map(|bound| bound as f64).collect();
            Buckets { count: 1, ..buckets(Bounds::Explicit(bounds), Vec::new(), 3.0) }
        };
        assert!(of(0).is_sound() && of(BUCKETS).is_sound());
        assert!(!of(BUCKETS + 1).is_sound());
    }

    proptest! {
        #[test]
        fn any_buckets_give_a_histogram(
            scale in -12..24_i32, offset in -2000..2000_i32, counts in prop::collection::vec(0..1000_u64, 0..400),
            sum: f64, min: Option<f64>, max: Option<f64>, explicit: bool, factor in prop::sample::select(vec![1.0, 1000.0]),
        ) {
            let bounds = match explicit {
                true => Bounds::Explicit((1..counts.len()).map(|bound| bound as f64).collect()),
                false => Bounds::Exponential(scale, offset),
            };
            let sent = Buckets { min, max, ..buckets(bounds, counts, sum) };
            if sent.is_sound() {
                prop_assert!(sent.histogram(factor).count() <= sent.count.max(sent.counts.iter().sum()));
            }
        }
    }
}
