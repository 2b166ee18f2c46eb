//! Retries of failed calls, by the policy of the query cache. The host keeps count of a call's failures.
use crate::query::retry::Run;
use crate::query::{Next, RunOptions, Verdict};
use crate::rng::Rng;
use crate::time::{Duration, Instant};

/// An attempt failed after so many others: the delay before the next, or `None` if there is none. The same `seed` draws the
/// same jitter.
pub fn retry_delay(options: RunOptions, failures: u32, verdict: Verdict, seed: u32) -> Option<Duration> {
    // Small seeds would draw small numbers at first; Knuth's multiplicative hash spreads them.
    let mut rng = Rng::new(seed.wrapping_mul(0x9e37_79b1));
    // Those that the failures before drew.
    for _ in 0..failures {
        rng.next_f64();
    }
    let mut run = Run::new(Instant::ZERO, options);
    run.failures = failures;
    match run.failed(Instant::ZERO, verdict, &mut rng) {
        Next::Wait(at) => Some(at.since(Instant::ZERO)),
        _ => None,
    }
}
