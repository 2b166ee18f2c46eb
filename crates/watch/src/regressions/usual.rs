//! What is usual: the distribution of a metric on one page and class of device before a release, cut into bins, and what the
//! bins would hold if pages were slower.
use whippet_engine::stats::StoredHistogram;

use super::curve::Curve;
use super::spread::Spread;

/// How many bins there are.
pub const BINS: usize = 8;
/// The bins from here on are above the usual p75.
pub const ABOVE: usize = 4;
/// How many ways to be slower are looked for.
pub const ALTERNATIVES: usize = 8;
/// The fewest values that tell what is usual.
pub const LEAST: f64 = 100.0;

/// How many values of its own say as much as those of all other pages: [`Usual::learn_together`].
const SHARED: f64 = 2000.0;

/// How many values each bin has. They stand for others where visits are sampled, so they may be large.
pub type Counts = [f64; BINS];

/// The shares at which bins end; they are finer where a slow page shows.
const CUTS: [f64; BINS - 1] = [0.2, 0.4, 0.6, 0.75, 0.85, 0.925, 0.975];
/// All values are larger by these factors.
const SLOWER: [f64; 6] = [1.1, 1.2, 1.35, 1.6, 2.2, 4.0];
/// The odds to be above the usual p75 are larger by these factors.
const TAIL: [f64; ALTERNATIVES - SLOWER.len()] = [1.4, 2.5];
/// The odds to fail are larger by these factors.
const FAILING: [f64; ALTERNATIVES] = [1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0];
/// How much is expected of each alternative, where nothing else is.
const WEIGHTS: Weights = [0.3, 0.25, 0.15, 0.1, 0.06, 0.04, 0.05, 0.05];
/// How much is expected of the alternative that is nearest to what would just be reported: less is not, and more shows by itself.
const NEAREST: f64 = 0.5;

/// How much is expected of each alternative. They add up to 1.
pub type Weights = [f64; ALTERNATIVES];

/// The weights where what is larger by `factor` is looked for first: values, or the odds to fail.
pub fn weights(values: Values, factor: f64) -> Weights {
    let factors: &[f64] = if values == Values::Failures { &FAILING } else { &SLOWER };
    let off = |place: usize| (factors[place] / factor).ln().abs();
    let nearest = (0..factors.len()).min_by(|a, b| off(*a).total_cmp(&off(*b))).unwrap_or(0);
    let rest: f64 = WEIGHTS.iter().sum::<f64>() - WEIGHTS[nearest];
    std::array::from_fn(|place| match place == nearest {
        true => NEAREST,
        false => WEIGHTS[place] * (1.0 - NEAREST) / rest,
    })
}

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Measured one by one: bins end where they should.
    Measured,
    /// Counted in a backend's buckets: bins end where buckets do.
    Counted,
    /// Failures among all: the lowest bin has what went well, the highest what failed.
    Failures,
}

/// The bins of a page and class of device.
#[derive(Clone, Debug)]
pub struct Usual {
    values: Values,
    borders: [f64; BINS - 1],
    /// Which share of the values each bin has.
    shares: Counts,
    /// By alternative and bin: how many times as many values it has there as usual.
    ratios: [Counts; ALTERNATIVES],
    /// The logarithms of the ratios.
    logs: [Counts; ALTERNATIVES],
    curve: Curve,
}

impl Usual {
    /// Learnt from values; `None` where they are too few.
    pub fn new(histogram: &StoredHistogram) -> Option<Self> {
        Self::of_curve(Curve::new(histogram), Values::Measured)
    }

    /// Learnt from a backend's buckets; `None` where values are too few, or no bucket ends.
    pub fn of_spread(spread: &Spread) -> Option<Self> {
        Self::of_curve(Curve::of_spread(spread), Values::Counted)
    }

    /// Learnt from how many of all failed; `None` where that are too few.
    pub fn of_failures(failed: f64, all: f64) -> Option<Self> {
        if all < LEAST {
            return None;
        }
        let share = ((failed + 0.5) / (all + 1.0)).clamp(1e-5, 0.99);
        let mut usual = Self {
            values: Values::Failures,
            borders: [0.5; BINS - 1],
            shares: failures(share),
            ratios: [[1.0; BINS]; ALTERNATIVES],
            logs: [[0.0; BINS]; ALTERNATIVES],
            curve: Curve::default(),
        };
        for (place, odds) in FAILING.into_iter().enumerate() {
            let more = odds * share / (1.0 - share + odds * share);
            usual.ratios[place] = [1.0; BINS];
            usual.ratios[place][0] = (1.0 - more) / (1.0 - share);
            usual.ratios[place][BINS - 1] = more / share;
            usual.logs[place] = usual.ratios[place].map(f64::ln);
        }
        Some(usual)
    }

    fn of_curve(curve: Curve, values: Values) -> Option<Self> {
        if curve.count() < LEAST {
            return None;
        }
        let mut borders = [0.0; BINS - 1];
        for (border, cut) in borders.iter_mut().zip(CUTS) {
            *border = curve.border(cut)?;
        }
        let usual = smooth(bins(|value| curve.share(value), &borders), curve.count());
        let mut ratios = [[1.0; BINS]; ALTERNATIVES];
        let mut logs = [[0.0; BINS]; ALTERNATIVES];
        for (place, (ratios, logs)) in ratios.iter_mut().zip(&mut logs).enumerate() {
            let other = match SLOWER.get(place) {
                Some(factor) => bins(|value| curve.share(value / factor), &borders),
                None => heavier_tail(&usual, TAIL[place - SLOWER.len()]),
            };
            let other = smooth(other, curve.count());
            for bin in 0..BINS {
                ratios[bin] = other[bin] / usual[bin];
                logs[bin] = ratios[bin].ln();
            }
        }
        Some(Self { values, borders, shares: usual, ratios, logs, curve })
    }

    /// Lets those of one metric learn from one another what slower values look like: bins end at the same shares everywhere, so
    /// that a page with few values has about the same ratios as others, and its own say little. Bins of a backend end elsewhere
    /// on each route.
    pub fn learn_together(all: &mut [&mut Self]) {
        if all.iter().any(|one| one.values != Values::Measured) {
            return;
        }
        let weight: f64 = all.iter().map(|one| one.curve.count()).sum();
        let mut mean = [[0.0; BINS]; ALTERNATIVES];
        for one in all.iter() {
            for (mean, ratios) in mean.iter_mut().flatten().zip(one.ratios.iter().flatten()) {
                *mean += ratios * one.curve.count() / weight;
            }
        }
        for one in all {
            let own = one.curve.count() / (one.curve.count() + SHARED);
            for ((ratios, logs), mean) in one.ratios.iter_mut().zip(&mut one.logs).zip(&mean) {
                let mixed: Counts = std::array::from_fn(|bin| own * ratios[bin] + (1.0 - own) * mean[bin]);
                // Shares add up to 1 in an alternative, too.
                let sum: f64 = mixed.iter().zip(&one.shares).map(|(ratio, share)| ratio * share).sum();
                *ratios = mixed.map(|ratio| ratio / sum);
                *logs = ratios.map(f64::ln);
            }
        }
    }

    /// How many values of a histogram each bin has. A bucket across a border counts where its middle is.
    pub fn count(&self, histogram: &StoredHistogram) -> Counts {
        let mut counts = [0.0; BINS];
        counts[self.bin(0.0)] += histogram.zero_count() as f64;
        for bucket in histogram.buckets() {
            let middle = 2.0 * bucket.lower * bucket.upper / (bucket.lower + bucket.upper);
            counts[self.bin(middle)] += bucket.count as f64;
        }
        counts
    }

    /// The same for a backend's buckets. `None` where a border of the bins is none of theirs: nobody knows how many values are on its
    /// sides.
    pub fn count_spread(&self, spread: &Spread) -> Option<Counts> {
        // What is beyond the last bound has an end that was made up.
        let end = spread.last().map(|last| 2.0 * last).filter(|end| self.curve.is_end(*end));
        let is_known =
            |border: &f64| *border <= 0.0 || Some(*border) == end || spread.bounds().contains(border);
        if self.values != Values::Counted || !self.borders.iter().all(is_known) {
            return None;
        }
        let mut counts = [0.0; BINS];
        for (bound, count) in spread.buckets() {
            let upto = if bound.is_finite() { bound } else { end.unwrap_or(bound) };
            counts[self.bin(upto)] += count;
        }
        Some(counts)
    }

    /// The same for failures.
    pub fn count_failures(failed: f64, all: f64) -> Counts {
        let mut counts = [0.0; BINS];
        counts[0] = (all - failed).max(0.0);
        counts[BINS - 1] = failed.min(all);
        counts
    }

    /// The bin of a value.
    pub fn bin(&self, value: f64) -> usize {
        self.borders.partition_point(|border| *border < value)
    }

    /// Where the bins end.
    pub fn borders(&self) -> &[f64; BINS - 1] {
        &self.borders
    }

    /// The usual p75, as the border that is nearest to it.
    pub fn p75(&self) -> f64 {
        self.borders[ABOVE - 1]
    }

    /// What the values are.
    pub fn values(&self) -> Values {
        self.values
    }

    /// Which share of values is usually above the usual p75, or fails.
    pub fn above(&self) -> f64 {
        self.shares[ABOVE..].iter().sum()
    }

    /// The distribution. There is none of failures.
    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    /// By bin: how many times as many values an alternative has there, and the logarithm of it.
    pub fn alternative(&self, place: usize) -> (&Counts, &Counts) {
        (&self.ratios[place], &self.logs[place])
    }
}

fn failures(share: f64) -> Counts {
    let mut shares = [0.0; BINS];
    (shares[0], shares[BINS - 1]) = (1.0 - share, share);
    shares
}

fn bins(share: impl Fn(f64) -> f64, borders: &[f64; BINS - 1]) -> Counts {
    let mut shares = [0.0; BINS];
    let mut before = 0.0;
    for (bin, held) in shares.iter_mut().enumerate() {
        let upto = borders.get(bin).map_or(1.0, |border| share(*border));
        *held = (upto - before).max(0.0);
        before = upto;
    }
    shares
}

fn heavier_tail(usual: &Counts, odds: f64) -> Counts {
    let above: f64 = usual[ABOVE..].iter().sum();
    let heavier = odds * above / (1.0 - above + odds * above);
    let mut other = *usual;
    for (bin, share) in other.iter_mut().enumerate() {
        let (part, whole) = if bin < ABOVE { (1.0 - heavier, 1.0 - above) } else { (heavier, above) };
        *share *= if whole > 0.0 { part / whole } else { 1.0 };
    }
    other
}

/// No bin is impossible: what was not seen among few values may come.
fn smooth(mut shares: Counts, count: f64) -> Counts {
    let least = (0.5 / count).clamp(1e-5, 0.005);
    let sum: f64 = shares.iter().map(|share| share + least).sum();
    shares.iter_mut().for_each(|share| *share = (*share + least) / sum);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(values: impl Iterator<Item = f64>) -> Usual {
        let mut histogram = StoredHistogram::new();
        values.for_each(|value| assert!(histogram.record(value)));
        Usual::new(&histogram).unwrap()
    }

    #[test]
    fn a_quarter_is_above_the_usual_p75() {
        let values: Vec<f64> = (1..=1000).map(|value| f64::from(value) * 3.0).collect();
        let usual = usual(values.iter().copied());
        assert!((usual.p75() - 2250.0).abs() < 60.0);
        let mut histogram = StoredHistogram::new();
        values.iter().for_each(|value| assert!(histogram.record(*value)));
        let counts = usual.count(&histogram);
        let above: f64 = counts[ABOVE..].iter().sum();
        assert!((above - 250.0).abs() < 20.0, "{counts:?}");
        let counted: f64 = values.iter().filter(|value| usual.bin(**value) >= ABOVE).count() as f64;
        assert_eq!(above, counted, "a border is one of buckets, so that counts on its sides are exact");
    }

    #[test]
    fn a_slower_page_has_more_in_the_upper_bins() {
        let usual = usual((1..=1000).map(f64::from));
        for place in 0..ALTERNATIVES {
            let (ratios, logs) = usual.alternative(place);
            assert!(ratios[BINS - 1] > 1.05 && ratios[0] < 1.0, "{place}: {ratios:?}");
            assert!(ratios.iter().zip(logs).all(|(ratio, log)| (ratio.ln() - log).abs() < 1e-12));
        }
    }

    #[test]
    fn what_is_learnt_from_others_is_still_a_distribution() {
        let (mut few, mut many) = (usual((1..=100).map(f64::from)), usual((1..=5000).map(f64::from)));
        let own = few.ratios;
        Usual::learn_together(&mut [&mut few, &mut many]);
        for (ratios, shares) in [(few.ratios, few.shares), (many.ratios, many.shares)] {
            for ratios in ratios {
                let sum: f64 = ratios.iter().zip(&shares).map(|(ratio, share)| ratio * share).sum();
                assert!((sum - 1.0).abs() < 1e-9);
            }
        }
        assert_ne!(own, few.ratios);
    }

    #[test]
    fn bins_of_a_backend_end_where_its_buckets_do() {
        let spread = |factor: f64| {
            let upto = |bound: f64| 1000.0 * (1.0 - (-bound / (80.0 * factor)).exp());
            let bounds = [5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0];
            Spread::cumulative(
                bounds.into_iter().map(|bound| (bound, upto(bound))).chain([(f64::INFINITY, 1000.0)]),
            )
        };
        let usual = Usual::of_spread(&spread(1.0)).unwrap();
        assert_eq!(usual.p75(), 100.0, "71 % are below 100 ms, 96 % below 250 ms");
        let counts = usual.count_spread(&spread(1.0)).unwrap();
        assert!((counts.iter().sum::<f64>() - 1000.0).abs() < 1e-6);
        let above = |counts: &Counts| counts[ABOVE..].iter().sum::<f64>();
        assert!((above(&counts) - 286.5).abs() < 0.1, "{counts:?}");
        assert!(above(&usual.count_spread(&spread(1.5)).unwrap()) > 400.0);
        for place in 0..ALTERNATIVES {
            let (ratios, _) = usual.alternative(place);
            assert!(ratios.iter().all(|ratio| ratio.is_finite() && *ratio > 0.0));
        }
        // A release with other buckets is not compared by guesses.
        let other = Spread::cumulative([(90.0, 500.0), (250.0, 900.0), (f64::INFINITY, 1000.0)]);
        assert_eq!(usual.count_spread(&other), None);
        // One with more of them is compared by those that both have.
        let more = Spread::cumulative(
            [5.0, 10.0, 25.0, 50.0, 60.0, 75.0, 100.0, 250.0, 500.0].map(|bound| (bound, bound)),
        );
        assert!(usual.count_spread(&more).is_some());
    }

    #[test]
    fn most_is_expected_of_what_would_just_be_reported() {
        for (values, factor, nearest) in [
            (Values::Measured, 1.05, 0),
            (Values::Measured, 1.2, 1),
            (Values::Counted, 1.5, 3),
            (Values::Measured, 11.0, 5),
            (Values::Failures, 3.0, 3),
        ] {
            let weights = weights(values, factor);
            assert_eq!(weights[nearest], NEAREST, "{factor}");
            assert!(
                (weights.iter().sum::<f64>() - 1.0).abs() < 1e-12 && weights.iter().all(|one| *one > 0.01)
            );
        }
    }

    #[test]
    fn failures_have_two_bins() {
        let usual = Usual::of_failures(4.0, 2000.0).unwrap();
        assert!((usual.above() - 4.5 / 2001.0).abs() < 1e-9);
        let counts = Usual::count_failures(3.0, 10.0);
        assert_eq!((counts[0], counts[BINS - 1], counts.iter().sum::<f64>()), (7.0, 3.0, 10.0));
        assert_eq!((usual.bin(0.0), usual.bin(1.0)), (0, BINS - 1));
        for place in 0..ALTERNATIVES {
            let sum: f64 = usual.alternative(place).0.iter().zip(&usual.shares).map(|(a, b)| a * b).sum();
            assert!((sum - 1.0).abs() < 1e-9);
        }
        assert!(Usual::of_failures(0.0, 100.0).is_some() && Usual::of_failures(50.0, 99.0).is_none());
    }

    #[test]
    fn few_values_tell_nothing() {
        let mut histogram = StoredHistogram::new();
        histogram.record_many(5.0, 99);
        assert!(Usual::new(&histogram).is_none());
        // All values alike: no bin is impossible.
        histogram.record(5.0);
        let usual = Usual::new(&histogram).unwrap();
        assert!(usual.alternative(3).0.iter().all(|ratio| ratio.is_finite() && *ratio > 0.0));
    }
}
