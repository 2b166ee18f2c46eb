//! The exports behind `whippet/rum`: trackers and histograms by number.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_boundary::vitals::field::{BUCKETS, COUNTS, SUM};
use whippet_boundary::vitals::rank;
use whippet_engine::vitals::Metric;
use whippet_npm::rum::{histogram_clear, histogram_create, histogram_field, histogram_record};
use whippet_npm::vitals::{
    vital_begin, vital_count, vital_create, vital_delta, vital_event, vital_has, vital_inp, vital_rating,
    vital_score, vital_shift,
};

const CLS: usize = Metric::Cls as usize;

#[wasm_bindgen_test]
fn trackers_are_independent() {
    let (settled, all) = (vital_create(), vital_create());
    assert!(vital_shift(settled, 10.0, 0.25));
    assert!(!vital_shift(settled, 20.0, 0.5));
    assert_eq!((vital_score(settled), vital_score(all)), (0.75, 0.0));
    // Whether a listener gets a value is decided for each.
    assert!(vital_delta(settled, 0.75, false).is_nan());
    assert_eq!(vital_delta(all, 0.75, true), 0.75);
    assert_eq!(vital_delta(settled, 0.75, true), 0.75);
    assert!(vital_delta(settled, 0.75, true).is_nan());
    assert_eq!((vital_rating(CLS, 0.1), vital_rating(CLS, 0.2), vital_rating(CLS, 0.75)), (0, 1, 2));
}

#[wasm_bindgen_test]
fn inp_is_the_id_of_the_slowest_interaction() {
    let tracker = vital_create();
    assert_eq!(vital_inp(tracker, 0.0, true), -1.0);
    assert_eq!(vital_event(tracker, 7.0, 1.0, 48.0), rank::SLOWEST);
    assert_eq!(vital_event(tracker, 7.0, 1.0, 48.0), rank::EQUAL);
    assert_eq!(vital_event(tracker, 7.0, 1.0, 8.0), rank::IGNORED);
    assert_eq!(vital_event(tracker, 14.0, 2.0, 96.0), rank::SLOWEST);
    assert_eq!((vital_inp(tracker, 2.0, true), vital_has(tracker, 7.0)), (14.0, true));
    vital_begin(tracker, 2.0);
    assert_eq!((vital_inp(tracker, 2.0, false), vital_has(tracker, 7.0)), (-1.0, false));
    // There was an interaction, but it was too short for an entry.
    assert_eq!(vital_inp(tracker, 3.0, false), 0.0);
    // An event without an interaction counts for none.
    let counts = [0.0, 4014.0, 4007.0, 0.0].map(vital_count);
    assert_eq!(counts, [0.0, 1.0, 2.0, 2.0]);
}

#[wasm_bindgen_test]
fn an_unknown_number_does_nothing() {
    vital_begin(1_000_000, 0.0);
    assert_eq!(vital_event(1_000_000, 7.0, 0.0, 48.0), rank::IGNORED);
    assert_eq!(vital_inp(1_000_000, 0.0, true), -1.0);
    assert!(vital_delta(1_000_000, 1.0, true).is_nan());
    assert_eq!(vital_rating(99, 1.0), 0);
    histogram_record(1_000_000, 1.0);
    assert_eq!(histogram_field(1_000_000, SUM), 0.0);
}

#[wasm_bindgen_test]
fn a_histogram_is_read_field_by_field() {
    let histogram = histogram_create();
    for value in [0.0, 1.0, 2.0, 2.0, -1.0, f64::NAN] {
        histogram_record(histogram, value);
    }
    let fields: Vec<f64> = (0..COUNTS).map(|field| histogram_field(histogram, field)).collect();
    // In the order of `whippet_boundary::vitals::field`. From 1 to 2 there are 32 buckets.
    assert_eq!(fields, [5.0, -1.0, 1.0, 5.0, 0.0, 2.0, 33.0]);
    let counts: Vec<f64> = (0..33).map(|bucket| histogram_field(histogram, COUNTS + bucket)).collect();
    assert_eq!((counts[0], counts[32], counts.iter().sum()), (1.0, 2.0, 3.0));
    assert_eq!(histogram_field(histogram, COUNTS + 33), 0.0);
    histogram_clear(histogram);
    assert_eq!((histogram_field(histogram, SUM), histogram_field(histogram, BUCKETS)), (0.0, 0.0));
}
