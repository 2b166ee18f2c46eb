//! Runs that are tried again, in the codes of the query cache.
use super::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::pace::RetryId;
use whippet_engine::query::{Delay, Retry, RunOptions, Verdict};
use whippet_engine::time::{Duration, Instant};

/// Begins a run: how often (NaN for the default, `Infinity` for always), after how many ms (negative: the default),
/// how much by chance, how long an attempt may take.
#[wasm_bindgen]
pub fn retry_begin(times: f64, delay: f64, jitter: f64, timeout: f64, seed: u32, now: f64) -> u32 {
    let default = RunOptions::default();
    let options = RunOptions {
        retry: match times {
            _ if times.is_nan() => default.retry,
            _ if times.is_infinite() => Retry::Always,
            _ => Retry::Times(times as u32),
        },
        delay: if delay < 0.0 { default.delay } else { Delay::Fixed(Duration::from_ms(delay)) },
        jitter,
        timeout: Duration::from_ms(timeout),
        ..default
    };
    PACE.with(|pace| pace.retries.begin(options, seed, Instant::from_ms(now)).0)
}

/// An attempt is made. Whether the timer is to be armed.
#[wasm_bindgen]
pub fn retry_attempt(id: u32, now: f64) -> bool {
    PACE.with(|pace| pace.retries.attempt(&mut pace.alarms, RetryId(id), Instant::from_ms(now)))
}

/// It failed: 0 do not retry, 1 do, 2 as the options say, and bit 2 that the failure is permanent; the delay in
/// ms, negative as the options say; for how many ms the server asks not to be asked again. Whether it is tried
/// again, and the timer to be armed.
#[wasm_bindgen]
pub fn retry_failed(id: u32, verdict: u32, delay: f64, retry_after: f64, now: f64) -> bool {
    let verdict = Verdict {
        retry: (verdict & 3 < 2).then_some(verdict & 3 == 1),
        delay: (delay >= 0.0).then(|| Duration::from_ms(delay)),
        permanent: verdict & 4 != 0,
        retry_after: Duration::from_ms(retry_after),
    };
    PACE.with(|pace| pace.retries.failed(&mut pace.alarms, RetryId(id), verdict, Instant::from_ms(now)))
}

/// The run is over.
#[wasm_bindgen]
pub fn retry_end(id: u32) {
    PACE.with(|pace| pace.retries.end(&mut pace.alarms, RetryId(id)));
}
