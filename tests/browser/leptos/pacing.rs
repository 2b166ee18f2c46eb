//! Debounced and throttled functions and values in components.
use crate::stage::{mount, until};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{Duration, Paced, use_debounce_fn, use_debounced, use_throttle_fn, use_throttled};

type Function = StoredValue<Paced<u32>, LocalStorage>;

#[wasm_bindgen_test]
async fn a_debounced_function_runs_once_with_the_last_argument() {
    let result = Rc::new(Cell::new(0));
    let (writer, function) = (result.clone(), Rc::new(Cell::new(None::<Function>)));
    let outside = function.clone();
    let _stage = mount(move || {
        outside
            .set(Some(use_debounce_fn(Duration::from_ms(1.0), move |n| writer.set(writer.get() * 10 + n))));
    });
    let function = function.get().expect("the app is mounted");
    for n in 1..=3 {
        function.with_value(|function| function.call(n));
    }
    until(|| result.get() != 0).await;
    assert_eq!(result.get(), 3);
}

#[wasm_bindgen_test]
async fn a_waiting_call_is_dropped_with_the_component() {
    let result = Rc::new(Cell::new(0));
    let (writer, function) = (result.clone(), Rc::new(Cell::new(None::<Function>)));
    let outside = function.clone();
    let mut stage = mount(move || {
        outside
            .set(Some(use_throttle_fn(Duration::from_ms(20.0), move |n| writer.set(writer.get() * 10 + n))));
    });
    let function = function.get().expect("the app is mounted");
    function.with_value(|function| function.call(1));
    function.with_value(|function| function.call(2));
    assert_eq!(result.get(), 1);
    stage.clear();
    gloo_timers::future::TimeoutFuture::new(60).await;
    assert_eq!(result.get(), 1);
}

/// The values of the signal `pace(source)`: at first, and while the source is set to 1, 2 and 3 in three tasks.
async fn paced_values(pace: impl Fn(RwSignal<u32>) -> Signal<u32> + 'static) -> Vec<u32> {
    let source = RwSignal::new(0);
    let seen = Rc::new(std::cell::RefCell::new(Vec::new()));
    let writer = seen.clone();
    let _stage = mount(move || {
        let value = pace(source);
        Effect::new(move |_| writer.borrow_mut().push(value.get()));
    });
    until(|| !seen.borrow().is_empty()).await;
    for n in 1..=3 {
        source.set(n);
        gloo_timers::future::TimeoutFuture::new(0).await;
    }
    until(|| seen.borrow().last() == Some(&3)).await;
    seen.take()
}

#[wasm_bindgen_test]
async fn a_debounced_value_changes_once_its_source_has_stopped_changing() {
    let seen = paced_values(|source| use_debounced(Duration::from_ms(200.0), move || source.get())).await;
    assert_eq!(seen, [0, 3]);
}

#[wasm_bindgen_test]
async fn a_throttled_value_changes_on_the_first_and_the_last_change() {
    let seen = paced_values(|source| use_throttled(Duration::from_ms(200.0), move || source.get())).await;
    assert_eq!(seen, [0, 1, 3]);
}
