//! Rate limits.
use super::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::pace::{Asked, LimitId, Rate};
use whippet_engine::time::{Duration, Instant};

/// Adds a limited function: calls, ms, calls at once or 0 for strict windows, and calls, perhaps `Infinity`.
#[wasm_bindgen]
pub fn limit_create(limit: f64, interval: f64, burst: f64, max_queue: f64) -> u32 {
    let (limit, interval) = (limit as u32, Duration::from_ms(interval));
    let rate = match burst as u32 {
        0 => Rate::strict(limit, interval),
        burst => Rate::new(limit, interval, burst),
    };
    PACE.with(|pace| pace.limits.create(rate.max_queue(max_queue as u32)).0)
}

/// The function is gone.
#[wasm_bindgen]
pub fn limit_release(id: u32) {
    PACE.with(|pace| pace.limits.release(&mut pace.alarms, LimitId(id)));
}

/// It was called. The number under which the call waits, the timer to be armed; -1: it runs, -2: it is refused.
#[wasm_bindgen]
pub fn limit_ask(id: u32, now: f64) -> f64 {
    PACE.with(|pace| match pace.limits.ask(&mut pace.alarms, LimitId(id), Instant::from_ms(now)) {
        Asked::Runs => -1.0,
        Asked::Refused => -2.0,
        Asked::Waits(ticket) => f64::from(ticket),
    })
}

/// A call that waits was given up.
#[wasm_bindgen]
pub fn limit_leave(id: u32, ticket: u32) {
    PACE.with(|pace| pace.limits.leave(&mut pace.alarms, LimitId(id), ticket));
}

/// The next call that runs now; negative: none.
#[wasm_bindgen]
pub fn limit_ready(id: u32, now: f64) -> f64 {
    PACE.with(|pace| {
        let ticket = pace.limits.next_ready(&mut pace.alarms, LimitId(id), Instant::from_ms(now));
        ticket.map_or(-1.0, f64::from)
    })
}
