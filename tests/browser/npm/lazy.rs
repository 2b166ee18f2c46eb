//! The exports of `whippet/lazy`.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_boundary::lazy::*;
use whippet_npm::lazy::*;

/// What `lazy_poll` returns for an effect on an item.
fn polled(effect: i32, item: u32) -> f64 {
    f64::from(item << ITEM_SHIFT) + f64::from(effect)
}

/// A number that no item has.
const NEW: u32 = u32::MAX;
/// What `lazy_poll` returns if there is nothing to do until there is an input.
const NOTHING: f64 = f64::NEG_INFINITY;

#[wasm_bindgen_test]
fn items_and_loaders_are_addressed_by_number() {
    let loader = lazy_create(1.0, 1.0, 5000.0, 7);
    let other = lazy_create(MAX_CONCURRENT, RETRIES, LOAD_TIMEOUT, 7);
    assert_ne!(loader, other);
    let far = lazy_enter(loader, NEW, 500.0, 0.0);
    let near = lazy_enter(loader, NEW, 10.0, 0.0);
    assert_eq!(lazy_enter(loader, far, 500.0, 0.0), far);
    assert_eq!(lazy_poll(loader, 0.0), polled(LOAD, near));
    assert_eq!(lazy_poll(loader, 0.0), f64::from(UNTIL) - 5000.0);
    lazy_end(loader, near, IS_LOADED, 0.0);
    assert_eq!(lazy_poll(loader, 0.0), polled(LOAD, far));
    lazy_end(loader, far, HAS_FAILED, 1000.0);
    let deadline = f64::from(UNTIL) - lazy_poll(loader, 1000.0);
    assert!((1500.0..2000.0).contains(&deadline), "{deadline}");
    assert_eq!(lazy_poll(loader, deadline - 1.0), f64::from(UNTIL) - deadline);
    assert_eq!(lazy_poll(loader, deadline), polled(LOAD, far));
    lazy_end(loader, far, HAS_FAILED, 3000.0);
    assert_eq!(lazy_poll(loader, 0.0), polled(GIVE_UP, far));
    assert_eq!(lazy_poll(loader, 0.0), NOTHING);
    assert_eq!((lazy_stat(loader, STAT_LOADED), lazy_stat(loader, STAT_RETRIED)), (1, 1));
    assert_eq!(lazy_stat(other, STAT_LOADED), 0);
    let slow = lazy_enter(loader, NEW, 0.0, 4000.0);
    assert_eq!(lazy_poll(loader, 4000.0), polled(LOAD, slow));
    assert_eq!(lazy_poll(loader, 4000.0), f64::from(UNTIL) - 9000.0);
    assert_eq!(lazy_poll(loader, 9000.0), polled(OVERDUE, slow));
    lazy_end(loader, far, IS_REMOVED, 0.0);
    lazy_destroy(loader);
    // Calls with a number that was removed, or never given out, do nothing.
    assert_eq!(lazy_poll(loader, 0.0), NOTHING);
    lazy_enter(99, 0, 0.0, 0.0);
    // Its memory is used again, and nothing else of it.
    let next = lazy_create(1.0, 1.0, 5000.0, 7);
    assert!(next != loader && next != other);
    assert_eq!(lazy_poll(next, 9e9), NOTHING);
    assert_ne!(lazy_enter(next, NEW, f64::NAN, 0.0), 0);
    assert_eq!(lazy_stat(next, STAT_LOADED), 0);
}
