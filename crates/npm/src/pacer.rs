//! Debounced and throttled functions by id, and the deadlines of all others. The functions themselves stay in JavaScript.
use crate::rows::StaticRows;
use crate::state::State;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::pacer::NONE as NO_TIMER;
use whippet_engine::pace::{Expired, PacerId, Pacing, Row, TimerId, Timers};
use whippet_engine::time::{Duration, Instant};

static TIMERS: State<Timers<StaticRows<Row>>> = State::new(Timers::new(StaticRows::new()));

/// The delay for `setTimeout`; `NONE`: no timer is needed.
#[wasm_bindgen]
pub fn pace_arm(now: f64) -> f64 {
    TIMERS.with(|timers| timers.arm(Instant::from_ms(now)).map_or(f64::from(NO_TIMER), Duration::as_ms))
}

/// The timer fired, the latest that was armed or an earlier one.
#[wasm_bindgen]
pub fn pace_timeout(now: f64, latest: bool) {
    TIMERS.with(|timers| timers.handle_timeout(Instant::from_ms(now), latest));
}

/// The next pacer or timer whose deadline expired; 0: there is none. No pacer has the id of a timer.
#[wasm_bindgen]
pub fn pace_expired() -> u32 {
    match TIMERS.with(Timers::poll) {
        None => 0,
        Some(Expired::Pacer(PacerId(id)) | Expired::Timer(TimerId(id))) => id,
    }
}

/// The monotonic time.
#[wasm_bindgen]
pub fn pace_now(now: f64) -> f64 {
    TIMERS.with(|timers| timers.monotonic(Instant::from_ms(now)).as_ms())
}

/// Sets a deadline after so many ms, which are finite. Returns its id, which is spent when it expires or is cleared.
#[wasm_bindgen]
pub fn pace_set(now: f64, delay: f64) -> u32 {
    TIMERS.with(|timers| {
        let at = timers.monotonic(Instant::from_ms(now)) + Duration::from_ms(delay);
        timers.set(at).0
    })
}

/// Clears a deadline.
#[wasm_bindgen]
pub fn pace_clear(timer: u32) {
    TIMERS.with(|timers| timers.clear(TimerId(timer)));
}

/// Adds a paced function: the wait in ms, `maxWait` in ms or NaN, and the two edges.
#[wasm_bindgen]
pub fn pacer_create(wait: f64, max_wait: f64, leading: bool, trailing: bool) -> u32 {
    let max_wait = if max_wait.is_nan() { None } else { Some(Duration::from_ms(max_wait)) };
    let pacing = Pacing::of(Duration::from_ms(wait), max_wait, leading, trailing);
    TIMERS.with(|timers| timers.pacer_create(pacing).0)
}

/// The function was garbage-collected.
#[wasm_bindgen]
pub fn pacer_release(id: u32) {
    TIMERS.with(|timers| timers.pacer_release(PacerId(id)));
}

/// The function was called, and before that at `last`. Returns [`whippet_boundary::pacer::EFFECTS`].
#[wasm_bindgen]
pub fn pacer_call(id: u32, now: f64, last: f64) -> u32 {
    TIMERS.with(|timers| timers.pacer_call(PacerId(id), Instant::from_ms(now), Instant::from_ms(last))).0
}

/// Until this time, calls after that at `last` need not be passed on; `-Infinity`: nothing waits.
#[wasm_bindgen]
pub fn pacer_until(id: u32, last: f64) -> f64 {
    TIMERS.with(|timers| timers.pacer_until(PacerId(id), Instant::from_ms(last)).as_ms())
}

/// Runs a call now whose arguments wait. Returns effects.
#[wasm_bindgen]
pub fn pacer_flush(id: u32, now: f64, has_args: bool) -> u32 {
    TIMERS.with(|timers| timers.pacer_flush(PacerId(id), Instant::from_ms(now), has_args)).0
}

/// Returns effects.
#[wasm_bindgen]
pub fn pacer_cancel(id: u32) -> u32 {
    TIMERS.with(|timers| timers.pacer_cancel(PacerId(id))).0
}

/// `pace_expired` named the pacer, which was called at `last`. Returns effects.
#[wasm_bindgen]
pub fn pacer_expired(id: u32, now: f64, last: f64, has_args: bool) -> u32 {
    TIMERS
        .with(|timers| {
            timers.pacer_expired(PacerId(id), Instant::from_ms(now), Instant::from_ms(last), has_args)
        })
        .0
}
