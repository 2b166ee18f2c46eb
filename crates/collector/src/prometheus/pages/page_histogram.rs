//! One distribution of what pages measured, in both of Prometheus' forms.
use whippet_engine::stats::{Histogram, StoredHistogram};
use whippet_engine::vitals::Metric;

/// No histogram grows beyond this many values: what a client claims must not make counts overflow.
const MAX_COUNT: u64 = 1 << 62;

/// Milliseconds, which beacons have, in a second, which Prometheus wants.
const MS: f64 = 1000.0;

// Upper bounds of classic buckets, in seconds. Those of a vital have its two thresholds among them, so that the shares of
// good and poor page views are exact.
const LCP: &[f64] = &[0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 20.0];
const FCP: &[f64] = &[0.1, 0.25, 0.5, 0.75, 1.0, 1.4, 1.8, 2.4, 3.0, 4.0, 5.0, 7.5, 10.0, 20.0];
const TTFB: &[f64] = &[0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.4, 1.8, 2.5, 4.0, 8.0, 15.0];
const INP: &[f64] = &[0.016, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0];
const CLS: &[f64] = &[0.001, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.4, 0.6, 1.0, 2.0];
const TIMINGS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Values as a classic and as a native histogram.
#[derive(Clone, Debug)]
pub struct PageHistogram {
    bounds: &'static [f64],
    /// What a unit of Prometheus' has of the beacon's: 1,000 for times, 1 for scores.
    unit: f64,
    /// By bound, and not cumulative. Values beyond the last bound are in none.
    counts: Vec<u64>,
    native: StoredHistogram,
    /// The native histogram would add up the middles of what came in buckets.
    sum: f64,
}

impl PageHistogram {
    /// An empty one for a vital.
    pub fn of(metric: Metric) -> Self {
        match metric {
            Metric::Lcp => Self::new(LCP, MS),
            Metric::Inp => Self::new(INP, MS),
            Metric::Cls => Self::new(CLS, 1.0),
            Metric::Fcp => Self::new(FCP, MS),
            Metric::Ttfb => Self::new(TTFB, MS),
        }
    }

    /// An empty one for timings.
    pub fn of_timings() -> Self {
        Self::new(TIMINGS, MS)
    }

    fn new(bounds: &'static [f64], unit: f64) -> Self {
        Self { bounds, unit, counts: vec![0; bounds.len()], native: StoredHistogram::new(), sum: 0.0 }
    }

    /// Adds a value of a beacon `count` times. What is no measurement is left out.
    pub fn record(&mut self, value: f64, count: u64) {
        if self.add(value / self.unit, count) {
            self.sum += value / self.unit * count as f64;
        }
    }

    /// Adds a histogram of a beacon. Each of its values counts as the middle of its bucket, as milliseconds and seconds have
    /// no bucket bound in common; the sum is exact.
    pub fn merge(&mut self, histogram: &Histogram) {
        let (Some(min), Some(max)) = (histogram.min(), histogram.max()) else { return };
        if self.native.count().saturating_add(histogram.count()) > MAX_COUNT {
            return;
        }
        self.add(0.0, histogram.zero_count());
        for bucket in histogram.buckets() {
            let middle = 2.0 * bucket.lower * bucket.upper / (bucket.lower + bucket.upper);
            self.add(middle.clamp(min, max) / self.unit, bucket.count);
        }
        self.sum += histogram.sum() / self.unit;
    }

    fn add(&mut self, value: f64, count: u64) -> bool {
        if self.native.count().saturating_add(count) > MAX_COUNT || !self.native.record_many(value, count) {
            return false;
        }
        if let Some(bucket) = self.counts.get_mut(self.bounds.partition_point(|bound| *bound < value)) {
            *bucket += count;
        }
        true
    }

    /// The upper bound and the count of each classic bucket, the lowest first. Counts are not cumulative, and what is beyond
    /// the last bound is in none.
    pub fn classic(&self) -> Vec<(f64, u64)> {
        self.bounds.iter().copied().zip(self.counts.iter().copied()).collect()
    }

    /// The native histogram, in Prometheus' unit. Its own sum is not to be used.
    pub fn native(&self) -> &StoredHistogram {
        &self.native
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.native.count()
    }

    /// Their sum, in Prometheus' unit.
    pub fn sum(&self) -> f64 {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_bounds() {
        for metric in Metric::ALL {
            let histogram = PageHistogram::of(metric);
            let (good, poor) = metric.thresholds();
            for threshold in [good, poor] {
                assert!(histogram.bounds.contains(&(threshold / histogram.unit)), "{metric:?} {threshold}");
            }
            assert!(histogram.bounds.is_sorted());
        }
    }

    #[test]
    fn a_value_on_a_threshold_is_good() {
        let mut histogram = PageHistogram::of(Metric::Inp);
        histogram.record(200.0, 3);
        histogram.record(200.1, 1);
        histogram.record(9_000.0, 1);
        for no_measurement in [f64::NAN, -1.0, f64::INFINITY] {
            histogram.record(no_measurement, 1);
        }
        let upto: u64 =
            histogram.classic().iter().filter(|bucket| bucket.0 <= 0.2).map(|bucket| bucket.1).sum();
        let all: u64 = histogram.classic().iter().map(|bucket| bucket.1).sum();
        assert_eq!((upto, all, histogram.count()), (3, 4, 5));
        assert!((histogram.sum() - 9.8001).abs() < 1e-9, "{}", histogram.sum());
    }

    #[test]
    fn what_comes_in_buckets_keeps_count_sum_and_percentiles() {
        let mut sent = Histogram::new();
        let mut plain = PageHistogram::of_timings();
        for ms in 0..1000 {
            sent.record(f64::from(ms));
            plain.record(f64::from(ms), 1);
        }
        let mut merged = PageHistogram::of_timings();
        merged.merge(&sent);
        merged.merge(&Histogram::new());
        assert_eq!((merged.count(), merged.native().zero_count()), (1000, 1));
        assert!((merged.sum() / plain.sum() - 1.0).abs() < 1e-9);
        for q in [0.5, 0.75, 0.95, 0.99] {
            let (exact, found) = (q * 0.999, merged.native().quantile(q).unwrap_or_default());
            assert!((found / exact - 1.0).abs() < 0.034, "{found} for {exact}");
        }
    }

    #[test]
    fn counts_never_overflow() {
        let mut histogram = PageHistogram::of_timings();
        for _ in 0..3 {
            histogram.record(1.0, MAX_COUNT - 1);
        }
        let mut sent = Histogram::new();
        sent.record_many(5.0, 1 << 53);
        for _ in 0..3 {
            histogram.merge(&sent);
        }
        assert_eq!(histogram.count(), MAX_COUNT - 1);
    }
}
