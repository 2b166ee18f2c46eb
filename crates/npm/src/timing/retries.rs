//! Retries.
use super::state::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::timing::{DO_RETRY, PERMANENT, RETRY_BY_OPTIONS, RETRY_MASK};
use whippet_engine::pace::RetryId;
use whippet_engine::query::{Delay, Retry, RunOptions, Verdict};
use whippet_engine::time::{Duration, Instant};

/// Begins a call: the number of retries (NaN for the default, `Infinity` without end), the delay in ms or
/// `DEFAULT_DELAY`, the jitter as a share of the delay, the timeout of an attempt in ms, and the seed of the jitter.
#[wasm_bindgen]
pub fn retry_begin(retries: f64, delay: f64, jitter: f64, timeout: f64, seed: u32, now: f64) -> u32 {
    let default = RunOptions::default();
    let options = RunOptions {
        retry: match retries {
            _ if retries.is_nan() => default.retry,
            _ if retries.is_infinite() => Retry::Always,
            _ => Retry::Times(retries as u32),
        },
        delay: if delay < 0.0 { default.delay } else { Delay::Fixed(Duration::from_ms(delay)) },
        jitter,
        timeout: Duration::from_ms(timeout),
        ..default
    };
    PACE.with(|pace| pace.retries.begin(options, seed, Instant::from_ms(now)).0)
}

/// An attempt starts. Returns whether the timer has to be armed.
#[wasm_bindgen]
pub fn retry_attempt(id: u32, now: f64) -> bool {
    PACE.with(|pace| pace.retries.start_attempt(&mut pace.timers, RetryId(id), Instant::from_ms(now)))
}

/// The attempt failed, with a [`whippet_boundary::timing::RETRY_VERDICT`], a delay in ms or `DEFAULT_DELAY`, and the
/// ms for which the server asks to wait at least. Returns whether it is retried; then the timer has to be armed.
#[wasm_bindgen]
pub fn retry_failed(id: u32, verdict: u32, delay: f64, retry_after: f64, now: f64) -> bool {
    let retry = verdict & RETRY_MASK;
    let verdict = Verdict {
        retry: (retry < RETRY_BY_OPTIONS).then_some(retry == DO_RETRY),
        delay: (delay >= 0.0).then(|| Duration::from_ms(delay)),
        permanent: verdict & PERMANENT != 0,
        retry_after: Duration::from_ms(retry_after),
    };
    PACE.with(|pace| {
        pace.retries.attempt_failed(&mut pace.timers, RetryId(id), verdict, Instant::from_ms(now))
    })
}

/// The call settled.
#[wasm_bindgen]
pub fn retry_end(id: u32) {
    PACE.with(|pace| pace.retries.end(&mut pace.timers, RetryId(id)));
}
