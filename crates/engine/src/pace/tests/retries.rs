//! Retries and their deadlines. The policy itself is tested in `query/retry.rs`.
use super::*;
use crate::query::{Delay, Retry, RunOptions, Verdict};

const NO: Verdict = Verdict { retry: None, delay: None, permanent: false, retry_after: Duration::ZERO };

/// Fails each attempt immediately; returns when attempts were made.
fn attempts(options: RunOptions, seed: u32, verdict: Verdict) -> Vec<f64> {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = pace.retries.begin(options, seed, at(now));
    let mut made = Vec::new();
    loop {
        made.push(now);
        pace.retries.start_attempt(&mut pace.timers, id, at(now));
        if !pace.retries.attempt_failed(&mut pace.timers, id, verdict, at(now)) {
            break;
        }
        let (when, expired) = *wait(&mut pace, &mut now, f64::MAX).first().expect("a deadline");
        assert_eq!(expired, Expired::Retry(id, RetryDeadline::Delay));
        now = when;
    }
    pace.retries.end(&mut pace.timers, id);
    assert_eq!(pace.timers.arm(at(now)), None);
    made
}

#[test]
fn retries_follow_the_policy_of_the_query_cache() {
    assert_eq!(attempts(RunOptions::default(), 1, NO), [0.0, 1000.0, 3000.0, 7000.0]);
    let options = RunOptions { retry: Retry::Times(1), delay: Delay::Fixed(ms(5)), ..RunOptions::default() };
    assert_eq!(attempts(options, 1, NO), [0.0, 5.0]);
    assert_eq!(attempts(options, 1, Verdict { permanent: true, ..NO }), [0.0]);
    assert_eq!(attempts(options, 1, Verdict { retry_after: ms(30), ..NO }), [0.0, 30.0]);
}

#[test]
fn the_same_seed_draws_the_same_jitter() {
    let options = RunOptions { delay: Delay::Fixed(ms(1000)), jitter: 0.5, ..RunOptions::default() };
    assert_eq!(attempts(options, 1, NO), attempts(options, 1, NO));
    assert_ne!(attempts(options, 1, NO), attempts(options, 2, NO));
    // Small seeds draw numbers as large as others do.
    let first: Vec<f64> = (0..8).map(|seed| attempts(options, seed, NO)[1] - 1000.0).collect();
    assert!(first.iter().filter(|jitter| **jitter > 50.0).count() >= 6, "{first:?}");
}

#[test]
fn an_attempt_times_out_unless_it_failed_before() {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let options = RunOptions { timeout: ms(50), delay: Delay::Fixed(ms(5)), ..RunOptions::default() };
    let id = pace.retries.begin(options, 1, at(now));
    assert!(pace.retries.start_attempt(&mut pace.timers, id, at(now)));
    assert_eq!(wait(&mut pace, &mut now, 50.0), [(50.0, Expired::Retry(id, RetryDeadline::Timeout))]);
    assert!(pace.retries.attempt_failed(&mut pace.timers, id, NO, at(now)));
    assert_eq!(wait(&mut pace, &mut now, 55.0), [(55.0, Expired::Retry(id, RetryDeadline::Delay))]);
    pace.retries.start_attempt(&mut pace.timers, id, at(now));
    // It fails before its timeout, which is cleared.
    assert!(pace.retries.attempt_failed(&mut pace.timers, id, NO, at(60.0)));
    now = 60.0;
    assert_eq!(wait(&mut pace, &mut now, 65.0), [(65.0, Expired::Retry(id, RetryDeadline::Delay))]);
}

#[test]
fn a_call_that_settled_after_its_deadline_expired_is_not_retried() {
    let mut pace = Pace::new();
    let id = pace.retries.begin(RunOptions::default(), 1, at(0.0));
    pace.retries.start_attempt(&mut pace.timers, id, at(0.0));
    pace.retries.attempt_failed(&mut pace.timers, id, NO, at(0.0));
    pace.timers.arm(at(0.0));
    pace.timers.handle_timeout(at(1000.0), true);
    pace.retries.end(&mut pace.timers, id);
    assert_eq!(pace.poll_expired(at(1000.0)), None);
}

#[test]
fn a_delay_longer_than_a_host_timer_is_kept() {
    let options = RunOptions {
        retry: Retry::Times(1),
        delay: Delay::Fixed(Duration::from_ms(3e9)),
        ..RunOptions::default()
    };
    assert_eq!(attempts(options, 1, NO), [0.0, 3e9]);
}
