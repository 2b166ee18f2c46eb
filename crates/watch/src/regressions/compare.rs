//! Two sides, such as two releases, by their histograms: a quantile of both with the mix of devices held equal, and by how much
//! they differ.
//!
//! The quantile of a side is that of its distributions by device, each weighed by the share that the device has of both sides
//! together. Its interval is Woodruff's ("Confidence intervals for medians and other position measures", 1952): the points at
//! which the weighed distribution is `q` more or less what its standard error is there. That of the quotient of both sides is Zou
//! and Donner's ("Construction of confidence limits about effect measures: a general approach", 2008), of logarithms.
use whippet_engine::stats::StoredHistogram;

use super::curve::Curve;
use super::spread::Spread;

/// Standard errors of an interval that has the true value in 95 of 100 cases.
pub const CONFIDENCE: f64 = 1.959_964;
/// The fewest values of a side of which anything is said.
pub const LEAST: f64 = 20.0;

/// Whether an old release still has so many of the views or requests (`old`) beside the new one's (`new`) that both are compared in the
/// same time: then both have the same hours and the same load. Otherwise the old one is taken from before.
pub fn is_beside(old: u64, new: u64) -> bool {
    old >= new / 10 && old >= 100
}

/// Both sides on one class of devices.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The old side.
    pub old: &'a StoredHistogram,
    /// The new side.
    pub new: &'a StoredHistogram,
}

/// How sure one has to be, and of what.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The quantile: 0.75.
    pub q: f64,
    /// By which share it must differ to count.
    pub threshold: f64,
    /// A value below this counts as this.
    pub floor: f64,
    /// How much more the counts vary than those of independent values: dispersion.rs. At least 1.
    pub dispersion: f64,
}

/// What the comparison of two sides says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is too little on a side.
    Unknown,
    /// The whole interval is below 0, and the difference counts.
    Better,
    /// The whole interval is within the threshold.
    Same,
    /// It may be either.
    Unclear,
    /// The whole interval is above 0, and the difference counts.
    Worse,
}

/// Two sides, compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// The old quantile.
    pub old: Option<f64>,
    /// The new one.
    pub new: Option<f64>,
    /// `new / old - 1`, its lower and its upper end.
    pub change: Option<[f64; 3]>,
    /// What that says.
    pub verdict: Verdict,
}

/// The point, and the ends of its interval.
#[derive(Clone, Copy, Debug)]
struct Estimate {
    value: f64,
    low: f64,
    high: f64,
}

/// Compares both sides. Devices that only one of them has are left out, unless it is so with all: then nothing is held equal.
pub fn compare(pairs: &[Pair<'_>], question: &Question) -> Compared {
    let shared = |pair: &&Pair<'_>| !pair.old.is_empty() && !pair.new.is_empty();
    let are_shared = pairs.iter().any(|pair| shared(&pair));
    let used = pairs.iter().filter(|pair| !are_shared || shared(pair));
    curves(used.map(|pair| [Curve::new(pair.old), Curve::new(pair.new)]), question)
}

/// Compares the buckets of two backends, or of one at two times, on the bounds that both have: so that no difference is one of buckets.
pub fn compare_spreads(old: &Spread, new: &Spread, question: &Question) -> Compared {
    let (old, new) = (old.on(new.bounds()), new.on(old.bounds()));
    curves(std::iter::once([Curve::of_spread(&old), Curve::of_spread(&new)]), question)
}

/// Compares how many of all failed: by Wilson's intervals of both shares ("Probable inference, the law of succession, and statistical
/// inference", 1927), of as many independent cases as the dispersion leaves.
pub fn compare_failures(old: (f64, f64), new: (f64, f64), question: &Question) -> Compared {
    let share = |(failed, all): (f64, f64)| {
        let count = all / question.dispersion.max(1.0);
        (all > 0.0).then(|| wilson((failed / all).clamp(0.0, 1.0), count))
    };
    let (is_enough, old, new) = (old.1.min(new.1) >= LEAST, share(old), share(new));
    let mut compared = Compared {
        old: old.map(|old| old.value),
        new: new.map(|new| new.value),
        change: None,
        verdict: Verdict::Unknown,
    };
    if let (Some(old), Some(new)) = (old, new)
        && is_enough
    {
        let change = quotient(old, new, question.floor);
        compared.verdict = verdict(change, question.threshold);
        compared.change = Some(change);
    }
    compared
}

fn wilson(share: f64, count: f64) -> Estimate {
    let square = CONFIDENCE * CONFIDENCE / count;
    let middle = (share + square / 2.0) / (1.0 + square);
    let off = (square * share * (1.0 - share) + square * square / 4.0).sqrt() / (1.0 + square);
    Estimate { value: share, low: (middle - off).clamp(0.0, share), high: (middle + off).clamp(share, 1.0) }
}

fn curves(pairs: impl Iterator<Item = [Curve; 2]>, question: &Question) -> Compared {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for [old_curve, new_curve] in pairs {
        let weight = old_curve.count() + new_curve.count();
        old.push((old_curve, weight));
        new.push((new_curve, weight));
    }
    let count = |side: &[(Curve, f64)]| side.iter().map(|(curve, _)| curve.count()).sum::<f64>();
    let is_enough = count(&old).min(count(&new)) >= LEAST;
    let (old, new) = (estimate(&old, question), estimate(&new, question));
    let mut compared = Compared {
        old: old.map(|old| old.value),
        new: new.map(|new| new.value),
        change: None,
        verdict: Verdict::Unknown,
    };
    if let (Some(old), Some(new)) = (old, new)
        && old.value.max(new.value) > 0.0
        && is_enough
    {
        let change = quotient(old, new, question.floor);
        compared.verdict = verdict(change, question.threshold);
        compared.change = Some(change);
    }
    compared
}

/// What an interval says.
pub fn verdict([change, low, high]: [f64; 3], threshold: f64) -> Verdict {
    let better = 1.0 / (1.0 + threshold) - 1.0;
    if low > 0.0 && change >= threshold {
        Verdict::Worse
    } else if high < 0.0 && change <= better {
        Verdict::Better
    } else if low > better && high < threshold {
        Verdict::Same
    } else {
        Verdict::Unclear
    }
}

/// `new / old - 1`, and the ends of its interval.
fn quotient(old: Estimate, new: Estimate, floor: f64) -> [f64; 3] {
    let log =
        |estimate: Estimate| [estimate.value, estimate.low, estimate.high].map(|value| value.max(floor).ln());
    let ([old, old_low, old_high], [new, new_low, new_high]) = (log(old), log(new));
    let change = new - old;
    let low = change - (new - new_low).hypot(old_high - old);
    let high = change + (new_high - new).hypot(old - old_low);
    [change, low, high].map(f64::exp_m1)
}

fn estimate(side: &[(Curve, f64)], question: &Question) -> Option<Estimate> {
    let side: Vec<&(Curve, f64)> = side.iter().filter(|(curve, _)| curve.count() > 0.0).collect();
    let total: f64 = side.iter().map(|(_, weight)| weight).sum();
    let share =
        |value: f64| side.iter().map(|(curve, weight)| weight / total * curve.share(value)).sum::<f64>();
    let ends = |q: f64| side.iter().filter_map(move |(curve, _)| curve.quantile(q));
    let quantile = |q: f64| {
        let q = q.clamp(0.0, 1.0);
        // The quantile of the mixture is between those of its parts.
        let (mut low, mut high) =
            ends(q).fold((f64::INFINITY, 0.0_f64), |(low, high), one| (low.min(one), high.max(one)));
        for _ in 0..60 {
            if high <= low * 1.0001 {
                break;
            }
            let middle = (low + high) / 2.0;
            if share(middle) >= q { high = middle } else { low = middle }
        }
        high
    };
    if side.is_empty() {
        return None;
    }
    let value = quantile(question.q);
    let variance: f64 = side
        .iter()
        .map(|(curve, weight)| {
            let count = curve.count();
            let part = ((curve.share(value) * count + 0.5) / (count + 1.0)).clamp(0.0, 1.0);
            (weight / total).powi(2) * part * (1.0 - part) / count
        })
        .sum();
    let off = CONFIDENCE * (question.dispersion.max(1.0) * variance).sqrt();
    Some(Estimate { value, low: quantile(question.q - off), high: quantile(question.q + off) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regressions::draw::Draw;

    const QUESTION: Question = Question { q: 0.75, threshold: 0.1, floor: 1.0, dispersion: 1.0 };

    #[test]
    fn an_old_release_is_beside_the_new_one_with_a_tenth_and_a_hundred() {
        assert!(is_beside(100, 1_000) && is_beside(100, 0) && is_beside(5_000, 50_000));
        assert!(!is_beside(99, 10) && !is_beside(100, 1_010) && !is_beside(0, 0));
    }

    fn drawn(draw: &mut Draw, count: usize, median: f64) -> StoredHistogram {
        let mut histogram = StoredHistogram::new();
        for _ in 0..count {
            histogram.record(median * (0.6 * draw.normal()).exp());
        }
        histogram
    }

    #[test]
    fn a_changed_mix_of_devices_is_no_change() {
        let mut draw = Draw::new(3);
        let [desktop, desktop_new] = [9000, 1000].map(|count| drawn(&mut draw, count, 1000.0));
        let [phone, phone_new] = [1000, 9000].map(|count| drawn(&mut draw, count, 3000.0));
        let pairs = [Pair { old: &desktop, new: &desktop_new }, Pair { old: &phone, new: &phone_new }];
        let compared = compare(&pairs, &QUESTION);
        assert_eq!(compared.verdict, Verdict::Same, "{compared:?}");
        let (mut old, mut new) = (desktop.clone(), desktop_new.clone());
        old.merge(&phone);
        new.merge(&phone_new);
        let mixed = compare(&[Pair { old: &old, new: &new }], &QUESTION);
        assert_eq!(mixed.verdict, Verdict::Worse, "without that it would be: {mixed:?}");
    }

    /// What the interval claims: the true value is in it in 95 of 100 cases.
    #[test]
    fn intervals_have_the_true_value_as_often_as_they_say() {
        let mut draw = Draw::new(7);
        for (q, counts) in [(0.75, [400, 300]), (0.5, [150, 60]), (0.95, [800, 900])] {
            let (mut inside, cases) = (0, 400);
            for _ in 0..cases {
                let old = [counts[0], counts[1]].map(|count| drawn(&mut draw, count, 1000.0));
                let new = [counts[1], counts[0]].map(|count| drawn(&mut draw, count, 1150.0));
                let pairs = [Pair { old: &old[0], new: &new[0] }, Pair { old: &old[1], new: &new[1] }];
                let [_, low, high] = compare(&pairs, &Question { q, ..QUESTION }).change.unwrap();
                inside += i32::from(low <= 0.15 && 0.15 <= high);
            }
            let share = f64::from(inside) / f64::from(cases);
            assert!((0.92..=0.985).contains(&share), "{q}: {share}");
        }
    }

    #[test]
    fn intervals_of_failures_have_the_true_value_as_often_as_they_say() {
        let mut draw = Draw::new(11);
        for (old, new) in [(0.01, 0.02), (0.2, 0.1), (0.004, 0.004)] {
            let (mut inside, cases) = (0, 400);
            for _ in 0..cases {
                let (old_failed, new_failed) = (draw.of(9000.0, old), draw.of(4000.0, new));
                let question = Question { floor: 1e-6, ..QUESTION };
                let compared = compare_failures((old_failed, 9000.0), (new_failed, 4000.0), &question);
                let [_, low, high] = compared.change.unwrap();
                inside += i32::from(low <= new / old - 1.0 && new / old - 1.0 <= high);
            }
            let share = f64::from(inside) / f64::from(cases);
            assert!((0.92..=0.985).contains(&share), "{old} {new}: {share}");
        }
        // Next to none that doubles is no harm; and nothing is said of few.
        let question = Question { floor: 0.001, ..QUESTION };
        assert_eq!(compare_failures((1.0, 1e6), (2.0, 1e6), &question).verdict, Verdict::Same);
        assert_eq!(compare_failures((0.0, 1e6), (2e4, 1e6), &question).verdict, Verdict::Worse);
        assert_eq!(compare_failures((0.0, 10.0), (10.0, 10.0), &question).verdict, Verdict::Unknown);
        assert_eq!(compare_failures((0.0, 0.0), (1.0, 50.0), &question).old, None);
    }

    #[test]
    fn other_buckets_are_no_difference() {
        let spread = |bounds: &[f64], factor: f64| {
            let upto = |bound: f64| (50_000.0 * (1.0 - (-bound / (80.0 * factor)).exp())).round();
            Spread::cumulative(
                bounds.iter().map(|bound| (*bound, upto(*bound))).chain([(f64::INFINITY, 50_000.0)]),
            )
        };
        let (coarse, fine) = ([25.0, 100.0, 500.0], [10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0]);
        let same = compare_spreads(&spread(&coarse, 1.0), &spread(&fine, 1.0), &QUESTION);
        assert_eq!((same.verdict, same.change.unwrap()[0]), (Verdict::Same, 0.0));
        let slower = compare_spreads(&spread(&coarse, 1.0), &spread(&fine, 1.4), &QUESTION);
        assert_eq!(slower.verdict, Verdict::Worse);
        let apart = compare_spreads(&spread(&[7.0], 1.0), &spread(&[8.0], 1.0), &QUESTION);
        assert_eq!(apart.verdict, Verdict::Unknown);
    }

    #[test]
    fn a_side_without_values_is_compared_with_nothing() {
        let (some, none) = (drawn(&mut Draw::new(1), 50, 100.0), StoredHistogram::new());
        let compared = compare(&[Pair { old: &none, new: &some }], &QUESTION);
        assert_eq!((compared.old, compared.change, compared.verdict), (None, None, Verdict::Unknown));
        assert!(compared.new.is_some());
        let few = drawn(&mut Draw::new(1), 19, 100.0);
        assert_eq!(compare(&[Pair { old: &few, new: &some }], &QUESTION).verdict, Verdict::Unknown);
        assert_eq!(compare(&[], &QUESTION).verdict, Verdict::Unknown);
    }

    #[test]
    fn verdicts_go_by_the_interval_and_the_threshold() {
        let cases = [
            ([0.2, 0.1, 0.3], Verdict::Worse),
            ([0.05, 0.01, 0.08], Verdict::Same),
            ([0.15, -0.01, 0.3], Verdict::Unclear),
            ([-0.2, -0.3, -0.1], Verdict::Better),
            ([0.0, -0.05, 0.05], Verdict::Same),
            ([0.05, 0.01, 0.2], Verdict::Unclear),
        ];
        for (change, expected) in cases {
            assert_eq!(verdict(change, 0.1), expected, "{change:?}");
        }
    }
}
