//! Native histograms over time, as the classic series that reports read.
use std::collections::BTreeSet;

use super::api::HistogramPoint;
use super::sampling::Sampling;

/// The most bounds of one histogram. Where there are more, neighbours are joined.
const BOUNDS: usize = 160;
/// The finest and the coarsest scale of native histograms.
const SCALES: std::ops::RangeInclusive<i32> = -4..=8;

/// The series of one histogram.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classic {
    /// Cumulative counts by upper bound, as `le` is written, `+Inf` among them.
    pub buckets: Vec<(String, Vec<Option<f64>>)>,
    /// The counts of all values.
    pub count: Vec<Option<f64>>,
    /// The sums.
    pub sum: Vec<Option<f64>>,
}

struct At {
    place: usize,
    count: f64,
    sum: f64,
    /// Lower bound, upper bound and count, the lowest first.
    buckets: Vec<(f64, f64, f64)>,
}

/// The classic series of `points`. Its bounds are those of the coarsest of the histograms: a count that is in a wider bucket
/// later must not look like a reset.
pub fn classic(points: &[HistogramPoint], sampling: &Sampling) -> Classic {
    let length = sampling.times().len();
    let mut scale = *SCALES.end();
    let mut all = Vec::new();
    for (time, histogram) in points {
        let Some(place) = sampling.place(*time) else { continue };
        let number = |text: &str| text.parse::<f64>().ok();
        let (Some(count), Some(sum)) = (number(&histogram.count), number(&histogram.sum)) else { continue };
        let mut buckets = Vec::new();
        for (_, lower, upper, count) in &histogram.buckets {
            let (Some(lower), Some(upper), Some(count)) = (number(lower), number(upper), number(count))
            else {
                continue;
            };
            if lower > 0.0 && upper.is_finite() && upper > lower {
                scale = scale.min(scale_of(lower, upper));
            }
            buckets.push((lower, upper, count));
        }
        buckets.sort_by(|a, b| a.1.total_cmp(&b.1));
        all.push(At { place, count, sum, buckets });
    }
    let is_custom = all.iter().flat_map(|at| &at.buckets).any(is_custom);
    let mut bounds = if is_custom { exact(&all) } else { joined(&all, scale) };
    while !is_custom && bounds.len() > BOUNDS && scale > *SCALES.start() {
        scale -= 1;
        bounds = joined(&all, scale);
    }
    bounds.truncate(BOUNDS);
    let mut classic = Classic { count: vec![None; length], sum: vec![None; length], ..Classic::default() };
    let mut buckets: Vec<Vec<Option<f64>>> = vec![vec![None; length]; bounds.len()];
    for at in &all {
        classic.count[at.place] = Some(at.count);
        classic.sum[at.place] = Some(at.sum);
        let (mut below, mut counts) = (0.0, at.buckets.iter().peekable());
        for (bound, values) in bounds.iter().zip(&mut buckets) {
            // Bounds are computed: they may differ in the last digits.
            while let Some((.., count)) = counts.next_if(|bucket| bucket.1 <= bound + bound.abs() * 1e-9) {
                below += count;
            }
            values[at.place] = Some(below);
        }
    }
    classic.buckets = bounds.iter().map(ToString::to_string).zip(buckets).collect();
    classic.buckets.push(("+Inf".to_owned(), classic.count.clone()));
    classic
}

/// All bounds, each moved outwards to a bound of `scale`. The lower ones are among them, so that nothing is interpolated over a
/// gap between two buckets.
fn joined(all: &[At], scale: i32) -> Vec<f64> {
    let mut indices: BTreeSet<i64> = BTreeSet::new();
    let mut others = Vec::new();
    let per_octave = f64::from(scale).exp2();
    for (lower, upper, _) in all.iter().flat_map(|at| &at.buckets) {
        if *lower > 0.0 {
            indices.insert((lower.log2() * per_octave + 1e-6).floor() as i64);
        }
        if *upper > 0.0 && upper.is_finite() {
            indices.insert((upper.log2() * per_octave - 1e-6).ceil() as i64);
        } else if upper.is_finite() {
            others.push(*upper);
        }
    }
    others.extend(indices.into_iter().map(|index| (index as f64 / per_octave).exp2()));
    others.sort_by(f64::total_cmp);
    others.dedup();
    others
}

/// Whether the bounds of a bucket were chosen by somebody (schema -53, which the answer does not name): the lowest and the highest
/// bucket have no end, and the upper bounds are no powers of 2^(1/256), as those of every other schema are. A lower bound says nothing:
/// the zero bucket may cut it.
fn is_custom((lower, upper, _): &(f64, f64, f64)) -> bool {
    if *lower == f64::NEG_INFINITY || *upper == f64::INFINITY {
        return true;
    }
    let index = upper.log2() * f64::from(*SCALES.end()).exp2();
    *upper > 0.0 && *lower > 0.0 && (index - index.round()).abs() > 1e-6
}

/// All bounds as they are; of very many every second, third and so on, as counts are cumulative.
fn exact(all: &[At]) -> Vec<f64> {
    let bounds = all.iter().flat_map(|at| &at.buckets).flat_map(|(lower, upper, _)| [*lower, *upper]);
    let mut bounds: Vec<f64> = bounds.filter(|bound| bound.is_finite()).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    let every = bounds.len().div_ceil(BOUNDS).max(1);
    bounds.into_iter().step_by(every).collect()
}

/// The scale of a bucket: its bounds are neighbouring powers of 2^(2^-scale).
fn scale_of(lower: f64, upper: f64) -> i32 {
    let scale = -(upper.log2() - lower.log2()).log2();
    if scale.is_finite() {
        (scale.round() as i32).clamp(*SCALES.start(), *SCALES.end())
    } else {
        *SCALES.end()
    }
}

#[cfg(test)]
mod tests {
    use super::super::api::NativeHistogram;
    use super::*;

    const SAMPLING: Sampling = Sampling { from: 0, to: 2000, every: 1000, by_increase: false };

    fn point(seconds: f64, buckets: &[(f64, f64, u32)]) -> HistogramPoint {
        let count: u32 = buckets.iter().map(|bucket| bucket.2).sum();
        let text =
            |bucket: &(f64, f64, u32)| (0, bucket.0.to_string(), bucket.1.to_string(), bucket.2.to_string());
        let buckets = buckets.iter().map(text).collect();
        (seconds, NativeHistogram { count: count.to_string(), sum: "1".to_owned(), buckets })
    }

    fn shown(points: &[HistogramPoint]) -> Vec<(String, Vec<Option<f64>>)> {
        classic(points, &SAMPLING).buckets
    }

    #[test]
    fn counts_are_cumulative() {
        let points =
            [point(0.0, &[(1.0, 2.0, 3)]), point(2.0, &[(-0.001, 0.001, 1), (1.0, 2.0, 4), (4.0, 8.0, 5)])];
        let zero = 2f64.powi(-9).to_string();
        let expected = [
            (zero.as_str(), [Some(0.0), None, Some(1.0)]),
            ("1", [Some(0.0), None, Some(1.0)]),
            ("2", [Some(3.0), None, Some(5.0)]),
            ("4", [Some(3.0), None, Some(5.0)]),
            ("8", [Some(3.0), None, Some(10.0)]),
            ("+Inf", [Some(3.0), None, Some(10.0)]),
        ];
        assert_eq!(shown(&points), expected.map(|(bound, values)| (bound.to_owned(), values.to_vec())));
    }

    #[test]
    fn a_coarser_scale_is_no_reset() {
        let root = std::f64::consts::SQRT_2;
        // Later the two buckets of the octave are one.
        let points = [point(0.0, &[(1.0, root, 3), (root, 2.0, 2)]), point(1.0, &[(1.0, 2.0, 6)])];
        assert_eq!(shown(&points)[1], ("2".to_owned(), vec![Some(5.0), Some(6.0), None]));
        assert_eq!(shown(&points).len(), 3);
    }

    #[test]
    fn custom_bounds_stay_as_they_are() {
        let lowest = f64::NEG_INFINITY;
        let points = [
            point(0.0, &[(lowest, 0.1, 3), (0.1, 0.25, 4), (10.0, f64::INFINITY, 1)]),
            point(1.0, &[(lowest, 0.1, 5), (0.1, 0.25, 4), (0.25, 0.3, 2), (10.0, f64::INFINITY, 1)]),
        ];
        let expected = [
            ("0.1", [Some(3.0), Some(5.0), None]),
            ("0.25", [Some(7.0), Some(9.0), None]),
            ("0.3", [Some(7.0), Some(11.0), None]),
            ("10", [Some(7.0), Some(11.0), None]),
            ("+Inf", [Some(8.0), Some(12.0), None]),
        ];
        assert_eq!(shown(&points), expected.map(|(bound, values)| (bound.to_owned(), values.to_vec())));
        let negative = [point(0.0, &[(lowest, -1.0, 2), (-1.0, 0.5, 1)])];
        assert_eq!(shown(&negative)[0], ("-1".to_owned(), vec![Some(2.0), None, None]));
        let many: Vec<(f64, f64, u32)> = (0..1000).map(|at| (f64::from(at), f64::from(at + 1), 1)).collect();
        let buckets = shown(&[point(0.0, &many)]);
        assert!(buckets.len() > BOUNDS / 2 && buckets.len() <= BOUNDS + 1, "{}", buckets.len());
        assert_eq!(buckets[1], ("7".to_owned(), vec![Some(7.0), None, None]));
    }

    #[test]
    fn powers_of_two_are_no_custom_bounds() {
        for scale in SCALES {
            let base = (-f64::from(scale)).exp2().exp2();
            for index in [-40, -1, 0, 1, 3, 40] {
                let bucket = (base.powi(index), base.powi(index + 1), 1.0);
                assert!(!is_custom(&bucket), "{scale} {index}");
            }
        }
        assert!(is_custom(&(0.1, 0.2, 1.0)) && is_custom(&(1.0, 3.0, 1.0)));
        assert!(
            !is_custom(&(-0.001, 0.001, 1.0)) && !is_custom(&(0.001, 2f64.powi(-9), 1.0)),
            "the zero bucket"
        );
    }

    #[test]
    fn bounds_are_bounded() {
        let base = (1.0f64 / 256.0).exp2();
        let many: Vec<(f64, f64, u32)> = (0..5000).map(|at| (base.powi(at), base.powi(at + 1), 1)).collect();
        let buckets = shown(&[point(0.0, &many)]);
        assert!(buckets.len() > BOUNDS / 3 && buckets.len() <= BOUNDS + 1, "{}", buckets.len());
        assert_eq!(buckets.last().unwrap().1[0], Some(5000.0));
    }

    #[test]
    fn nonsense_is_left_out() {
        let (time, mut histogram) = point(0.0, &[(1.0, 2.0, 3)]);
        histogram.buckets.push((9, "x".to_owned(), "+Inf".to_owned(), "NaN".to_owned()));
        histogram.buckets.push((0, "-1".to_owned(), "NaN".to_owned(), "1".to_owned()));
        let points =
            [(time, histogram), (f64::NAN, NativeHistogram::default()), (1e300, NativeHistogram::default())];
        assert_eq!(shown(&points).len(), 3);
    }
}
