//! Quantiles from cumulative `le` buckets, computed as by Prometheus' `histogram_quantile`.
use whippet_engine::expo::quantile;

use super::source::{Counter, Pair, Source};

/// The quantiles that charts and tables show.
pub const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

/// All `_bucket` series of one histogram.
#[derive(Debug)]
pub struct Buckets {
    bounds: Vec<f64>,
    series: Vec<(usize, Counter)>,
}

impl Buckets {
    /// Reads the buckets of the histogram `name`, which is without `_bucket`.
    pub fn read<S: Source>(source: &S, name: &str) -> Result<Self, S::Error> {
        let counters = source.counters(&format!("{name}_bucket"))?;
        let bound =
            |counter: &Counter| counter.label("le").parse::<f64>().ok().filter(|bound| !bound.is_nan());
        let mut bounds: Vec<f64> = counters.iter().filter_map(bound).collect();
        bounds.sort_unstable_by(f64::total_cmp);
        bounds.dedup();
        let place = |counter: Counter| {
            let bound = bound(&counter)?;
            bounds.iter().position(|candidate| *candidate == bound).map(|place| (place, counter))
        };
        let series = counters.into_iter().filter_map(place).collect();
        Ok(Self { bounds, series })
    }

    /// Whether the target has no such histogram.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// The `_bucket` series, for their labels.
    pub fn counters(&self) -> impl Iterator<Item = &Counter> {
        self.series.iter().map(|(_, counter)| counter)
    }

    /// The observations between two scrapes, in the series that `wanted` selects.
    pub fn observed(&self, pair: Pair, wanted: impl Fn(&Counter) -> bool) -> Observed {
        let mut counts = vec![0.0; self.bounds.len()];
        for (place, counter) in &self.series {
            if wanted(counter) {
                counts[*place] += counter.increase(pair);
            }
        }
        Observed { counts: self.bounds.iter().copied().zip(counts).collect() }
    }
}

/// Cumulative counts by upper bound.
#[derive(Debug)]
pub struct Observed {
    counts: Vec<(f64, f64)>,
}

impl Observed {
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
}
