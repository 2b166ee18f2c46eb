//! The sliding window, the token bucket, and the queue.
use super::*;
use proptest::prelude::*;

/// Calls at the given times, of which at most `max_queue` may wait; returns when each ran, in the order of the calls, without
/// those rejected.
fn runs_with(rate: Rate, max_queue: u32, calls: &[f64]) -> Vec<f64> {
    let mut lists = TestLists::default();
    let id = lists.rate_create();
    let (mut ran, mut queued) = (Vec::new(), 0);
    let mut timer: Option<f64> = None;
    for when in calls.iter().copied().chain([f64::MAX]) {
        while let Some(now) = timer.filter(|at| *at <= when) {
            let wait = lists.rate_acquire(id, rate, at(now));
            if wait == Duration::ZERO {
                ran.push(now);
                queued -= 1;
            }
            timer = (queued > 0).then_some(now + wait.as_ms());
        }
        if when == f64::MAX {
            break;
        }
        match lists.rate_call(id, rate, queued, max_queue, at(when)) {
            Admission::Run => ran.push(when),
            Admission::Queue(wait) => {
                queued += 1;
                timer = timer.or(Some(when + wait.as_ms()));
            }
            Admission::Reject => {}
        }
    }
    assert_eq!(queued, 0);
    ran
}

fn runs(rate: Rate, calls: &[f64]) -> Vec<f64> {
    runs_with(rate, u32::MAX, calls)
}

#[test]
fn a_full_bucket_runs_a_burst_then_one_call_per_token() {
    assert_eq!(runs(Rate::new(2, ms(100), 2), &[0.0; 5]), [0.0, 0.0, 50.0, 100.0, 150.0]);
    assert_eq!(runs(Rate::new(1, ms(100), 3), &[0.0; 5]), [0.0, 0.0, 0.0, 100.0, 200.0]);
    assert_eq!(runs(Rate::new(2, ms(100), 1), &[0.0; 3]), [0.0, 50.0, 100.0]);
}

#[test]
fn an_idle_bucket_refills_up_to_its_size() {
    assert_eq!(
        runs(Rate::new(1, ms(10), 2), &[0.0, 0.0, 5.0, 500.0, 500.0, 500.0]),
        [0.0, 0.0, 10.0, 500.0, 500.0, 510.0]
    );
}

#[test]
fn a_call_runs_when_the_window_has_room() {
    assert_eq!(runs(Rate::strict(2, ms(100)), &[0.0; 5]), [0.0, 0.0, 100.0, 100.0, 200.0]);
    assert_eq!(
        runs(Rate::strict(2, ms(100)), &[0.0, 60.0, 70.0, 80.0, 165.0]),
        [0.0, 60.0, 100.0, 160.0, 200.0]
    );
    assert_eq!(runs(Rate::strict(1, ms(0)), &[0.0; 3]), [0.0; 3]);
    assert_eq!(runs(Rate::strict(u32::MAX, ms(100)), &[0.0; 3]), [0.0; 3]);
}

#[test]
fn calls_that_left_the_window_are_forgotten() {
    let mut lists = TestLists::default();
    let id = lists.rate_create();
    for i in 0..5_000 {
        let admission = lists.rate_call(id, Rate::strict(1000, ms(10)), 0, 0, at(f64::from(i)));
        assert_eq!(admission, Admission::Run);
        assert!(lists.rate_remembered(id) <= 10);
    }
}

#[test]
fn calls_of_one_time_are_remembered_together() {
    let mut lists = TestLists::default();
    let id = lists.rate_create();
    for time in [0.0, 5.0] {
        for _ in 0..1_000 {
            assert_eq!(lists.rate_acquire(id, Rate::strict(2_000, ms(10)), at(time)), Duration::ZERO);
        }
    }
    assert_eq!(lists.rate_remembered(id), 2_000);
    assert_eq!(lists.rate_acquire(id, Rate::strict(2_000, ms(10)), at(5.0)), ms(5));
    // Those of one time leave the window together.
    assert_eq!(lists.rate_acquire(id, Rate::strict(2_000, ms(10)), at(10.0)), Duration::ZERO);
    assert_eq!(lists.rate_remembered(id), 1_001);
    // The function and the two times in its window have a node each.
    assert!(lists.rate_create().0 <= 4, "the calls took more nodes");
}

#[test]
fn a_full_queue_rejects_calls() {
    assert_eq!(runs_with(Rate::new(1, ms(10), 1), 1, &[0.0, 0.0, 0.0, 12.0]), [0.0, 10.0, 20.0]);
    assert_eq!(runs_with(Rate::new(1, ms(10), 1), 0, &[0.0, 9.0, 10.0]), [0.0, 10.0]);
}

#[test]
fn a_call_does_not_overtake_those_that_wait() {
    let mut lists = TestLists::default();
    let id = lists.rate_create();
    let admission = lists.rate_call(id, Rate::strict(1, ms(10)), 1, 9, at(0.0));
    assert_eq!(admission, Admission::Queue(Duration::INFINITE));
}

#[test]
fn a_released_limit_gives_back_its_calls() {
    let mut lists = TestLists::default();
    let ids: Vec<_> = [(); 3]
        .map(|()| {
            let id = lists.rate_create();
            // A node each: they are not of the same time.
            for i in 0..100 {
                lists.rate_acquire(id, Rate::strict(1000, ms(10)), at(f64::from(i) / 100.0));
            }
            lists.rate_release(id);
            lists.rate_release(id);
            id
        })
        .into();
    // The first to be freed is the last to be used again.
    assert!(ids.iter().all(|id| id.0 <= 101));
}

#[test]
fn an_interval_longer_than_a_host_timer_is_kept() {
    assert_eq!(runs(Rate::new(1, Duration::from_ms(3e9), 1), &[0.0, 0.0]), [0.0, 3e9]);
}

proptest! {
    /// No window holds more calls than the limit, and each call runs as soon as that allows.
    #[test]
    fn no_window_holds_more_than_the_limit(limit in 1..6u32, interval in 0..60u32, gaps in prop::collection::vec(0..40u32, 1..80)) {
        let mut calls = Vec::new();
        let mut now = 0.0;
        for gap in gaps {
            now += f64::from(gap);
            calls.push(now);
        }
        let ran = runs(Rate::strict(limit, ms(interval)), &calls);
        let (limit, interval) = (limit as usize, f64::from(interval));
        prop_assert_eq!(ran.len(), calls.len());
        for (i, now) in ran.iter().enumerate() {
            let free = if i < limit { 0.0 } else { ran[i - limit] + interval };
            let before = if i == 0 { 0.0 } else { ran[i - 1] };
            prop_assert_eq!(*now, calls[i].max(free).max(before));
        }
    }

    /// No span holds more calls than the bucket had and gained tokens, and no call waits longer than necessary.
    #[test]
    fn a_token_bucket_is_never_faster_than_its_rate(limit in 1..6u32, interval in 1..60u32, burst in 1..6u32, gaps in prop::collection::vec(0..40u32, 1..60)) {
        let mut calls = Vec::new();
        let mut now = 0.0;
        for gap in gaps {
            now += f64::from(gap);
            calls.push(now);
        }
        let ran = runs(Rate::new(limit, ms(interval), burst), &calls);
        prop_assert_eq!(ran.len(), calls.len());
        let gap = f64::from(interval) / f64::from(limit);
        for first in 0..ran.len() {
            for last in first..ran.len() {
                let most = f64::from(burst) + (ran[last] - ran[first]) / gap + 1e-6;
                prop_assert!((last - first + 1) as f64 <= most, "{first}..={last} of {ran:?}");
            }
        }
        // The model counts the tokens of the bucket.
        let (mut tokens, mut counted) = (f64::from(burst), 0.0);
        for (called, ran) in calls.into_iter().zip(ran) {
            let now = f64::max(called, counted);
            tokens = (tokens + (now - counted) / gap).min(f64::from(burst));
            let runs = now + (1.0 - tokens).max(0.0) * gap;
            prop_assert!((runs - ran).abs() < 1e-6, "{runs} {ran}");
            tokens = (tokens + (runs - now) / gap).min(f64::from(burst)) - 1.0;
            counted = runs;
        }
    }
}
