//! What a server keeps: however much it merges, and whatever comes coarse.
use super::super::histogram::{Histogram, StoredHistogram};
use super::super::parts::{Parts, PartsError};
use proptest::prelude::*;
use std::vec::Vec;

/// The bound that is promised: half of a bucket at scale 4 is 2.2 %.
const PROMISED: f64 = 0.05;
/// Half of a bucket at the finest scale.
const FINEST: f64 = 0.011;

fn stored(values: &[f64]) -> StoredHistogram {
    let mut histogram = StoredHistogram::new();
    for value in values {
        histogram.record(*value);
    }
    histogram
}

fn sent(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::new();
    for value in values {
        histogram.record(*value);
    }
    histogram
}

/// `histogram` with its buckets joined until the scale is `scale`, as a page with more octaves would have sent it.
fn coarse(histogram: &Histogram, scale: i8) -> Histogram {
    let parts = histogram.parts();
    let steps = parts.scale - scale;
    let first = parts.offset >> steps;
    let mut counts = std::vec![0; parts.counts.len()];
    for (place, count) in parts.counts.iter().enumerate() {
        counts[(((parts.offset + place as i32) >> steps) - first) as usize] += count;
    }
    Histogram::from_parts(&Parts { scale, offset: first, counts: &counts, ..parts }).unwrap()
}

fn exact(values: &mut [f64], q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((q * values.len() as f64).ceil() as usize).clamp(1, values.len()) - 1]
}

fn assert_quantiles(histogram: &StoredHistogram, values: &[f64], error: f64) {
    let mut values = values.to_vec();
    for q in [0.0, 0.05, 0.5, 0.75, 0.95, 1.0] {
        let (exact, found) = (exact(&mut values, q), histogram.quantile(q).unwrap());
        let slack = exact * error + StoredHistogram::ZERO_THRESHOLD;
        assert!(
            (found - exact).abs() <= slack,
            "p{q} is {found} and not {exact}, at scale {}",
            histogram.scale()
        );
    }
}

/// Anything that can be recorded, and often values of the same few octaves.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![3 => 0.05..60_000.0f64, 1 => Just(0.0), 2 => (-22.0..52.99f64).prop_map(f64::exp2)]
}

fn lists() -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(value(), 1..60), 1..20)
}

proptest! {
    #[test]
    fn merging_and_keeping_any_values_keeps_quantiles_within_the_promise(lists in lists()) {
        // Minutes, then hours of up to four minutes, then all: each is written and read in between.
        let kept = |histogram: &StoredHistogram| StoredHistogram::from_bytes(&histogram.to_bytes()).unwrap();
        let mut whole = StoredHistogram::new();
        for minutes in lists.chunks(4) {
            let mut hour = StoredHistogram::new();
            for minute in minutes {
                hour.merge(&kept(&stored(minute)));
            }
            whole.merge(&kept(&hour));
        }
        prop_assert!(whole.scale() >= StoredHistogram::GUARANTEED_SCALE);
        prop_assert!(whole.max_error() <= PROMISED / 2.0);
        assert_quantiles(&whole, &lists.concat(), PROMISED);
        prop_assert_eq!(whole.scale(), stored(&lists.concat()).scale());
    }

    #[test]
    fn what_pages_send_coarse_costs_others_nothing(
        fine in prop::collection::vec(100.0..60_000.0f64, 20..200), scale in 1..4i8, before in any::<bool>(),
    ) {
        // All that came coarse is below all that came fine, so the upper quantiles are those of the fine values alone.
        let foreign = coarse(&sent(&[0.1, 0.5, 4.0, 4.5]), scale);
        let mut kept = StoredHistogram::new();
        if before {
            kept.merge(&foreign);
        }
        for value in &fine {
            let one = stored(&[*value]);
            kept.merge(&one);
        }
        if !before {
            kept.merge(&foreign);
        }
        kept = StoredHistogram::from_bytes(&kept.to_bytes()).unwrap();
        let all = [&[0.1, 0.5, 4.0, 4.5], fine.as_slice()].concat();
        let mut values = all.clone();
        for q in [0.5, 0.75, 0.95, 1.0] {
            let (exact, found) = (exact(&mut values, q), kept.quantile(q).unwrap());
            prop_assert!((found / exact - 1.0).abs() <= FINEST, "{found} for {exact}");
        }
        prop_assert_eq!(kept.count() as usize, all.len());
    }

    #[test]
    fn coarse_values_stay_in_the_buckets_that_they_came_in(
        values in prop::collection::vec(value(), 1..100), scale in 1..4i8, fine in value(),
    ) {
        let foreign = sent(&values);
        prop_assume!(foreign.scale() >= scale);
        let foreign = coarse(&foreign, scale);
        let mut kept = stored(&[fine]);
        kept.merge(&foreign);
        let read = StoredHistogram::from_bytes(&kept.to_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&kept));
        let all = [values.as_slice(), &[fine]].concat();
        // A value in the middle of its bucket, and the middle of the fine bucket that it was put into.
        assert_quantiles(&kept, &all, foreign.max_error() + 2.0 * FINEST);
    }

    #[test]
    fn recording_into_a_coarse_histogram_refines_it(values in prop::collection::vec(value(), 1..50), value in value()) {
        let foreign = sent(&values);
        prop_assume!(foreign.scale() >= 2);
        let mut kept = StoredHistogram::new();
        kept.merge(&coarse(&foreign, 2));
        kept.record(value);
        prop_assert!(StoredHistogram::from_bytes(&kept.to_bytes()).is_ok());
        prop_assert!(value <= StoredHistogram::ZERO_THRESHOLD || kept.scale() >= StoredHistogram::GUARANTEED_SCALE);
    }
}

#[test]
fn the_whole_range_fits_at_the_guaranteed_scale() {
    assert_eq!((Histogram::GUARANTEED_SCALE, StoredHistogram::GUARANTEED_SCALE), (1, 4));
    let histogram = stored(&[StoredHistogram::ZERO_THRESHOLD * 1.001, 4.0, 9e15]);
    assert_eq!(histogram.scale(), 4);
    assert_quantiles(&histogram, &[StoredHistogram::ZERO_THRESHOLD * 1.001, 4.0, 9e15], 0.022);
    // 36 octaves: from a nanosecond to a day, in milliseconds.
    assert_eq!(stored(&[0.002, 86_400_000.0]).scale(), 5);
}

#[test]
fn histograms_that_came_at_the_same_coarse_scale_keep_it_and_others_the_finer_one() {
    let page = sent(&[20.0, 50.0, 300.0]);
    let at = |scales: [i8; 2]| {
        let mut kept = StoredHistogram::new();
        for scale in scales {
            kept.merge(&coarse(&page, scale));
        }
        assert_eq!(kept.count(), 6);
        kept.scale()
    };
    assert_eq!([at([3, 3]), at([1, 3]), at([3, 1]), at([4, 2]), at([2, 4])], [3, 3, 3, 4, 4]);
}

#[test]
fn a_single_value_with_two_extremes_is_refused() {
    let single = coarse(&sent(&[1.05]), 1);
    let parts = Parts { min: 1.03, ..single.parts() };
    assert_eq!(StoredHistogram::from_parts(&parts), Err(PartsError::Extremes));
}
