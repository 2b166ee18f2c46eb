//! Everything that one module paces, by number. Functions stay in JavaScript.
mod batches;
mod limits;
mod memos;
mod pacers;
mod retries;

use crate::state::Late;
pub use batches::*;
pub use limits::*;
pub use memos::*;
pub use pacers::*;
pub use retries::*;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::pace::{Due, Expired, Pace};
use whippet_engine::time::{Duration, Instant};

static PACE: Late<Pace> = Late::new();

/// The delay for `setTimeout`; negative: no timer is needed.
#[wasm_bindgen]
pub fn pace_arm(now: f64) -> f64 {
    PACE.with(|pace| pace.alarms.arm(Instant::from_ms(now)).map_or(-1.0, Duration::as_ms))
}

/// The timer fired, the latest that was armed or an earlier one.
#[wasm_bindgen]
pub fn pace_timeout(now: f64, latest: bool) {
    PACE.with(|pace| pace.alarms.handle_timeout(Instant::from_ms(now), latest));
}

/// The next whose time came; negative: there is none. In a number, as pkg/src/timing/host.ts reads it: three
/// bits for what it is, five for a detail, then its number.
#[wasm_bindgen]
pub fn pace_expired(now: f64) -> f64 {
    let (kind, detail, id) = match PACE.with(|pace| pace.poll_expired(Instant::from_ms(now))) {
        None => return -1.0,
        Some(Expired::Pacer(id, step)) => (0, pacers::bits(step), id.0),
        Some(Expired::Batch(id)) => (1, 0, id.0),
        Some(Expired::Memo(id)) => (2, 0, id.0),
        Some(Expired::Limit(id)) => (3, 0, id.0),
        Some(Expired::Retry(id, due)) => (4, u32::from(due == Due::TimedOut), id.0),
    };
    f64::from(id) * 256.0 + f64::from(detail << 3 | kind)
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
