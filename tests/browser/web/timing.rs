//! Debounce and throttle with a real `setTimeout`.
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_engine::time::Duration;
use whippet_web::timing::{Paced, Pacing, debounce, stats, throttle};

fn log() -> (Rc<RefCell<Vec<u32>>>, impl Fn(u32) -> u32 + 'static) {
    let log = Rc::new(RefCell::new(Vec::new()));
    let writer = log.clone();
    (log, move |n| {
        writer.borrow_mut().push(n);
        n * 10
    })
}

/// Waits until timers of at most this delay have fired that were set before.
async fn wait(ms: u32) {
    gloo_timers::future::TimeoutFuture::new(ms).await;
}

#[wasm_bindgen_test]
async fn a_burst_runs_once_with_the_last_argument() {
    let (log, function) = log();
    let paced = debounce(Duration::from_ms(10.0), function);
    let before = stats();
    for n in 1..=5 {
        assert_eq!(paced.call(n), None);
    }
    assert!(paced.is_pending());
    wait(60).await;
    assert_eq!(*log.borrow(), [5]);
    assert!(!paced.is_pending());
    assert_eq!(paced.flush(), Some(50));
    let after = stats();
    assert_eq!((after.calls - before.calls, after.invocations - before.invocations), (5, 1));
}

#[wasm_bindgen_test]
async fn throttle_runs_on_the_first_and_the_last_call() {
    let (log, function) = log();
    // So long that the second call is not late, however busy the machine is.
    let paced = throttle(Duration::from_ms(500.0), function);
    assert_eq!(paced.call(1), Some(10));
    assert_eq!(paced.call(2), Some(10));
    assert_eq!(*log.borrow(), [1]);
    wait(600).await;
    assert_eq!(*log.borrow(), [1, 2]);
}

#[wasm_bindgen_test]
async fn a_cancelled_or_dropped_call_does_not_run() {
    let (log, function) = log();
    let cancelled = debounce(Duration::ZERO, function);
    cancelled.call(1);
    cancelled.cancel();
    let (dropped_log, function) = self::log();
    let dropped = debounce(Duration::ZERO, function);
    dropped.call(1);
    drop(dropped);
    wait(30).await;
    assert!(log.borrow().is_empty() && dropped_log.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn a_function_may_call_itself_again() {
    let calls = Rc::new(RefCell::new(0));
    let slot: Rc<RefCell<Option<Paced<()>>>> = Rc::default();
    let (inner, again) = (calls.clone(), slot.clone());
    let paced = Paced::new(Pacing::throttle(Duration::ZERO), move |()| {
        *inner.borrow_mut() += 1;
        if *inner.borrow() < 3 {
            let next = again.borrow().clone();
            next.unwrap().call(());
        }
    });
    slot.replace(Some(paced.clone()));
    paced.call(());
    wait(30).await;
    assert_eq!(*calls.borrow(), 3);
    slot.take();
}
