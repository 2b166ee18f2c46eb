//! Delays between attempts. The policy itself is tested in `query/retry.rs`.
use super::*;
use crate::query::{Delay, Retry, RunOptions, Verdict};

const NO: Verdict = Verdict { retry: None, delay: None, permanent: false, retry_after: Duration::ZERO };

/// The delays, in ms, until the call gives up.
fn delays(options: RunOptions, seed: u32, verdict: Verdict) -> Vec<f64> {
    (0..).map_while(|failures| retry_delay(options, failures, verdict, seed)).map(Duration::as_ms).collect()
}

#[test]
fn retries_follow_the_policy_of_the_query_cache() {
    assert_eq!(delays(RunOptions::default(), 1, NO), [1000.0, 2000.0, 4000.0]);
    let options = RunOptions { retry: Retry::Times(1), delay: Delay::Fixed(ms(5)), ..RunOptions::default() };
    assert_eq!(delays(options, 1, NO), [5.0]);
    assert_eq!(delays(options, 1, Verdict { permanent: true, ..NO }), [] as [f64; 0]);
    assert_eq!(delays(options, 1, Verdict { retry_after: ms(30), ..NO }), [30.0]);
}

#[test]
fn the_same_seed_draws_the_same_jitter() {
    let options = RunOptions { delay: Delay::Fixed(ms(1000)), jitter: 0.5, ..RunOptions::default() };
    let drawn = delays(options, 1, NO);
    assert_eq!(drawn, delays(options, 1, NO));
    assert_ne!(drawn, delays(options, 2, NO));
    assert!(drawn[0] != drawn[1] && drawn[1] != drawn[2], "each retry draws its own");
    // Small seeds draw numbers as large as others do.
    let first: Vec<f64> = (0..8).map(|seed| delays(options, seed, NO)[0] - 1000.0).collect();
    assert!(first.iter().filter(|jitter| **jitter > 50.0).count() >= 6, "{first:?}");
}
