//! Servers that are slow, busy or down.
use super::sim::check;
use crate::query::*;
use crate::time::{Duration, Instant};
use expect_test::expect;
use std::vec::Vec;

fn ms(ms: f64) -> Duration {
    Duration::from_ms(ms)
}

#[test]
fn an_attempt_that_times_out_is_retried() {
    check(
        |sim| {
            let query = sim.query();
            sim.run_options =
                RunOptions { retry: Retry::Times(1), timeout: ms(100.0), ..RunOptions::default() };
            sim.fetch(query, false);
            sim.pass(2_000.0);
        },
        expect![[r#"
            0     run q1
            0     q1: Pending Fetching
            100   timed out q1
            100   q1: Pending Fetching failed 1
            1100  run q1
            1200  timed out q1
            1200  q1: Error Idle failed 2 invalidated
            1200  settled q1: Error
        "#]],
    );
}

#[test]
fn an_answer_in_time_clears_the_timeout() {
    check(
        |sim| {
            let query = sim.query();
            sim.run_options = RunOptions { timeout: ms(100.0), ..RunOptions::default() };
            sim.fetch(query, false);
            sim.pass(99.0);
            sim.succeed();
            sim.pass(1_000.0);
        },
        expect![[r#"
            0     run q1
            0     q1: Pending Fetching
            99    q1: Success Idle
            99    settled q1: Success
        "#]],
    );
}

/// A cache whose breakers open at the second failure within a second, for ten.
struct Guarded {
    cache: Cache,
    query: Vec<QueryId>,
}

impl Guarded {
    fn new() -> Self {
        let mut cache = Cache::new();
        cache.set_breakers(BreakerOptions { failures: 2, window: ms(1_000.0), open_for: ms(10_000.0) });
        Self { cache, query: Vec::new() }
    }

    /// A fetch from origin 1 begins; whether it goes through, or until when not.
    fn fetch(&mut self, now: f64) -> (RunId, Result<(), f64>) {
        let at = Instant::from_ms(now);
        let query = self.cache.insert(at, &[self.query.len() as u32], State::default(), Duration::INFINITE);
        self.query.push(query);
        let options = RunOptions { retry: Retry::NEVER, ..RunOptions::default() };
        let run = self.cache.begin(at, query, &options).expect("a new query");
        self.cache.guard(run, 1);
        (run, self.cache.admit(at, run).map_err(Instant::as_ms))
    }

    fn fail(&mut self, now: f64, permanent: bool) {
        let (run, admitted) = self.fetch(now);
        assert_eq!(admitted, Ok(()), "at {now}");
        self.cache.failed(Instant::from_ms(now), run, Verdict { permanent, ..Verdict::default() });
    }

    fn state(&self, now: f64) -> BreakerState {
        self.cache.breaker(Instant::from_ms(now), 1)
    }
}

#[test]
fn enough_failures_within_the_window_open_a_breaker() {
    let mut g = Guarded::new();
    g.fail(0.0, false);
    g.fail(1_001.0, false);
    assert_eq!(g.state(1_001.0), BreakerState::Closed);
    g.fail(2_001.0, false);
    assert_eq!(g.state(2_001.0), BreakerState::Open(Instant::from_ms(12_001.0)));
    let (refused, until) = g.fetch(3_000.0);
    assert_eq!(until, Err(12_001.0));
    // A refused attempt does not count as a failure.
    g.cache.failed(Instant::from_ms(3_000.0), refused, Verdict::default());
    assert_eq!(g.state(3_000.0), BreakerState::Open(Instant::from_ms(12_001.0)));
    assert_eq!(g.cache.breaker(Instant::from_ms(3_000.0), 2), BreakerState::Closed, "another origin");
}

#[test]
fn a_permanent_error_does_not_count_as_a_failure_of_the_origin() {
    let mut g = Guarded::new();
    for now in [0.0, 1.0, 2.0, 3.0] {
        g.fail(now, true);
    }
    assert_eq!(g.state(4.0), BreakerState::Closed);
}

#[test]
fn a_half_open_breaker_admits_one_probe_that_closes_or_opens_it() {
    let mut g = Guarded::new();
    g.fail(0.0, false);
    g.fail(0.0, false);
    assert_eq!(g.state(10_000.0), BreakerState::HalfOpen);
    let (probe, admitted) = g.fetch(10_000.0);
    assert_eq!(admitted, Ok(()));
    assert_eq!(g.fetch(10_001.0).1, Err(20_000.0));
    g.cache.failed(Instant::from_ms(10_500.0), probe, Verdict::default());
    assert_eq!(g.state(10_500.0), BreakerState::Open(Instant::from_ms(20_500.0)));

    let (probe, admitted) = g.fetch(20_500.0);
    assert_eq!(admitted, Ok(()));
    g.cache.succeeded(Instant::from_ms(20_600.0), probe);
    assert_eq!(g.state(20_600.0), BreakerState::Closed);
    g.fail(20_601.0, false);
    assert_eq!(g.state(20_601.0), BreakerState::Closed, "what failed before it opened is forgotten");
}

#[test]
fn a_cancelled_or_silent_probe_is_replaced() {
    let mut g = Guarded::new();
    g.fail(0.0, false);
    g.fail(0.0, false);
    let (probe, _) = g.fetch(10_000.0);
    g.cache.end(Instant::from_ms(10_001.0), probe, Outcome::Cancelled { reverted: false });
    assert_eq!(g.fetch(10_002.0).1, Ok(()));
    assert_eq!(g.fetch(20_001.0).1, Err(20_002.0));
    assert_eq!(g.fetch(20_002.0).1, Ok(()));
}

#[test]
fn a_breaker_does_not_stay_open_longer_because_the_clock_was_set_back() {
    let mut g = Guarded::new();
    g.fail(50_000.0, false);
    g.fail(50_000.0, false);
    g.cache.clock_set_back(ms(50_000.0));
    assert_eq!(g.state(0.0), BreakerState::Open(Instant::from_ms(10_000.0)));
}

#[test]
fn the_same_seed_draws_the_same_delays() {
    let retries = |seed| {
        let mut cache = Cache::new();
        cache.set_seed(seed);
        let query = cache.insert(Instant::ZERO, &[1], State::default(), Duration::INFINITE);
        let options = RunOptions { jitter: 1.0, retry: Retry::Always, ..RunOptions::default() };
        let run = cache.begin(Instant::ZERO, query, &options).expect("a new query");
        let mut waits = Vec::new();
        let mut now = Instant::ZERO;
        while waits.len() < 4 {
            let Some(Next::Wait(at)) = cache.failed(now, run, Verdict::default()) else { panic!("always") };
            waits.push((at - now).as_ms());
            now = at;
            cache.tick(now);
            assert_ne!(cache.effects().filter(|effect| matches!(effect, Effect::Run { .. })).count(), 0);
        }
        waits
    };
    assert_eq!(retries(1), retries(1));
    assert_ne!(retries(1), retries(2));
    for (i, wait) in retries(3).into_iter().enumerate() {
        let least = 1000.0 * f64::from(1 << i);
        assert!((least..=2.0 * least).contains(&wait), "{wait} after {least}");
    }
}
