//! Windows, a token bucket, and the queue before them.
use super::*;
use proptest::prelude::*;

/// Asks at the given times, and gives when each call ran, in the order of the calls; those refused are left out.
fn runs(rate: Rate, asked: &[f64]) -> Vec<f64> {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = pace.limits.create(rate);
    let mut ran = Vec::new();
    let mut waiting: Vec<u32> = Vec::new();
    for when in asked.iter().copied().chain([f64::MAX]) {
        while let Some(delay) = pace.alarms.arm(at(now)).filter(|delay| now + delay.as_ms() <= when) {
            now += delay.as_ms();
            pace.alarms.handle_timeout(at(now), true);
            while let Some(expired) = pace.poll_expired(at(now)) {
                assert_eq!(expired, Expired::Limit(id));
                while let Some(ticket) = pace.limits.next_ready(&mut pace.alarms, id, at(now)) {
                    assert_eq!(ticket, waiting.remove(0), "in their order");
                    ran.push(now);
                }
            }
        }
        if when == f64::MAX {
            break;
        }
        now = when;
        match pace.limits.ask(&mut pace.alarms, id, at(now)) {
            Asked::Runs => ran.push(now),
            Asked::Waits(ticket) => waiting.push(ticket),
            Asked::Refused => {}
        }
        assert_eq!(pace.limits.pending(id) as usize, waiting.len());
    }
    assert!(waiting.is_empty());
    ran
}

#[test]
fn a_full_bucket_at_once_then_token_by_token() {
    assert_eq!(runs(Rate::new(2, ms(100), 2), &[0.0; 5]), [0.0, 0.0, 50.0, 100.0, 150.0]);
    assert_eq!(runs(Rate::new(1, ms(100), 3), &[0.0; 5]), [0.0, 0.0, 0.0, 100.0, 200.0]);
    assert_eq!(runs(Rate::new(2, ms(100), 1), &[0.0; 3]), [0.0, 50.0, 100.0]);
}

#[test]
fn the_bucket_fills_while_nothing_happens_and_no_further() {
    assert_eq!(
        runs(Rate::new(1, ms(10), 2), &[0.0, 0.0, 5.0, 500.0, 500.0, 500.0]),
        [0.0, 0.0, 10.0, 500.0, 500.0, 510.0]
    );
}

#[test]
fn as_many_as_the_window_holds_then_again_when_the_first_of_them_has_left_it() {
    assert_eq!(runs(Rate::strict(2, ms(100)), &[0.0; 5]), [0.0, 0.0, 100.0, 100.0, 200.0]);
    assert_eq!(
        runs(Rate::strict(2, ms(100)), &[0.0, 60.0, 70.0, 80.0, 165.0]),
        [0.0, 60.0, 100.0, 160.0, 200.0]
    );
    assert_eq!(runs(Rate::strict(1, ms(0)), &[0.0; 3]), [0.0; 3]);
    assert_eq!(runs(Rate::strict(u32::MAX, ms(100)), &[0.0; 3]), [0.0; 3]);
}

#[test]
fn what_left_the_window_is_not_remembered() {
    let mut pace = Pace::new();
    let id = pace.limits.create(Rate::strict(1000, ms(10)));
    for i in 0..5_000 {
        assert_eq!(pace.limits.ask(&mut pace.alarms, id, at(f64::from(i))), Asked::Runs);
        assert!(pace.limits.remembered(id) <= 10);
    }
}

#[test]
fn a_queue_has_its_length() {
    assert_eq!(runs(Rate::new(1, ms(10), 1).max_queue(1), &[0.0, 0.0, 0.0, 12.0]), [0.0, 10.0, 20.0]);
    assert_eq!(runs(Rate::new(1, ms(10), 1).max_queue(0), &[0.0, 9.0, 10.0]), [0.0, 10.0]);
}

#[test]
fn who_leaves_makes_room_and_leaves_no_timer_behind() {
    let mut pace = Pace::new();
    let id = pace.limits.create(Rate::new(1, ms(10), 1).max_queue(1));
    assert_eq!(pace.limits.ask(&mut pace.alarms, id, at(0.0)), Asked::Runs);
    let Asked::Waits(ticket) = pace.limits.ask(&mut pace.alarms, id, at(0.0)) else { panic!("waits") };
    assert_eq!(pace.limits.ask(&mut pace.alarms, id, at(0.0)), Asked::Refused);
    assert!(pace.limits.leave(&mut pace.alarms, id, ticket));
    assert!(!pace.limits.leave(&mut pace.alarms, id, ticket));
    assert_eq!(pace.alarms.arm(at(0.0)), None);
    assert!(matches!(pace.limits.ask(&mut pace.alarms, id, at(0.0)), Asked::Waits(_)));
}

#[test]
fn intervals_beyond_the_hosts_timers_are_kept() {
    assert_eq!(runs(Rate::new(1, Duration::from_ms(3e9), 1), &[0.0, 0.0]), [0.0, 3e9]);
}

#[test]
fn leaving_a_long_queue_costs_the_same_wherever_one_stood() {
    let cost = |length: u32| {
        let mut pace = Pace::new();
        let id = pace.limits.create(Rate::new(1, ms(10), 1));
        let tickets: Vec<u32> = (0..length)
            .filter_map(|_| match pace.limits.ask(&mut pace.alarms, id, at(0.0)) {
                Asked::Waits(ticket) => Some(ticket),
                _ => None,
            })
            .collect();
        let before = pace.limits.steps(id);
        for i in 0..100 {
            pace.limits.leave(&mut pace.alarms, id, tickets[i * tickets.len() / 100]);
        }
        pace.limits.steps(id) - before
    };
    assert_eq!(cost(10_000), cost(200));
}

proptest! {
    /// In no window do more run than may, whatever is asked when; and each runs as soon as that holds.
    #[test]
    fn no_window_holds_more_than_the_limit(limit in 1..6u32, interval in 0..60u32, gaps in prop::collection::vec(0..40u32, 1..80)) {
        let mut asked = Vec::new();
        let mut now = 0.0;
        for gap in gaps {
            now += f64::from(gap);
            asked.push(now);
        }
        let ran = runs(Rate::strict(limit, ms(interval)), &asked);
        let (limit, interval) = (limit as usize, f64::from(interval));
        prop_assert_eq!(ran.len(), asked.len());
        for (i, now) in ran.iter().enumerate() {
            let free = if i < limit { 0.0 } else { ran[i - limit] + interval };
            let before = if i == 0 { 0.0 } else { ran[i - 1] };
            prop_assert_eq!(*now, asked[i].max(free).max(before));
        }
    }

    /// In any span of time no more run than the bucket holds and gets meanwhile; and none waits that need not.
    #[test]
    fn never_faster_than_the_rate(limit in 1..6u32, interval in 1..60u32, burst in 1..6u32, gaps in prop::collection::vec(0..40u32, 1..60)) {
        let mut asked = Vec::new();
        let mut now = 0.0;
        for gap in gaps {
            now += f64::from(gap);
            asked.push(now);
        }
        let ran = runs(Rate::new(limit, ms(interval), burst), &asked);
        prop_assert_eq!(ran.len(), asked.len());
        let gap = f64::from(interval) / f64::from(limit);
        for first in 0..ran.len() {
            for last in first..ran.len() {
                let most = f64::from(burst) + (ran[last] - ran[first]) / gap + 1e-6;
                prop_assert!((last - first + 1) as f64 <= most, "{first}..={last} of {ran:?}");
            }
        }
        // Against the bucket itself, whose tokens are counted.
        let (mut tokens, mut counted) = (f64::from(burst), 0.0);
        for (asked, ran) in asked.into_iter().zip(ran) {
            let now = f64::max(asked, counted);
            tokens = (tokens + (now - counted) / gap).min(f64::from(burst));
            let runs = now + (1.0 - tokens).max(0.0) * gap;
            prop_assert!((runs - ran).abs() < 1e-6, "{runs} {ran}");
            tokens = (tokens + (runs - now) / gap).min(f64::from(burst)) - 1.0;
            counted = runs;
        }
    }
}
