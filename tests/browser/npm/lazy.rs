//! The lazy loader's exports: items by number.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_npm::lazy::*;

const LOADED: usize = 1;
const RETRIED: usize = 3;

#[wasm_bindgen_test]
fn items_are_known_by_their_numbers() {
    let loader = lazy_create(1.0, 1.0, 5000.0, 7);
    let other = lazy_create(f64::NAN, f64::NAN, f64::NAN, 7);
    assert_ne!(loader, other);
    let (far, near) = (lazy_add(loader), lazy_add(loader));
    lazy_enter(loader, far, 500.0, 0.0);
    lazy_enter(loader, near, 10.0, 0.0);
    assert_eq!(lazy_poll(loader, 0.0), (near * 4) as f64);
    assert_eq!(lazy_poll(loader, 0.0), -1.0);
    lazy_loaded(loader, near);
    assert_eq!(lazy_poll(loader, 0.0), (far * 4) as f64);
    lazy_failed(loader, far, 1000.0);
    let deadline = lazy_deadline(loader);
    assert!((1500.0..2000.0).contains(&deadline), "{deadline}");
    lazy_timeout(loader, deadline);
    assert_eq!(lazy_poll(loader, 0.0), (far * 4) as f64);
    lazy_failed(loader, far, 3000.0);
    assert_eq!(lazy_poll(loader, 0.0), (far * 4 + 1) as f64);
    assert_eq!(lazy_deadline(loader), -1.0);
    assert_eq!((lazy_stat(loader, LOADED), lazy_stat(loader, RETRIED)), (1, 1));
    assert_eq!(lazy_stat(other, LOADED), 0);
    let slow = lazy_add(loader);
    lazy_enter(loader, slow, 0.0, 4000.0);
    assert_eq!(lazy_poll(loader, 4000.0), (slow * 4) as f64);
    assert_eq!(lazy_deadline(loader), 9000.0);
    lazy_timeout(loader, 9000.0);
    assert_eq!(lazy_poll(loader, 9000.0), (slow * 4 + 2) as f64);
    lazy_remove(loader, far);
    lazy_destroy(loader);
    // Destroyed, or never made: nothing happens.
    assert_eq!(lazy_poll(loader, 0.0), -1.0);
    lazy_enter(99, 0, 0.0, 0.0);
}
