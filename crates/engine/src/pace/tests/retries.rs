//! Retries: the policy itself is tested where it is, in `query/retry.rs`.
use super::*;
use crate::query::{Delay, Retry, RunOptions, Verdict};

const NO: Verdict = Verdict { retry: None, delay: None, permanent: false, retry_after: Duration::ZERO };

/// Fails each attempt at once; gives when attempts were made.
fn attempts(options: RunOptions, seed: u32, verdict: Verdict) -> Vec<f64> {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = pace.retries.begin(options, seed, at(now));
    let mut made = Vec::new();
    loop {
        made.push(now);
        pace.retries.attempt(&mut pace.alarms, id, at(now));
        if !pace.retries.failed(&mut pace.alarms, id, verdict, at(now)) {
            break;
        }
        let (when, expired) = *wait(&mut pace, &mut now, f64::MAX).first().expect("a deadline");
        assert_eq!(expired, Expired::Retry(id, Due::Again));
        now = when;
    }
    pace.retries.end(&mut pace.alarms, id);
    assert_eq!(pace.alarms.arm(at(now)), None);
    made
}

#[test]
fn as_the_query_cache_does_it() {
    assert_eq!(attempts(RunOptions::default(), 1, NO), [0.0, 1000.0, 3000.0, 7000.0]);
    let options = RunOptions { retry: Retry::Times(1), delay: Delay::Fixed(ms(5)), ..RunOptions::default() };
    assert_eq!(attempts(options, 1, NO), [0.0, 5.0]);
    assert_eq!(attempts(options, 1, Verdict { permanent: true, ..NO }), [0.0]);
    assert_eq!(attempts(options, 1, Verdict { retry_after: ms(30), ..NO }), [0.0, 30.0]);
}

#[test]
fn chance_comes_from_the_seed() {
    let options = RunOptions { delay: Delay::Fixed(ms(1000)), jitter: 0.5, ..RunOptions::default() };
    assert_eq!(attempts(options, 1, NO), attempts(options, 1, NO));
    assert_ne!(attempts(options, 1, NO), attempts(options, 2, NO));
    // Small seeds draw as well as others.
    let first: Vec<f64> = (0..8).map(|seed| attempts(options, seed, NO)[1] - 1000.0).collect();
    assert!(first.iter().filter(|jitter| **jitter > 50.0).count() >= 6, "{first:?}");
}

#[test]
fn an_attempt_times_out_unless_it_ended() {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let options = RunOptions { timeout: ms(50), delay: Delay::Fixed(ms(5)), ..RunOptions::default() };
    let id = pace.retries.begin(options, 1, at(now));
    assert!(pace.retries.attempt(&mut pace.alarms, id, at(now)));
    assert_eq!(wait(&mut pace, &mut now, 50.0), [(50.0, Expired::Retry(id, Due::TimedOut))]);
    assert!(pace.retries.failed(&mut pace.alarms, id, NO, at(now)));
    assert_eq!(wait(&mut pace, &mut now, 55.0), [(55.0, Expired::Retry(id, Due::Again))]);
    pace.retries.attempt(&mut pace.alarms, id, at(now));
    // It fails by itself: its time is not up later.
    assert!(pace.retries.failed(&mut pace.alarms, id, NO, at(60.0)));
    now = 60.0;
    assert_eq!(wait(&mut pace, &mut now, 65.0), [(65.0, Expired::Retry(id, Due::Again))]);
}

#[test]
fn a_run_that_ended_as_it_came_due_is_not_heard_of_again() {
    let mut pace = Pace::new();
    let id = pace.retries.begin(RunOptions::default(), 1, at(0.0));
    pace.retries.attempt(&mut pace.alarms, id, at(0.0));
    pace.retries.failed(&mut pace.alarms, id, NO, at(0.0));
    pace.alarms.arm(at(0.0));
    pace.alarms.handle_timeout(at(1000.0), true);
    pace.retries.end(&mut pace.alarms, id);
    assert_eq!(pace.poll_expired(at(1000.0)), None);
}

#[test]
fn delays_beyond_the_hosts_timers_are_kept() {
    let options = RunOptions {
        retry: Retry::Times(1),
        delay: Delay::Fixed(Duration::from_ms(3e9)),
        ..RunOptions::default()
    };
    assert_eq!(attempts(options, 1, NO), [0.0, 3e9]);
}
