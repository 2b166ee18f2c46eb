//! The pacers' exports: numbers in, the bits of a step out.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_npm::timing;

const INVOKE: u32 = 1;
const REARM: u32 = 4;
const HELD: u32 = 8;
const FREED: u32 = 16;

#[wasm_bindgen_test]
fn a_burst_of_a_debounced_function() {
    let id = timing::pacer_create(30.0, f64::NAN, false, true);
    let calls = timing::pace_calls();
    assert_eq!(timing::pacer_call(id, 1000.0), HELD | REARM);
    assert_eq!(timing::pace_arm(1000.0), 30.0);
    assert_eq!(timing::pacer_call(id, 1010.0), 0);
    assert!(timing::pacer_pending(id));
    timing::pace_timeout(1030.0, true);
    assert_eq!(timing::pace_expired(1030.0) as u32 >> 8, id);
    assert_eq!(timing::pace_expired(1030.0), -1.0);
    assert_eq!(timing::pace_arm(1030.0), 10.0);
    timing::pace_timeout(1040.0, true);
    let expired = timing::pace_expired(1040.0) as u32;
    assert_eq!(expired >> 8, id);
    assert_eq!((expired >> 3) & (INVOKE | FREED), INVOKE | FREED);
    assert_eq!(timing::pace_expired(1040.0), -1.0);
    assert!(timing::pace_arm(1040.0) < 0.0);
    assert_eq!(timing::pace_calls() - calls, 2.0);
    timing::pacer_release(id);
}

#[wasm_bindgen_test]
fn a_throttled_function_runs_at_once() {
    let id = timing::pacer_create(30.0, 30.0, true, true);
    assert_eq!(timing::pacer_call(id, 5000.0), INVOKE | HELD | REARM);
    assert_eq!(timing::pacer_call(id, 5001.0), 0);
    timing::pacer_cancel(id);
    assert!(!timing::pacer_pending(id));
    timing::pacer_release(id);
}
