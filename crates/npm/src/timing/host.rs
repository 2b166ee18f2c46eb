//! The timer, the expired deadlines and the figures.
use super::pacers;
use super::state::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::timing::{
    BATCH, DETAIL_SHIFT, ID_FACTOR, MEMO, NONE, PACER, RATE_LIMIT, RETRY, RETRY_DELAY, RETRY_TIMEOUT,
};
use whippet_engine::pace::{Expired, RetryDeadline};
use whippet_engine::time::{Duration, Instant};

/// The delay for `setTimeout`; `NONE`: no timer is needed.
#[wasm_bindgen]
pub fn pace_arm(now: f64) -> f64 {
    PACE.with(|pace| pace.timers.arm(Instant::from_ms(now)).map_or(f64::from(NONE), Duration::as_ms))
}

/// The timer fired, the latest that was armed or an earlier one.
#[wasm_bindgen]
pub fn pace_timeout(now: f64, latest: bool) {
    PACE.with(|pace| pace.timers.handle_timeout(Instant::from_ms(now), latest));
}

/// The next expired deadline, encoded as [`whippet_boundary::timing::EXPIRED_DEADLINE`]; `NONE`: there is none.
#[wasm_bindgen]
pub fn pace_expired(now: f64) -> f64 {
    let (kind, detail, id) = match PACE.with(|pace| pace.poll_expired(Instant::from_ms(now))) {
        None => return f64::from(NONE),
        Some(Expired::Pacer(id, effects)) => (PACER, pacers::bits(effects), id.0),
        Some(Expired::Batch(id)) => (BATCH, 0, id.0),
        Some(Expired::Memo(id)) => (MEMO, 0, id.0),
        Some(Expired::RateLimit(id)) => (RATE_LIMIT, 0, id.0),
        Some(Expired::Retry(id, deadline)) => (RETRY, detail(deadline), id.0),
    };
    f64::from(id) * f64::from(ID_FACTOR) + f64::from(detail << DETAIL_SHIFT | kind)
}

/// Which deadline of a retried call expired, as [`whippet_boundary::timing::RETRY_DEADLINE`].
fn detail(deadline: RetryDeadline) -> u32 {
    match deadline {
        RetryDeadline::Delay => RETRY_DELAY,
        RetryDeadline::Timeout => RETRY_TIMEOUT,
    }
}

/// How often debounced, throttled, batched and memoized functions were called.
#[wasm_bindgen]
pub fn pace_calls() -> f64 {
    PACE.with(|pace| pace.calls() as f64)
}

/// How often they ran.
#[wasm_bindgen]
pub fn pace_invocations() -> f64 {
    PACE.with(|pace| pace.invocations() as f64)
}
