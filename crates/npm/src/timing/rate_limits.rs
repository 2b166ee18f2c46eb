//! Rate limits.
use super::state::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::timing::{NONE, REJECT, RUN};
use whippet_engine::pace::{Admission, Rate, RateLimitId};
use whippet_engine::time::{Duration, Instant};

/// Adds a rate-limited function: calls, ms, the size of the token bucket or 0 for a sliding window, and how many calls
/// may wait, perhaps `Infinity`.
#[wasm_bindgen]
pub fn rate_create(limit: f64, interval: f64, burst: f64, max_queue: f64) -> u32 {
    let (limit, interval) = (limit as u32, Duration::from_ms(interval));
    let rate = match burst as u32 {
        0 => Rate::strict(limit, interval),
        burst => Rate::new(limit, interval, burst),
    };
    PACE.with(|pace| pace.rate_limits.create(rate.max_queue(max_queue as u32)).0)
}

/// The function was garbage-collected.
#[wasm_bindgen]
pub fn rate_release(id: u32) {
    PACE.with(|pace| pace.rate_limits.release(&mut pace.timers, RateLimitId(id)));
}

/// The function was called: `RUN`, `REJECT`, or the ticket under which the call waits, and the timer has to be armed.
#[wasm_bindgen]
pub fn rate_call(id: u32, now: f64) -> f64 {
    let admission =
        PACE.with(|pace| pace.rate_limits.call(&mut pace.timers, RateLimitId(id), Instant::from_ms(now)));
    match admission {
        Admission::Run => f64::from(RUN),
        Admission::Reject => f64::from(REJECT),
        Admission::Queue(ticket) => f64::from(ticket),
    }
}

/// A waiting call was aborted.
#[wasm_bindgen]
pub fn rate_dequeue(id: u32, ticket: u32) {
    PACE.with(|pace| pace.rate_limits.dequeue(&mut pace.timers, RateLimitId(id), ticket));
}

/// The ticket of the next call that runs now, or `NONE`.
#[wasm_bindgen]
pub fn rate_ready(id: u32, now: f64) -> f64 {
    PACE.with(|pace| {
        let ticket = pace.rate_limits.next_ready(&mut pace.timers, RateLimitId(id), Instant::from_ms(now));
        ticket.map_or(f64::from(NONE), f64::from)
    })
}
