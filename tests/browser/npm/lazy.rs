//! The exports of `whippet/lazy`.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_boundary::lazy::*;
use whippet_npm::lazy::*;

/// What `lazy_poll` returns for an effect on an item.
fn polled(effect: i32, item: usize) -> f64 {
    (item << ITEM_SHIFT) as f64 + f64::from(effect)
}

#[wasm_bindgen_test]
fn items_and_loaders_are_addressed_by_index() {
    let loader = lazy_create(1.0, 1.0, 5000.0, 7);
    let other = lazy_create(MAX_CONCURRENT, RETRIES, TIMEOUT, 7);
    assert_ne!(loader, other);
    let (far, near) = (lazy_add(loader), lazy_add(loader));
    lazy_enter(loader, far, 500.0, 0.0);
    lazy_enter(loader, near, 10.0, 0.0);
    assert_eq!(lazy_poll(loader, 0.0), polled(LOAD, near));
    assert_eq!(lazy_poll(loader, 0.0), f64::from(NONE));
    lazy_remove(loader, near, true);
    assert_eq!(lazy_poll(loader, 0.0), polled(LOAD, far));
    lazy_failed(loader, far, 1000.0);
    let deadline = lazy_deadline(loader);
    assert!((1500.0..2000.0).contains(&deadline), "{deadline}");
    assert_eq!(lazy_poll(loader, deadline - 1.0), f64::from(NONE));
    assert_eq!(lazy_poll(loader, deadline), polled(LOAD, far));
    lazy_failed(loader, far, 3000.0);
    assert_eq!(lazy_poll(loader, 0.0), polled(GIVE_UP, far));
    assert_eq!(lazy_deadline(loader), f64::from(NONE));
    assert_eq!((lazy_stat(loader, STAT_LOADED), lazy_stat(loader, STAT_RETRIED)), (1, 1));
    assert_eq!(lazy_stat(other, STAT_LOADED), 0);
    let slow = lazy_add(loader);
    lazy_enter(loader, slow, 0.0, 4000.0);
    assert_eq!(lazy_poll(loader, 4000.0), polled(LOAD, slow));
    assert_eq!(lazy_deadline(loader), 9000.0);
    assert_eq!(lazy_poll(loader, 9000.0), polled(OVERDUE, slow));
    lazy_remove(loader, far, false);
    lazy_destroy(loader);
    // Calls with an index that was removed, or never given out, do nothing.
    assert_eq!(lazy_poll(loader, 0.0), f64::from(NONE));
    lazy_enter(99, 0, 0.0, 0.0);
    // Its memory is used again, and nothing else of it.
    let next = lazy_create(1.0, 1.0, 5000.0, 7);
    assert!(next != loader && next != other);
    assert_eq!((lazy_poll(next, 9e9), lazy_deadline(next)), (f64::from(NONE), f64::from(NONE)));
    assert_eq!((lazy_add(next), lazy_stat(next, STAT_LOADED)), (0, 0));
}
