//! Debounced and throttled functions and values in components.
use crate::stage::{Stage, mount, until};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    BatchOptions, Duration, MemoOptions, NoValue, Pacing, RateLimitOptions, use_batch, use_debounce_fn,
    use_debounced, use_memo_async, use_paced_fn, use_rate_limit, use_throttle_fn, use_throttled,
};

/// Mounts a component, and gives what it made.
fn mounted<V: 'static>(
    build: impl FnOnce() -> V + 'static,
) -> (Stage<impl leptos::tachys::view::Mountable>, V) {
    let made = Rc::new(Cell::new(None));
    let outside = made.clone();
    let stage = mount(move || outside.set(Some(build())));
    let made = made.take().expect("the app is mounted");
    (stage, made)
}

#[wasm_bindgen_test]
async fn a_debounced_function_runs_once_with_the_last_argument() {
    let result = Rc::new(Cell::new(0));
    let writer = result.clone();
    let (_stage, function) = mounted(move || {
        use_debounce_fn(Duration::from_ms(1.0), move |n: u32| writer.set(writer.get() * 10 + n))
    });
    for n in 1..=3 {
        function(n);
    }
    until(|| result.get() != 0).await;
    assert_eq!(result.get(), 3);
}

#[wasm_bindgen_test]
async fn a_waiting_call_is_dropped_with_the_component() {
    let result = Rc::new(Cell::new(0));
    let writer = result.clone();
    let (mut stage, function) = mounted(move || {
        // Longer than a busy machine takes from one call to the next.
        use_throttle_fn(Duration::from_ms(500.0), move |n: u32| writer.set(writer.get() * 10 + n))
    });
    function(1);
    function(2);
    assert_eq!(result.get(), 1);
    stage.clear();
    gloo_timers::future::TimeoutFuture::new(600).await;
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

#[wasm_bindgen_test]
async fn a_handle_flushes_and_cancels_and_after_the_component_nothing_happens() {
    let (mut stage, handle) = mounted(|| {
        let context = RwSignal::new(2_u32);
        provide_context(context);
        let double = |n: u32| n * use_context::<RwSignal<u32>>().unwrap().get_untracked();
        use_paced_fn(Pacing::debounce(Duration::from_ms(60_000.0)), double)
    });
    assert_eq!(handle.call(3), None);
    assert!(handle.is_pending());
    assert_eq!(handle.flush(), Some(6), "it runs within the component");
    handle.call(4);
    handle.cancel();
    assert!(!handle.is_pending());
    assert_eq!(handle.flush(), Some(6));
    stage.clear();
    let call = handle.callback();
    call(5);
    assert_eq!((handle.call(5), handle.flush(), handle.is_pending()), (None, None, false));
}

#[wasm_bindgen_test]
async fn a_wait_may_change() {
    let wait = RwSignal::new(Duration::from_ms(60_000.0));
    let ran = Rc::new(Cell::new(0));
    let writer = ran.clone();
    let (_stage, function) = mounted(move || {
        let writer = writer.clone();
        use_debounce_fn(wait, move |n: u32| writer.set(n))
    });
    wait.set(Duration::ZERO);
    function(1);
    until(|| ran.get() == 1).await;
}

#[wasm_bindgen_test]
async fn items_that_are_asked_for_together_are_loaded_together() {
    let loads = Rc::new(RefCell::new(Vec::new()));
    let seen = loads.clone();
    let (mut stage, batch) = mounted(move || {
        let seen = seen.clone();
        use_batch(BatchOptions::new().max_size(3), move |items: Vec<u32>| {
            seen.borrow_mut().push(items.clone());
            async move {
                match items.first() {
                    Some(0) => Err("nothing".to_owned()),
                    Some(9) => Ok(Vec::new()),
                    _ => Ok(items.iter().map(|item| item * 10).collect()),
                }
            }
        })
    });
    let (first, second, again) = (batch.load(1), batch.load(2), batch.load(1));
    assert_eq!(batch.pending(), 2);
    assert_eq!((first.await.unwrap(), second.await.unwrap(), again.await.unwrap()), (10, 20, 10));
    let full = [batch.load(3), batch.load(4), batch.load(5)];
    assert_eq!(*loads.borrow(), [vec![1, 2], vec![3, 4, 5]], "a full batch is loaded at once");
    for (value, asked) in full.into_iter().zip(3..) {
        assert_eq!(value.await.unwrap(), asked * 10);
    }
    assert!(matches!(batch.load(0).await, Err(NoValue::Failed(error)) if *error == "nothing"));
    assert!(matches!(batch.load(9).await, Err(NoValue::Miscounted { asked: 1, got: 0 })));
    let waiting = batch.load(6);
    batch.cancel();
    assert!(matches!(waiting.await, Err(NoValue::Cancelled)));
    stage.clear();
    assert!(matches!(batch.load(7).await, Err(NoValue::Cancelled)));
}

#[wasm_bindgen_test]
async fn calls_beyond_a_rate_wait_in_their_order() {
    let ran = Rc::new(RefCell::new(Vec::new()));
    let seen = ran.clone();
    let (_stage, limited) = mounted(move || {
        let seen = seen.clone();
        use_rate_limit(RateLimitOptions::new(2, Duration::from_ms(30.0)).max_queue(2), move |n: u32| {
            seen.borrow_mut().push(n);
            async move { Ok::<_, String>(n) }
        })
    });
    let calls = [1, 2, 3, 4, 5].map(|n| limited.call(n));
    assert_eq!(*ran.borrow(), [1, 2]);
    assert_eq!(limited.pending(), 2);
    let [first, second, third, fourth, fifth] = calls;
    assert!(matches!(fifth.await, Err(NoValue::QueueFull)));
    for (call, n) in [first, second, third, fourth].into_iter().zip(1..) {
        assert_eq!(call.await.unwrap(), n);
    }
    assert_eq!(*ran.borrow(), [1, 2, 3, 4]);
    let _queued = [6, 7, 8].map(|n| limited.call(n));
    limited.clear();
    assert_eq!(limited.pending(), 0);
}

#[wasm_bindgen_test]
async fn results_are_remembered_while_they_are_fresh_and_failures_are_not() {
    let computed = Rc::new(Cell::new(0));
    let counts = computed.clone();
    let (_stage, memo) = mounted(move || {
        let counts = counts.clone();
        use_memo_async(MemoOptions::new().max_size(2), move |n: u32| {
            counts.set(counts.get() + 1);
            let times = counts.get();
            async move { if n == 0 { Err("nothing".to_owned()) } else { Ok((n, times)) } }
        })
    });
    let (first, shared) = (memo.call(1), memo.call(1));
    assert_eq!((first.await.unwrap(), shared.await.unwrap()), ((1, 1), (1, 1)));
    assert_eq!(memo.call(1).await.unwrap(), (1, 1));
    assert!(memo.call(0).await.is_err());
    assert!(memo.call(0).await.is_err());
    assert_eq!(computed.get(), 3);
    memo.call(2).await.unwrap();
    memo.call(1).await.unwrap();
    memo.call(3).await.unwrap();
    assert_eq!(memo.call(1).await.unwrap(), (1, 1));
    assert_eq!(memo.call(2).await.unwrap(), (2, 6), "the one that was not used for longest has gone");
    assert!(memo.remove(&2) && !memo.remove(&2));
    memo.clear();
    assert_eq!(memo.call(2).await.unwrap(), (2, 7));
}

#[wasm_bindgen_test]
async fn a_stale_result_is_given_while_a_new_one_is_computed() {
    let computed = Rc::new(Cell::new(0));
    let counts = computed.clone();
    let (_stage, memo) = mounted(move || {
        let counts = counts.clone();
        let options = MemoOptions::new().ttl(Duration::ZERO).stale_while_revalidate(Duration::INFINITE);
        use_memo_async(options, move |(): ()| {
            counts.set(counts.get() + 1);
            let times = counts.get();
            async move { Ok::<_, String>(times) }
        })
    });
    assert_eq!(memo.call(()).await.unwrap(), 1);
    assert_eq!(memo.call(()).await.unwrap(), 1);
    until(|| computed.get() == 2).await;
    gloo_timers::future::TimeoutFuture::new(0).await;
    assert_eq!(memo.call(()).await.unwrap(), 2);
}

#[wasm_bindgen_test]
async fn a_value_that_changes_before_effects_have_run_is_not_missed() {
    let (_stage, (debounced, throttled)) = mounted(|| {
        let (source, wait) = (RwSignal::new(0_u32), Duration::from_ms(1.0));
        let paced = (use_debounced(wait, move || source.get()), use_throttled(wait, move || source.get()));
        source.set(1);
        paced
    });
    until(|| debounced.get_untracked() == 1 && throttled.get_untracked() == 1).await;
}

#[wasm_bindgen_test]
async fn what_runs_for_a_component_finds_its_contexts_also_after_it_has_waited() {
    async fn found() -> Option<u32> {
        gloo_timers::future::TimeoutFuture::new(1).await;
        use_context::<u32>()
    }
    let (_stage, (memo, limit, batch)) = mounted(|| {
        provide_context(7_u32);
        let memo = use_memo_async(MemoOptions::new(), |(): ()| async { Ok::<_, String>(found().await) });
        let options = RateLimitOptions::new(2, Duration::from_ms(30.0));
        let limit = use_rate_limit(options, |(): ()| async { Ok::<_, String>(found().await) });
        let batch = use_batch(BatchOptions::new(), |items: Vec<u32>| async move {
            let found = found().await;
            Ok::<_, String>(items.iter().map(|_| found).collect())
        });
        (memo, limit, batch)
    });
    assert_eq!(memo.call(()).await.ok(), Some(Some(7)));
    assert_eq!(limit.call(()).await.ok(), Some(Some(7)));
    assert_eq!(batch.load(1).await.ok(), Some(Some(7)));
}
