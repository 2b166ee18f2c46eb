//! Debounce and throttle: the pacers of one module, by number. Functions stay in JavaScript.
use crate::state::State;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::pace::{PacerId, Pacers, Pacing, Step};
use whippet_engine::time::{Duration, Instant};

static PACERS: State<Pacers> = State::new();

// A step in one number, as pkg/src/timing/host.ts reads it.
const INVOKE: u32 = 1;
const FORGET: u32 = 2;
const REARM: u32 = 4;
const HELD: u32 = 8;
const FREED: u32 = 16;
const STEP_BITS: u32 = 5;

fn bits(step: Step) -> u32 {
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
    PACERS.with(|pacers| pacers.create(pacing).0)
}

/// The function is gone.
#[wasm_bindgen]
pub fn pacer_release(id: u32) {
    PACERS.with(|pacers| pacers.release(PacerId(id)));
}

/// It was called.
#[wasm_bindgen]
pub fn pacer_call(id: u32, now: f64) -> u32 {
    PACERS.with(|pacers| bits(pacers.call(PacerId(id), Instant::from_ms(now))))
}

/// Until when calls need not be told one by one.
#[wasm_bindgen]
pub fn pacer_quiet(id: u32) -> f64 {
    PACERS.with(|pacers| pacers.quiet_until(PacerId(id)).as_ms())
}

/// So many quiet calls were made, the last one then.
#[wasm_bindgen]
pub fn pacer_note(id: u32, calls: u32, last: f64) {
    PACERS.with(|pacers| pacers.note(PacerId(id), calls, Instant::from_ms(last)));
}

/// Run now what waits.
#[wasm_bindgen]
pub fn pacer_flush(id: u32, now: f64) -> u32 {
    PACERS.with(|pacers| bits(pacers.flush(PacerId(id), Instant::from_ms(now))))
}

/// Forget what waits.
#[wasm_bindgen]
pub fn pacer_cancel(id: u32) -> u32 {
    PACERS.with(|pacers| bits(pacers.cancel(PacerId(id))))
}

/// Whether a wait is going on.
#[wasm_bindgen]
pub fn pacer_pending(id: u32) -> bool {
    PACERS.with(|pacers| pacers.is_pending(PacerId(id)))
}

/// The delay for `setTimeout`; negative: no timer is needed.
#[wasm_bindgen]
pub fn pacers_arm(now: f64) -> f64 {
    PACERS.with(|pacers| pacers.arm(Instant::from_ms(now)).map_or(-1.0, Duration::as_ms))
}

/// The timer fired.
#[wasm_bindgen]
pub fn pacers_timeout(now: f64) {
    PACERS.with(|pacers| pacers.handle_timeout(Instant::from_ms(now)));
}

/// The next function whose wait is over, above the bits of its step; negative: there is none.
#[wasm_bindgen]
pub fn pacers_expired(now: f64) -> f64 {
    PACERS.with(|pacers| match pacers.poll_expired(Instant::from_ms(now)) {
        Some((id, step)) => f64::from(id.0 << STEP_BITS | bits(step)),
        None => -1.0,
    })
}

/// How often paced functions were called.
#[wasm_bindgen]
pub fn pacers_calls() -> f64 {
    PACERS.with(|pacers| pacers.calls() as f64)
}

/// How often they ran.
#[wasm_bindgen]
pub fn pacers_invocations() -> f64 {
    PACERS.with(|pacers| pacers.invocations() as f64)
}
