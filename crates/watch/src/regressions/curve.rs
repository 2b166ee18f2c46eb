//! A histogram as a distribution: which share of values is above a point, and at which point a share is.
use whippet_engine::stats::StoredHistogram;

use super::spread::Spread;

/// The cumulative shares of a histogram at the borders of its buckets. Between borders it is straight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// The borders, ascending; the first is the smallest value, or 0 where values counted as zero.
    borders: Vec<f64>,
    /// How many values are at most that.
    upto: Vec<f64>,
    /// How many values there are.
    count: f64,
}

impl Curve {
    /// That of a histogram.
    pub fn new(histogram: &StoredHistogram) -> Self {
        let (Some(min), Some(max)) = (histogram.min(), histogram.max()) else { return Self::default() };
        let mut sum = histogram.zero_count() as f64;
        let mut curve = Self { count: histogram.count() as f64, ..Self::default() };
        if sum > 0.0 {
            curve.push(0.0, sum);
        }
        for bucket in histogram.buckets() {
            curve.push(bucket.lower.max(min), sum);
            sum += bucket.count as f64;
            curve.push(bucket.upper.min(max), sum);
        }
        curve
    }

    /// That of counts by upper bound, straight within each bucket. What is above the last finite bound is taken to be up to twice as
    /// large.
    pub fn of_spread(spread: &Spread) -> Self {
        let mut curve = Self { count: spread.count(), ..Self::default() };
        let Some(last) = spread.last().filter(|last| *last > 0.0) else { return Self::default() };
        curve.push(0.0, 0.0);
        let mut sum = 0.0;
        for (bound, count) in spread.buckets() {
            sum += count;
            match bound {
                bound if bound.is_finite() => curve.push(bound.max(0.0), sum),
                _ if count > 0.0 => curve.push(2.0 * last, sum),
                _ => {}
            }
        }
        curve
    }

    fn push(&mut self, border: f64, upto: f64) {
        match self.borders.last() {
            Some(last) if border <= *last => {
                if let Some(held) = self.upto.last_mut() {
                    *held = upto;
                }
            }
            _ => {
                self.borders.push(border);
                self.upto.push(upto);
            }
        }
    }

    /// How many values there are.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// The share of values that are at most `value`.
    pub fn share(&self, value: f64) -> f64 {
        let after = self.borders.partition_point(|border| *border <= value);
        let Some(before) = after.checked_sub(1) else { return 0.0 };
        let (Some(next), Some(more)) = (self.borders.get(after), self.upto.get(after)) else { return 1.0 };
        let part = (value - self.borders[before]) / (next - self.borders[before]);
        (self.upto[before] + part * (more - self.upto[before])) / self.count
    }

    /// The smallest value that a share `q` of the values is at most; `None` while empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.count <= 0.0 {
            return None;
        }
        let rank = q.clamp(0.0, 1.0) * self.count;
        let after = self.upto.partition_point(|upto| *upto < rank);
        let upper = self.borders.get(after).or(self.borders.last()).copied()?;
        let Some(before) = after.checked_sub(1) else { return Some(upper) };
        let more = self.upto.get(after).copied().unwrap_or(self.count) - self.upto[before];
        let part = if more > 0.0 { (rank - self.upto[before]) / more } else { 1.0 };
        Some(self.borders[before] + part.min(1.0) * (upper - self.borders[before]))
    }

    /// Whether a point is the end of all values.
    pub fn is_end(&self, value: f64) -> bool {
        self.borders.last() == Some(&value)
    }

    /// The border of a bucket that is nearest to a share `q`: counts on its sides are exact.
    pub fn border(&self, q: f64) -> Option<f64> {
        let rank = q * self.count;
        let after = self.upto.partition_point(|upto| *upto < rank);
        let before = after.saturating_sub(1);
        let off = |place: usize| self.upto.get(place).map_or(f64::INFINITY, |upto| (upto - rank).abs());
        let place = if off(before) <= off(after) { before } else { after };
        self.borders.get(place.min(self.borders.len().checked_sub(1)?)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_quantiles_are_two_sides_of_one_curve() {
        let mut histogram = StoredHistogram::new();
        for value in 0..1000 {
            histogram.record(f64::from(value));
        }
        let curve = Curve::new(&histogram);
        for q in [0.1, 0.5, 0.75, 0.99] {
            let value = curve.quantile(q).unwrap();
            assert!((value - q * 1000.0).abs() < 25.0, "{q}: {value}");
            assert!((curve.share(value) - q).abs() < 1e-9);
            let border = curve.border(q).unwrap();
            assert!((curve.share(border) - q).abs() < 0.02);
        }
        assert_eq!((curve.share(-1.0), curve.share(1e9)), (0.0, 1.0));
        assert_eq!(curve.share(0.0), 0.001);
    }

    #[test]
    fn an_empty_histogram_has_no_quantile() {
        let curve = Curve::new(&StoredHistogram::new());
        assert_eq!((curve.quantile(0.5), curve.border(0.5), curve.count()), (None, None, 0.0));
    }

    #[test]
    fn buckets_of_a_backend_are_a_curve_too() {
        let curve =
            Curve::of_spread(&Spread::cumulative([(10.0, 50.0), (20.0, 90.0), (f64::INFINITY, 100.0)]));
        assert_eq!((curve.share(10.0), curve.share(15.0), curve.share(20.0)), (0.5, 0.7, 0.9));
        assert_eq!((curve.quantile(0.25), curve.quantile(0.75)), (Some(5.0), Some(16.25)));
        assert_eq!((curve.quantile(1.0), curve.border(0.75)), (Some(40.0), Some(20.0)));
        let unbounded = Curve::of_spread(&Spread::cumulative([(f64::INFINITY, 9.0)]));
        assert_eq!((unbounded.quantile(0.5), unbounded.count()), (None, 0.0));
        assert_eq!(Curve::of_spread(&Spread::cumulative([(5.0, 0.0)])).quantile(0.5), None);
    }

    #[test]
    fn where_most_values_are_zero_the_median_is() {
        let mut histogram = StoredHistogram::new();
        histogram.record_many(0.0, 90);
        histogram.record_many(0.3, 10);
        let curve = Curve::new(&histogram);
        assert_eq!((curve.quantile(0.5), curve.share(0.0)), (Some(0.0), 0.9));
        assert!(curve.quantile(0.95).unwrap() > 0.29);
    }
}
