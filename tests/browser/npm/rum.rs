//! The exports behind `whippet/rum`: trackers and histograms by number.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_npm::rum::{histogram_clear, histogram_create, histogram_part, histogram_record};
use whippet_npm::vitals::{
    vital_begin, vital_count, vital_create, vital_event, vital_holds, vital_news, vital_note, vital_rating,
    vital_score, vital_shift, vital_worst,
};

// Places in `Metric::ALL`.
const CLS: usize = 2;

#[wasm_bindgen_test]
fn trackers_are_independent() {
    let (settled, all) = (vital_create(false), vital_create(true));
    assert!(vital_shift(settled, 10.0, 0.25));
    assert!(!vital_shift(settled, 20.0, 0.5));
    assert_eq!((vital_score(settled), vital_score(all)), (0.75, 0.0));
    assert!(vital_news(settled, 0.75, false).is_nan());
    assert_eq!(vital_news(all, 0.75, false), 0.75);
    assert_eq!(vital_news(settled, 0.75, true), 0.75);
    assert!(vital_news(settled, 0.75, true).is_nan());
    assert_eq!((vital_rating(CLS, 0.1), vital_rating(CLS, 0.2), vital_rating(CLS, 0.75)), (0, 1, 2));
}

#[wasm_bindgen_test]
fn the_slowest_interaction_is_told_by_its_id() {
    let tracker = vital_create(false);
    assert_eq!(vital_worst(tracker, 0.0, true), -1.0);
    assert_eq!(vital_event(tracker, 7.0, 1.0, 48.0), 2);
    assert_eq!(vital_event(tracker, 7.0, 1.0, 48.0), 1);
    assert_eq!(vital_event(tracker, 7.0, 1.0, 8.0), 0);
    assert_eq!(vital_event(tracker, 14.0, 2.0, 96.0), 2);
    assert_eq!((vital_worst(tracker, 2.0, true), vital_holds(tracker, 7.0)), (14.0, true));
    vital_begin(tracker, 2.0);
    assert_eq!((vital_worst(tracker, 2.0, false), vital_holds(tracker, 7.0)), (-1.0, false));
    // There was one, too short to be told of.
    assert_eq!(vital_worst(tracker, 3.0, false), 0.0);
    for id in [4014.0, 4007.0] {
        vital_note(id);
    }
    assert_eq!(vital_count(), 2.0);
}

#[wasm_bindgen_test]
fn numbers_that_nobody_gave_out_do_nothing() {
    vital_begin(1_000_000, 0.0);
    assert_eq!(vital_event(1_000_000, 7.0, 0.0, 48.0), 0);
    assert_eq!(vital_worst(1_000_000, 0.0, true), -1.0);
    assert!(vital_news(1_000_000, 1.0, true).is_nan());
    assert_eq!(vital_rating(99, 1.0), 0);
    histogram_record(1_000_000, 1.0);
    assert_eq!(histogram_part(1_000_000, 3), 0.0);
}

#[wasm_bindgen_test]
fn a_histogram_is_read_part_by_part() {
    let histogram = histogram_create();
    for value in [0.0, 1.0, 2.0, 2.0, -1.0, f64::NAN] {
        histogram_record(histogram, value);
    }
    let parts: Vec<f64> = (0..7).map(|which| histogram_part(histogram, which)).collect();
    // Scale, offset, zeros, sum, smallest, largest, buckets: from 1 to 2 at 32 an octave.
    assert_eq!(parts, [5.0, -1.0, 1.0, 5.0, 0.0, 2.0, 33.0]);
    let counts: Vec<f64> = (0..33).map(|bucket| histogram_part(histogram, 7 + bucket)).collect();
    assert_eq!((counts[0], counts[32], counts.iter().sum()), (1.0, 2.0, 3.0));
    assert_eq!(histogram_part(histogram, 7 + 33), 0.0);
    histogram_clear(histogram);
    assert_eq!((histogram_part(histogram, 3), histogram_part(histogram, 6)), (0.0, 0.0));
}
