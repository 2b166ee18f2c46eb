//! Quantiles from cumulative `le` buckets, computed as by Prometheus' `histogram_quantile`.
use whippet_engine::expo::quantile;

use super::source::Pair;
use super::tagged::Counted;

/// The quantiles that charts and tables show.
pub const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

/// All `_bucket` series of one histogram.
#[derive(Clone, Debug, Default)]
pub struct Buckets {
    /// Upper bounds in the unit of the signal: ms for durations.
    bounds: Vec<f64>,
    series: Vec<Counted>,
    /// For each series the place of its bound.
    places: Vec<usize>,
}

impl Buckets {
    /// Adds the `_bucket` series of a histogram.
    pub fn add(&mut self, counters: Vec<Counted>) {
        let bound = |counted: &Counted| {
            let bound = counted.counter().label("le").parse::<f64>().ok().filter(|bound| !bound.is_nan());
            bound.map(|bound| bound * counted.tags.factor)
        };
        self.series.extend(counters.into_iter().filter(|counted| bound(counted).is_some()));
        let bounds: Vec<f64> = self.series.iter().filter_map(bound).collect();
        self.bounds.clone_from(&bounds);
        self.bounds.sort_unstable_by(f64::total_cmp);
        self.bounds.dedup();
        self.places = bounds.iter().map(|bound| self.bounds.partition_point(|other| other < bound)).collect();
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// The `_bucket` series, for what their labels mean.
    pub fn series(&self) -> impl Iterator<Item = &Counted> {
        self.series.iter()
    }

    /// The observations between two points.
    pub fn observed(&self, pair: Pair) -> Observed {
        let mut counts: Vec<Option<f64>> = vec![None; self.bounds.len()];
        for (place, counted) in self.places.iter().zip(&self.series) {
            if counted.counter().is_at(pair) {
                *counts[*place].get_or_insert(0.0) += counted.counter().increase(pair);
            }
        }
        let known = |(bound, count): (&f64, Option<f64>)| Some((*bound, count?));
        Observed::sorted(self.bounds.iter().zip(counts).filter_map(known).collect())
    }
}

/// Cumulative counts by upper bound.
#[derive(Debug)]
pub struct Observed {
    counts: Vec<(f64, f64)>,
}

impl Observed {
    /// Those of cumulative counts by upper bound, in any order. Counts of equal bounds, of several series, are added up.
    pub fn of(mut counts: Vec<(f64, f64)>) -> Self {
        counts.sort_by(|a, b| a.0.total_cmp(&b.0));
        counts.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                kept.1 += next.1;
            }
            is_same
        });
        Self::sorted(counts)
    }

    /// The same of counts that are sorted, each bound once. A bound at which nothing was counted, above one at which something was,
    /// is none any more: another release has other buckets, and counters keep their values.
    fn sorted(mut counts: Vec<(f64, f64)>) -> Self {
        let mut has_counted = false;
        counts.retain(|(bound, count)| {
            let is_gone = has_counted && *count == 0.0 && bound.is_finite();
            has_counted |= *count > 0.0;
            !is_gone
        });
        Self { counts }
    }

    /// The number of observations.
    pub fn count(&self) -> f64 {
        self.counts.last().map_or(0.0, |bucket| bucket.1)
    }

    /// The quantile in the unit of the bounds, and whether it lies beyond the last finite bound: then the true value is only
    /// known to be greater.
    pub fn quantile(&self, q: f64) -> Option<(f64, bool)> {
        let value = quantile(q, &self.counts)?;
        // A scrape is not atomic: a lower bucket may have counted a little more than the next.
        let most = |counts: &[(f64, f64)]| counts.iter().fold(0.0, |most: f64, bucket| most.max(bucket.1));
        let finite = self.counts.split_last().map_or(0.0, |(_, finite)| most(finite));
        Some((value, q * most(&self.counts) > finite))
    }

    /// The share of observations above `bound`; linear within a bucket. `None` without observations, or where no finite
    /// bucket reaches so far.
    pub fn above(&self, bound: f64) -> Option<f64> {
        let all = self.count();
        let upper = self.counts.iter().position(|bucket| bucket.0 >= bound && bucket.0.is_finite())?;
        let (end, upto) = self.counts[upper];
        let (begin, before) = if upper == 0 { (0.0, 0.0) } else { self.counts[upper - 1] };
        let share = if end > begin { (bound - begin) / (end - begin) } else { 1.0 };
        let below = before + (upto - before) * share;
        (all > 0.0).then(|| ((all - below) / all).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Observed;

    #[test]
    fn buckets_of_an_older_release_bound_nothing() {
        // 0.1 and 0.5 were bounds before, and their counters stand still.
        let counts =
            vec![(0.1, 0.0), (0.25, 30.0), (0.5, 0.0), (1.0, 80.0), (2.5, 90.0), (f64::INFINITY, 90.0)];
        let observed = Observed::of(counts);
        assert_eq!(observed.quantile(0.5), Some((0.25 + 0.75 * (15.0 / 50.0), false)));
        let above = observed.above(0.5).unwrap();
        assert!((above - (60.0 - 50.0 / 3.0) / 90.0).abs() < 1e-12, "{above}");
        assert_eq!(observed.count(), 90.0);
    }

    #[test]
    fn buckets_without_observations_are_bounds() {
        let observed = Observed::of(vec![(0.1, 0.0), (0.5, 0.0), (1.0, 8.0), (f64::INFINITY, 8.0)]);
        assert_eq!(observed.quantile(0.5), Some((0.75, false)));
    }
}
