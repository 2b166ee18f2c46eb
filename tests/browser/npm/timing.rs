//! The exports of `whippet/timing` for debounce and throttle.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_boundary::timing::{ARM, DETAIL_SHIFT, ID_FACTOR, INVOKE, NONE, RELEASE, RETAIN};
use whippet_npm::timing;

#[wasm_bindgen_test]
fn a_debounced_function_runs_at_the_end_of_a_burst() {
    let id = timing::pacer_create(30.0, f64::NAN, false, true);
    let calls = timing::pace_calls();
    assert_eq!(timing::pacer_call(id, 1000.0), RETAIN | ARM);
    assert_eq!(timing::pace_arm(1000.0), 30.0);
    assert_eq!(timing::pacer_call(id, 1010.0), 0);
    assert!(timing::pacer_pending(id));
    timing::pace_timeout(1030.0, true);
    assert_eq!(timing::pace_expired(1030.0) as u32 / ID_FACTOR, id);
    assert_eq!(timing::pace_expired(1030.0), f64::from(NONE));
    assert_eq!(timing::pace_arm(1030.0), 10.0);
    timing::pace_timeout(1040.0, true);
    let expired = timing::pace_expired(1040.0) as u32;
    assert_eq!(expired / ID_FACTOR, id);
    assert_eq!((expired >> DETAIL_SHIFT) & (INVOKE | RELEASE), INVOKE | RELEASE);
    assert_eq!(timing::pace_expired(1040.0), f64::from(NONE));
    assert_eq!(timing::pace_arm(1040.0), f64::from(NONE));
    assert_eq!(timing::pace_calls() - calls, 2.0);
    timing::pacer_release(id);
}

#[wasm_bindgen_test]
fn a_throttled_function_runs_on_its_first_call() {
    let id = timing::pacer_create(30.0, 30.0, true, true);
    assert_eq!(timing::pacer_call(id, 5000.0), INVOKE | RETAIN | ARM);
    assert_eq!(timing::pacer_call(id, 5001.0), 0);
    timing::pacer_cancel(id);
    assert!(!timing::pacer_pending(id));
    timing::pacer_release(id);
}
