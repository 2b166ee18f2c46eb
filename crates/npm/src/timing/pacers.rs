//! Debounce and throttle.
use super::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::pace::{PacerId, Pacing, Step};
use whippet_engine::time::{Duration, Instant};

// A step in one number, as pkg/src/timing/host.ts reads it.
const INVOKE: u32 = 1;
const FORGET: u32 = 2;
const REARM: u32 = 4;
const HELD: u32 = 8;
const FREED: u32 = 16;

pub(super) fn bits(step: Step) -> u32 {
    let bit = |set: bool, bit: u32| if set { bit } else { 0 };
    bit(step.invoke, INVOKE)
        | bit(step.forget, FORGET)
        | bit(step.rearm, REARM)
        | bit(step.held, HELD)
        | bit(step.freed, FREED)
}

/// Adds a paced function: ms, ms or NaN for none, and the two edges.
#[wasm_bindgen]
pub fn pacer_create(wait: f64, max_wait: f64, leading: bool, trailing: bool) -> u32 {
    let mut pacing = Pacing::debounce(Duration::from_ms(wait)).leading(leading).trailing(trailing);
    if !max_wait.is_nan() {
        pacing = pacing.max_wait(Duration::from_ms(max_wait));
    }
    PACE.with(|pace| pace.pacers.create(pacing).0)
}

/// The function is gone.
#[wasm_bindgen]
pub fn pacer_release(id: u32) {
    PACE.with(|pace| pace.pacers.release(PacerId(id)));
}

/// It was called.
#[wasm_bindgen]
pub fn pacer_call(id: u32, now: f64) -> u32 {
    PACE.with(|pace| bits(pace.pacers.call(&mut pace.alarms, PacerId(id), Instant::from_ms(now))))
}

/// Until when calls need not be told one by one.
#[wasm_bindgen]
pub fn pacer_quiet(id: u32) -> f64 {
    PACE.with(|pace| pace.pacers.quiet_until(&pace.alarms, PacerId(id)).as_ms())
}

/// So many quiet calls were made, the last one then.
#[wasm_bindgen]
pub fn pacer_note(id: u32, calls: u32, last: f64) {
    PACE.with(|pace| pace.pacers.note(PacerId(id), calls, Instant::from_ms(last)));
}

/// Run now what waits.
#[wasm_bindgen]
pub fn pacer_flush(id: u32, now: f64) -> u32 {
    PACE.with(|pace| bits(pace.pacers.flush(&mut pace.alarms, PacerId(id), Instant::from_ms(now))))
}

/// Forget what waits.
#[wasm_bindgen]
pub fn pacer_cancel(id: u32) -> u32 {
    PACE.with(|pace| bits(pace.pacers.cancel(&mut pace.alarms, PacerId(id))))
}

/// Whether a wait is going on.
#[wasm_bindgen]
pub fn pacer_pending(id: u32) -> bool {
    PACE.with(|pace| pace.pacers.is_pending(PacerId(id)))
}
