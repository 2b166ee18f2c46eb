//! Debounce and throttle.
use super::state::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::timing::{ARM, DROP_ARGS, INVOKE, RELEASE, RETAIN};
use whippet_engine::pace::{PacerEffects, PacerId, Pacing};
use whippet_engine::time::{Duration, Instant};

/// Effects, encoded as [`whippet_boundary::timing::PACER_EFFECTS`].
pub(super) fn bits(effects: PacerEffects) -> u32 {
    let bit = |set: bool, bit: u32| if set { bit } else { 0 };
    bit(effects.invoke, INVOKE)
        | bit(effects.drop_args, DROP_ARGS)
        | bit(effects.arm, ARM)
        | bit(effects.retain, RETAIN)
        | bit(effects.release, RELEASE)
}

/// Adds a paced function: the wait in ms, `maxWait` in ms or NaN, and the two edges.
#[wasm_bindgen]
pub fn pacer_create(wait: f64, max_wait: f64, leading: bool, trailing: bool) -> u32 {
    let mut pacing = Pacing::debounce(Duration::from_ms(wait)).leading(leading).trailing(trailing);
    if !max_wait.is_nan() {
        pacing = pacing.max_wait(Duration::from_ms(max_wait));
    }
    PACE.with(|pace| pace.pacers.create(pacing).0)
}

/// The function was garbage-collected.
#[wasm_bindgen]
pub fn pacer_release(id: u32) {
    PACE.with(|pace| pace.pacers.release(PacerId(id)));
}

/// The function was called. Returns effects.
#[wasm_bindgen]
pub fn pacer_call(id: u32, now: f64) -> u32 {
    PACE.with(|pace| bits(pace.pacers.call(&mut pace.timers, PacerId(id), Instant::from_ms(now))))
}

/// Until this time, calls need not be passed on one by one.
#[wasm_bindgen]
pub fn pacer_until(id: u32) -> f64 {
    PACE.with(|pace| pace.pacers.coalesce_until(&pace.timers, PacerId(id)).as_ms())
}

/// Records calls that were not passed on, the last one made at `last`.
#[wasm_bindgen]
pub fn pacer_record(id: u32, calls: u32, last: f64) {
    PACE.with(|pace| pace.pacers.record_coalesced(PacerId(id), calls, Instant::from_ms(last)));
}

/// Returns effects.
#[wasm_bindgen]
pub fn pacer_flush(id: u32, now: f64) -> u32 {
    PACE.with(|pace| bits(pace.pacers.flush(&mut pace.timers, PacerId(id), Instant::from_ms(now))))
}

/// Returns effects.
#[wasm_bindgen]
pub fn pacer_cancel(id: u32) -> u32 {
    PACE.with(|pace| bits(pace.pacers.cancel(&mut pace.timers, PacerId(id))))
}

/// Whether a wait is under way.
#[wasm_bindgen]
pub fn pacer_pending(id: u32) -> bool {
    PACE.with(|pace| pace.pacers.is_pending(PacerId(id)))
}
