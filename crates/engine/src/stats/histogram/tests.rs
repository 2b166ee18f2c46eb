use super::super::parts::{Parts, PartsError};
use super::*;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

fn of(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::new();
    for value in values {
        histogram.record(*value);
    }
    histogram
}

/// Everything but the sum, whose last digits depend on the order of additions.
fn same(a: &Histogram, b: &Histogram) -> bool {
    let sums = (a.sum - b.sum).abs() <= 1e-9 * a.sum.abs();
    sums && Histogram { sum: 0.0, ..a.clone() } == Histogram { sum: 0.0, ..b.clone() }
}

fn merged(a: &Histogram, b: &Histogram) -> Histogram {
    let mut both = a.clone();
    both.merge(b);
    both
}

/// Mostly durations, sometimes a zero or a value from the ends of the range.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.05..20_000.0f64,
        1 => Just(0.0),
        1 => (-30.0..53.0f64).prop_map(f64::exp2),
    ]
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(value(), 0..300)
}

#[test]
fn values_that_are_no_measurements_are_left_out() {
    let mut histogram = Histogram::new();
    for value in [-1.0, -f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, Histogram::LIMIT] {
        assert!(!histogram.record(value), "{value}");
    }
    assert!(histogram.is_empty());
    assert_eq!(histogram.quantile(0.5), None);
    assert_eq!((histogram.min(), histogram.max(), histogram.mean()), (None, None, None));
}

#[test]
fn few_values_keep_the_finest_scale_and_many_octaves_coarsen_it() {
    assert_eq!(of(&[20.0, 500.0]).scale(), 5);
    assert_eq!(of(&[1.5, 1000.0]).scale(), 4);
    assert_eq!(of(&[0.001, 1000.0]).scale(), 3);
    assert_eq!(of(&[1e-6, 9e15]).scale(), Histogram::MIN_SCALE);
}

#[test]
fn buckets_are_lower_exclusive_and_upper_inclusive() {
    let histogram = of(&[1.0, 2.0, 2.0, 4.0]);
    let uppers: Vec<(f64, u64)> = histogram.buckets().map(|bucket| (bucket.upper, bucket.count)).collect();
    assert_eq!(uppers, vec![(1.0, 1), (2.0, 2), (4.0, 1)]);
}

#[test]
fn quantiles_of_a_few_values_are_near_the_exact_ones() {
    let histogram = of(&[0.0, 0.0, 10.0, 20.0]);
    assert_eq!(histogram.quantile(0.0), Some(0.0));
    assert_eq!(histogram.quantile(0.5), Some(0.0));
    assert!((histogram.quantile(0.75).unwrap() - 10.0).abs() < 0.11);
    assert_eq!(histogram.quantile(1.0), Some(20.0));
    assert_eq!(histogram.quantile(f64::NAN), Some(0.0));
    assert_eq!(of(&[7.0]).quantile(0.5), Some(7.0));
}

proptest! {
    #[test]
    fn a_quantile_is_within_the_error_of_the_exact_one(mut values in values(), q in 0.0..=1.0f64) {
        let histogram = of(&values);
        prop_assume!(!values.is_empty());
        values.sort_by(f64::total_cmp);
        let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
        let exact = values[rank - 1];
        let found = histogram.quantile(q).unwrap();
        let slack = exact * (histogram.max_error() + 1e-12) + Histogram::ZERO_THRESHOLD;
        prop_assert!((found - exact).abs() <= slack, "{found} for {exact} at scale {}", histogram.scale());
    }

    #[test]
    fn merging_equals_recording_all_values(a in values(), b in values()) {
        let all = [a.as_slice(), b.as_slice()].concat();
        prop_assert!(same(&merged(&of(&a), &of(&b)), &of(&all)));
    }

    #[test]
    fn merging_is_commutative_and_associative(a in values(), b in values(), c in values()) {
        let (a, b, c) = (of(&a), of(&b), of(&c));
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert!(same(&merged(&merged(&a, &b), &c), &merged(&a, &merged(&b, &c))));
    }

    #[test]
    fn recording_in_any_order_gives_the_same(values in values()) {
        let mut backwards = values.clone();
        backwards.reverse();
        prop_assert!(same(&of(&values), &of(&backwards)));
    }

    #[test]
    fn a_cleared_histogram_equals_a_new_one(before in values(), values in values()) {
        let mut histogram = of(&before);
        histogram.clear();
        prop_assert_eq!(&histogram, &Histogram::new());
        for value in &values {
            histogram.record(*value);
        }
        prop_assert_eq!(histogram, of(&values));
    }

    #[test]
    fn recording_many_equals_recording_one_by_one(value in value(), count in 0..50u64) {
        let mut at_once = Histogram::new();
        at_once.record_many(value, count);
        prop_assert!(same(&at_once, &of(&vec![value; count as usize])));
    }

    #[test]
    fn parts_give_the_same_histogram(values in values()) {
        let histogram = of(&values);
        prop_assert_eq!(Histogram::from_parts(&histogram.parts()), Ok(histogram.clone()));
    }
}

#[test]
fn inconsistent_parts_are_refused() {
    let histogram = of(&[1.0, 5.0]);
    let good = histogram.parts();
    let cases = [
        (Parts { scale: 6, ..good }, PartsError::Scale),
        (Parts { scale: 0, ..good }, PartsError::Scale),
        (Parts { counts: &[1; 161], ..good }, PartsError::TooManyBuckets),
        (Parts { offset: i32::MAX, ..good }, PartsError::Offset),
        (Parts { offset: -1000, ..good }, PartsError::Offset),
        (Parts { zero: u64::MAX, ..good }, PartsError::Overflow),
        (Parts { min: 6.0, ..good }, PartsError::Extremes),
        (Parts { min: -1e-6, zero: 1, ..good }, PartsError::Extremes),
        (Parts { max: f64::NAN, ..good }, PartsError::Extremes),
        (Parts { max: f64::INFINITY, ..good }, PartsError::Extremes),
        (Parts { sum: 11.0, ..good }, PartsError::Sum),
        (Parts { sum: f64::NAN, ..good }, PartsError::Sum),
    ];
    for (parts, error) in cases {
        assert_eq!(Histogram::from_parts(&parts), Err(error), "{parts:?}");
    }
    assert_eq!(Histogram::from_parts(&Parts { counts: &[0, 0], ..good }), Ok(Histogram::new()));
}
