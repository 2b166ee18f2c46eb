//! The exports of `whippet/timing` for debounce and throttle.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_boundary::pacer::{END, INVOKE, NONE, RELEASE, WAIT};
use whippet_npm::pacer;

const NEVER: f64 = f64::NEG_INFINITY;

#[wasm_bindgen_test]
fn a_debounced_function_runs_at_the_end_of_a_burst() {
    let id = pacer::pacer_create(30.0, f64::NAN, false, true);
    assert_eq!(pacer::pacer_call(id, 1000.0, NEVER), WAIT);
    assert_eq!(pacer::pace_arm(1000.0), 30.0);
    assert_eq!(pacer::pacer_call(id, 1010.0, 1000.0), 0);
    assert_eq!(pacer::pacer_until(id, 1010.0), 1040.0);
    pacer::pace_timeout(1030.0, true);
    assert_eq!(pacer::pace_expired(), id);
    assert_eq!(pacer::pacer_expired(id, 1030.0, 1010.0, true), 0);
    assert_eq!(pacer::pace_expired(), 0);
    assert_eq!(pacer::pace_arm(1030.0), 10.0);
    pacer::pace_timeout(1040.0, true);
    assert_eq!(pacer::pace_expired(), id);
    assert_eq!(pacer::pacer_expired(id, 1040.0, 1010.0, true), INVOKE | END | RELEASE);
    assert_eq!(pacer::pace_expired(), 0);
    assert_eq!(pacer::pace_arm(1040.0), f64::from(NONE));
    pacer::pacer_release(id);
}

#[wasm_bindgen_test]
fn a_throttled_function_runs_on_its_first_call() {
    let id = pacer::pacer_create(30.0, 30.0, true, true);
    assert_eq!(pacer::pacer_call(id, 5000.0, NEVER), INVOKE | WAIT);
    assert_eq!(pacer::pacer_call(id, 5001.0, 5000.0), 0);
    assert_eq!(pacer::pacer_cancel(id), END | RELEASE);
    assert_eq!(pacer::pacer_until(id, NEVER), NEVER);
    pacer::pacer_release(id);
}
