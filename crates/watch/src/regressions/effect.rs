//! How much slower: the p75 of the new release beside that of the old one, in the same hours on the same devices.
use super::sequential::Stratum;
use super::usual::{ABOVE, BINS, Counts, Usual, Values};

/// Old and new of one page and class of device, hours added up so that each counts on both sides alike (Mantel and Haenszel's
/// weights): a release that came in the evening is not compared with the old one's morning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    weight: f64,
    old: Counts,
    new: Counts,
    spread: f64,
    /// Old and new values.
    pub views: (f64, f64),
}

/// A change of the p75 as a logarithm, and its variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// 0.1: about 10 % slower.
    pub log: f64,
    /// Of [`log`](Self::log).
    pub variance: f64,
}

impl Change {
    /// By which share the p75 is larger, with the bounds of `deviations` standard errors.
    pub fn shares(&self, deviations: f64) -> [f64; 3] {
        let off = deviations * self.variance.sqrt();
        [self.log, self.log - off, self.log + off].map(f64::exp_m1)
    }

    /// That of a share, such as that of failures. One below `floor` counts as `floor`. `error`: the standard error of the difference.
    pub fn of_shares(old: f64, new: f64, floor: f64, error: f64) -> Self {
        let [old, new] = [old, new].map(|share| share.max(floor).max(1e-9));
        Self { log: (new / old).ln(), variance: (error * 2.0 / (old + new)).powi(2).max(1e-8) }
    }

    /// Several changes as one, the surer ones with more weight. `None` if there is none.
    pub fn mean(all: impl Iterator<Item = Self>) -> Option<Self> {
        let (sum, weight) = all.fold((0.0, 0.0), |(sum, weight), one| {
            (sum + one.log / one.variance, weight + 1.0 / one.variance)
        });
        (weight > 0.0).then(|| Self { log: sum / weight, variance: 1.0 / weight })
    }
}

impl Sums {
    /// Adds an hour.
    pub fn add(&mut self, hour: &Stratum) {
        let (old, new) = hour.views();
        self.views.0 += old;
        self.views.1 += new;
        if old <= 0.0 || new <= 0.0 {
            return;
        }
        let weight = old * new / (old + new);
        self.weight += weight;
        let mut above = 0.0;
        for bin in 0..BINS {
            self.old[bin] += weight * hour.old[bin] / old;
            self.new[bin] += weight * hour.new[bin] / new;
            above += if bin >= ABOVE { hour.old[bin] + hour.new[bin] } else { 0.0 };
        }
        let share = (above + 0.5) / (old + new + 1.0);
        self.spread += weight * share * (1.0 - share);
    }

    /// Lets what was before count less.
    pub fn fade(&mut self, factor: f64) {
        self.weight *= factor;
        self.spread *= factor;
        self.views = (self.views.0 * factor, self.views.1 * factor);
        self.old.iter_mut().chain(&mut self.new).for_each(|count| *count *= factor);
    }

    /// The change of the p75; `None` where there is too little. A p75 below `floor` counts as `floor`: from 4 ms to 8 is no harm.
    pub fn change(&self, usual: &Usual, floor: f64, dispersion: f64) -> Option<Change> {
        if self.weight < 2.0 {
            return None;
        }
        let above = |counts: &Counts| counts[ABOVE..].iter().sum::<f64>() / self.weight;
        let error = (dispersion * self.spread / (self.weight * self.weight)).sqrt();
        if usual.values() == Values::Failures {
            return Some(Change::of_shares(above(&self.old), above(&self.new), floor, error));
        }
        let [old, new] = [above(&self.old), above(&self.new)].map(|share| share.clamp(0.002, 0.998));
        let p75 = usual.p75();
        if p75 < floor {
            return Some(self.small(usual, floor, error));
        }
        // If the usual curve, stretched, has these shares above the usual p75, it is stretched by the quotient of these points.
        let log = |above: f64| Some(usual.curve().quantile(1.0 - above)?.max(p75 / 100.0).ln());
        let middle = (old + new) / 2.0;
        let step = error.clamp(0.01, 0.2);
        let slope = (log((middle - step).max(0.001))? - log((middle + step).min(0.999))?) / (2.0 * step);
        let variance = (error * slope.max(0.1)).powi(2).max(1e-8);
        Some(Change { log: log(old)? - log(new)?, variance })
    }

    /// Where the usual p75 is next to nothing, the curve cannot be stretched: both p75 are read off the bins.
    fn small(&self, usual: &Usual, floor: f64, error: f64) -> Change {
        let value = |counts: &Counts, q: f64| quantile(usual.borders(), counts, self.weight, q);
        let (old, new) = (value(&self.old, 0.75), value(&self.new, 0.75));
        let log = (new.max(floor) / old.max(floor)).ln();
        let around = value(&self.new, 0.75 + error.min(0.2)) - value(&self.new, 0.75 - error.min(0.2));
        Change { log, variance: (around / 2.0 / new.max(floor)).powi(2).max(1e-6) }
    }
}

fn quantile(borders: &[f64; BINS - 1], counts: &Counts, weight: f64, q: f64) -> f64 {
    let (mut sum, mut lower) = (0.0, 0.0);
    for (bin, count) in counts.iter().enumerate() {
        let upper = borders.get(bin).copied().unwrap_or(lower * 1.5);
        if sum + count >= q * weight && *count > 0.0 {
            return lower + (q * weight - sum) / count * (upper - lower);
        }
        sum += count;
        lower = upper;
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_engine::stats::StoredHistogram;

    fn lognormal(place: u32, of: u32) -> f64 {
        // The logistic distribution's quantile: near enough to the normal one's.
        let q = (f64::from(place) + 0.5) / f64::from(of);
        (0.35 * (q / (1.0 - q)).ln()).exp() * 1000.0
    }

    fn usual() -> Usual {
        let mut histogram = StoredHistogram::new();
        (0..5000).for_each(|place| assert!(histogram.record(lognormal(place, 5000))));
        Usual::new(&histogram).unwrap()
    }

    #[test]
    fn the_factor_between_both_is_found_also_in_hours_that_are_slower_themselves() {
        let usual = usual();
        for factor in [1.0, 1.1, 1.2, 1.5, 2.0, 0.8] {
            let mut sums = Sums::default();
            for slower in [0.9, 1.0, 1.15] {
                let fill = |factor: f64| {
                    let mut counts = [0.0; BINS];
                    (0..999).for_each(|place| counts[usual.bin(lognormal(place, 999) * factor)] += 1.0);
                    counts
                };
                sums.add(&Stratum { old: fill(slower), new: fill(slower * factor) });
            }
            let change = sums.change(&usual, 1.0, 1.0).unwrap();
            let [found, low, high] = change.shares(3.0);
            assert!((found + 1.0 - factor).abs() < 0.03 * factor, "{factor}: {found}");
            assert!(low < factor - 1.0 && factor - 1.0 < high && high - low < 0.7);
        }
    }

    #[test]
    fn next_to_nothing_that_doubles_is_no_harm() {
        let mut histogram = StoredHistogram::new();
        histogram.record_many(0.0, 800);
        histogram.record_many(0.02, 200);
        let usual = Usual::new(&histogram).unwrap();
        let hour = |value: f64| {
            let mut stratum = Stratum::default();
            (stratum.old[usual.bin(0.0)], stratum.old[usual.bin(0.02)]) = (80.0, 20.0);
            (stratum.new[usual.bin(0.0)], stratum.new[usual.bin(value)]) = (60.0, 40.0);
            let mut sums = Sums::default();
            sums.add(&stratum);
            sums.change(&usual, 0.025, 1.0).unwrap().shares(1.0)[0]
        };
        assert!(hour(0.02) < 0.15);
    }

    #[test]
    fn failures_that_double_are_twice_as_many_and_hardly_any_are_no_harm() {
        let usual = Usual::of_failures(10.0, 1000.0).unwrap();
        let change = |old: f64, new: f64| {
            let mut sums = Sums::default();
            let [old, new] = [old, new].map(|failed| Usual::count_failures(failed, 2000.0));
            sums.add(&Stratum { old, new });
            sums.change(&usual, 0.001, 1.0).unwrap()
        };
        let [found, low, high] = change(20.0, 40.0).shares(2.0);
        assert!((found - 1.0).abs() < 1e-9 && low > 0.1 && high < 2.6, "{low} {high}");
        assert_eq!(change(0.0, 1.0).log, 0.0);
    }

    #[test]
    fn too_little_is_no_change() {
        assert_eq!(Sums::default().change(&usual(), 1.0, 1.0), None);
        assert_eq!(Change::mean(std::iter::empty()), None);
    }
}
