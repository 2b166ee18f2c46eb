//! Paced functions end with their component.
use crate::stage::{mount, until};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{Duration, Paced, use_debounce_fn, use_throttle_fn};

type Function = StoredValue<Paced<u32>, LocalStorage>;

#[wasm_bindgen_test]
async fn a_debounced_function_runs_once_with_the_last_argument() {
    let heard = Rc::new(Cell::new(0));
    let (writer, function) = (heard.clone(), Rc::new(Cell::new(None::<Function>)));
    let outside = function.clone();
    let _stage = mount(move || {
        outside
            .set(Some(use_debounce_fn(Duration::from_ms(1.0), move |n| writer.set(writer.get() * 10 + n))));
    });
    let function = function.get().expect("the app is mounted");
    for n in 1..=3 {
        function.with_value(|function| function.call(n));
    }
    until(|| heard.get() != 0).await;
    assert_eq!(heard.get(), 3);
}

#[wasm_bindgen_test]
async fn what_waits_is_dropped_with_the_component() {
    let heard = Rc::new(Cell::new(0));
    let (writer, function) = (heard.clone(), Rc::new(Cell::new(None::<Function>)));
    let outside = function.clone();
    let mut stage = mount(move || {
        outside
            .set(Some(use_throttle_fn(Duration::from_ms(20.0), move |n| writer.set(writer.get() * 10 + n))));
    });
    let function = function.get().expect("the app is mounted");
    function.with_value(|function| function.call(1));
    function.with_value(|function| function.call(2));
    assert_eq!(heard.get(), 1);
    stage.clear();
    gloo_timers::future::TimeoutFuture::new(60).await;
    assert_eq!(heard.get(), 1);
}
