//! New beside old in the same hour on the same class of device: an e-variable for two samples.
//!
//! Of `m` old and `n` new values let `p` be what is usual by bin and `q` what a slower release would have, and `r = (m p + n q) /
//! (m + n)`. The product of `q(y) / r(y)` over the new values `y` and of `p(y) / r(y)` over the old ones expects at most 1 if
//! both come from one distribution, **whatever that is**: the rhythm of a day, a holiday and a wandering mix of devices move
//! both. So products over strata may be looked at at any time: that they ever reach `1 / alpha` has the chance `alpha` (Ville).
//! Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for optional stopping" (2021).
//!
//! Page views are not independent: those of one session are alike, and a sampled one stands for many. So each logarithm is divided
//! by the dispersion (dispersion.rs), which also makes an e-variable of an e-variable (Jensen).
use super::usual::{ALTERNATIVES, BINS, Counts, Usual, Weights};

/// By alternative, the logarithm of an e-value.
pub type Logs = [f64; ALTERNATIVES];

/// The most that one hour of one page and class of device may say: a bot must not raise an alarm by itself. An e-variable that
/// is cut is one.
const CUT: f64 = 4.0;

/// Old and new values of one hour, page and class of device.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stratum {
    /// Those of the old release.
    pub old: Counts,
    /// Those of the new one.
    pub new: Counts,
}

impl Stratum {
    /// How many values are old and new.
    pub fn views(&self) -> (f64, f64) {
        (self.old.iter().sum(), self.new.iter().sum())
    }
}

/// What a stratum says for each alternative, by itself.
pub fn evidence(usual: &Usual, stratum: &Stratum) -> Logs {
    let mut logs = [0.0; ALTERNATIVES];
    let (old, new) = stratum.views();
    if old <= 0.0 || new <= 0.0 {
        return logs;
    }
    let part = new / (old + new);
    for (place, log) in logs.iter_mut().enumerate() {
        let (ratios, ratio_logs) = usual.alternative(place);
        for bin in 0..BINS {
            let both = stratum.old[bin] + stratum.new[bin];
            if both > 0.0 {
                let mixed = part * ratios[bin] + 1.0 - part;
                *log += stratum.new[bin] * ratio_logs[bin] - both * mixed.ln();
            }
        }
    }
    logs
}

/// Adds what a stratum says, over its dispersion.
pub fn add(sum: &mut Logs, evidence: &Logs, dispersion: f64) {
    for (sum, log) in sum.iter_mut().zip(evidence) {
        *sum += (log / dispersion).min(CUT);
    }
}

/// The logarithm of the e-value for "slower in any of these ways, on all classes of devices or on one".
pub fn mixture(devices: &[Logs], weights: &Weights) -> f64 {
    let mut all = [0.0; ALTERNATIVES];
    for logs in devices {
        all.iter_mut().zip(logs).for_each(|(all, log)| *all += log);
    }
    let one = (1.0 - ALL_DEVICES) / devices.len().max(1) as f64;
    let parts = std::iter::once((&all, ALL_DEVICES)).chain(devices.iter().map(|logs| (logs, one)));
    log_sum(parts.flat_map(|(logs, weight)| {
        logs.iter().zip(weights).map(move |(log, part)| log + (weight * part).ln())
    }))
}

/// How much is expected of a release that is slower everywhere.
const ALL_DEVICES: f64 = 0.9;

/// The logarithm of the sum of exponentials.
fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY { most } else { most + logs.map(|log| (log - most).exp()).sum::<f64>().ln() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regressions::usual::{Values, weights};
    use proptest::prelude::*;
    use whippet_engine::stats::StoredHistogram;

    fn usual() -> Usual {
        let mut histogram = StoredHistogram::new();
        (1..=2000).for_each(|value| assert!(histogram.record(f64::from(value))));
        Usual::new(&histogram).unwrap()
    }

    /// The expectation over all outcomes of one old and one new value that come from `shares`.
    fn expectation(usual: &Usual, shares: &Counts, place: usize) -> f64 {
        let mut sum = 0.0;
        for old in 0..BINS {
            for new in 0..BINS {
                let mut stratum = Stratum::default();
                stratum.old[old] = 1.0;
                stratum.new[new] = 1.0;
                sum += shares[old] * shares[new] * evidence(usual, &stratum)[place].exp();
            }
        }
        sum
    }

    proptest! {
        /// Turner's theorem, for distributions that have nothing to do with what is usual.
        #[test]
        fn whatever_the_common_distribution_no_more_than_one_is_expected(raw in proptest::array::uniform8(0.0_f64..1.0)) {
            let total: f64 = raw.iter().sum::<f64>().max(1e-9);
            let shares = raw.map(|share| share / total);
            let usual = usual();
            for place in 0..ALTERNATIVES {
                prop_assert!(expectation(&usual, &shares, place) <= 1.0 + 1e-9);
            }
        }
    }

    #[test]
    fn slower_values_are_evidence_and_equal_ones_are_not() {
        let usual = usual();
        let fill = |factor: f64| {
            let mut counts = [0.0; BINS];
            (1..=500).for_each(|value| counts[usual.bin(f64::from(value) * 4.0 * factor)] += 1.0);
            counts
        };
        let says = |old: f64, new: f64| {
            let mut logs = [0.0; ALTERNATIVES];
            for _ in 0..4 {
                add(&mut logs, &evidence(&usual, &Stratum { old: fill(old), new: fill(new) }), 1.0);
            }
            mixture(&[logs], &weights(Values::Measured, 1.2))
        };
        assert!(says(1.0, 1.3) > 10.0);
        assert!(says(1.0, 1.0) < 0.0 && says(1.3, 1.0) < 0.0);
        assert!(says(1.3, 1.3) < 0.0, "a slow hour is no slow release");
        assert!(mixture(&[[0.0; ALTERNATIVES]; 3], &weights(Values::Measured, 1.2)).abs() < 1e-9);
    }

    #[test]
    fn one_hour_alone_raises_no_alarm() {
        let usual = usual();
        let mut stratum = Stratum::default();
        (stratum.old[2], stratum.new[BINS - 1]) = (500.0, 500.0);
        let mut logs = [0.0; ALTERNATIVES];
        add(&mut logs, &evidence(&usual, &stratum), 1.0);
        assert!(mixture(&[logs], &weights(Values::Measured, 1.2)) <= CUT);
    }
}
