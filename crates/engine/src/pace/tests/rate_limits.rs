//! The sliding window, the token bucket, and the queue.
use super::*;
use proptest::prelude::*;

/// Calls at the given times; returns when each call ran, in the order of the calls, without those rejected.
fn runs(rate: Rate, calls: &[f64]) -> Vec<f64> {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = pace.rate_limits.create(rate);
    let mut ran = Vec::new();
    let mut waiting: Vec<u32> = Vec::new();
    for when in calls.iter().copied().chain([f64::MAX]) {
        while let Some(delay) = pace.timers.arm(at(now)).filter(|delay| now + delay.as_ms() <= when) {
            now += delay.as_ms();
            pace.timers.handle_timeout(at(now), true);
            while let Some(expired) = pace.poll_expired(at(now)) {
                assert_eq!(expired, Expired::RateLimit(id));
                while let Some(ticket) = pace.rate_limits.next_ready(&mut pace.timers, id, at(now)) {
                    assert_eq!(ticket, waiting.remove(0), "calls run in the order in which they were made");
                    ran.push(now);
                }
            }
        }
        if when == f64::MAX {
            break;
        }
        now = when;
        match pace.rate_limits.call(&mut pace.timers, id, at(now)) {
            Admission::Run => ran.push(now),
            Admission::Queue(ticket) => waiting.push(ticket),
            Admission::Reject => {}
        }
        assert_eq!(pace.rate_limits.pending(id) as usize, waiting.len());
    }
    assert!(waiting.is_empty());
    ran
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
    let mut pace = Pace::new();
    let id = pace.rate_limits.create(Rate::strict(1000, ms(10)));
    for i in 0..5_000 {
        assert_eq!(pace.rate_limits.call(&mut pace.timers, id, at(f64::from(i))), Admission::Run);
        assert!(pace.rate_limits.remembered(id) <= 10);
    }
}

#[test]
fn a_full_queue_rejects_calls() {
    assert_eq!(runs(Rate::new(1, ms(10), 1).max_queue(1), &[0.0, 0.0, 0.0, 12.0]), [0.0, 10.0, 20.0]);
    assert_eq!(runs(Rate::new(1, ms(10), 1).max_queue(0), &[0.0, 9.0, 10.0]), [0.0, 10.0]);
}

#[test]
fn dequeuing_a_call_makes_room_and_clears_the_timer() {
    let mut pace = Pace::new();
    let id = pace.rate_limits.create(Rate::new(1, ms(10), 1).max_queue(1));
    assert_eq!(pace.rate_limits.call(&mut pace.timers, id, at(0.0)), Admission::Run);
    let Admission::Queue(ticket) = pace.rate_limits.call(&mut pace.timers, id, at(0.0)) else {
        panic!("the call should be queued")
    };
    assert_eq!(pace.rate_limits.call(&mut pace.timers, id, at(0.0)), Admission::Reject);
    assert!(pace.rate_limits.dequeue(&mut pace.timers, id, ticket));
    assert!(!pace.rate_limits.dequeue(&mut pace.timers, id, ticket));
    assert_eq!(pace.timers.arm(at(0.0)), None);
    assert!(matches!(pace.rate_limits.call(&mut pace.timers, id, at(0.0)), Admission::Queue(_)));
}

#[test]
fn an_interval_longer_than_a_host_timer_is_kept() {
    assert_eq!(runs(Rate::new(1, Duration::from_ms(3e9), 1), &[0.0, 0.0]), [0.0, 3e9]);
}

#[test]
fn dequeuing_takes_constant_time() {
    let cost = |length: u32| {
        let mut pace = Pace::new();
        let id = pace.rate_limits.create(Rate::new(1, ms(10), 1));
        let tickets: Vec<u32> = (0..length)
            .filter_map(|_| match pace.rate_limits.call(&mut pace.timers, id, at(0.0)) {
                Admission::Queue(ticket) => Some(ticket),
                _ => None,
            })
            .collect();
        let before = pace.rate_limits.steps(id);
        for i in 0..100 {
            pace.rate_limits.dequeue(&mut pace.timers, id, tickets[i * tickets.len() / 100]);
        }
        pace.rate_limits.steps(id) - before
    };
    assert_eq!(cost(10_000), cost(200));
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
