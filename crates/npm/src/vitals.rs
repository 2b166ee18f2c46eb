//! Trackers of web vitals by number, one per listener. JavaScript keeps the performance entries.
use crate::arena::Arena;
use crate::state::State;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::vitals::rank;
use whippet_engine::vitals::{InteractionCountEstimate, Metric, Tracker};

static TRACKERS: State<Arena<Tracker>> = State::new(Arena::new());
static INTERACTIONS: State<InteractionCountEstimate> = State::new(InteractionCountEstimate::new());

/// Creates the tracker of a listener and returns its number.
#[wasm_bindgen]
pub fn vital_create() -> usize {
    TRACKERS.with(Arena::push)
}

/// Starts a new page view, after `count` interactions in this document.
#[wasm_bindgen]
pub fn vital_begin(tracker: usize, count: f64) {
    with(tracker, |tracker| tracker.begin(count));
}

/// Adds a layout shift without recent input. Returns whether it starts a new session window.
#[wasm_bindgen]
pub fn vital_shift(tracker: usize, at: f64, value: f64) -> bool {
    with(tracker, |tracker| tracker.shift(at, value)).unwrap_or(false)
}

/// The score of the current session window.
#[wasm_bindgen]
pub fn vital_score(tracker: usize) -> f64 {
    with(tracker, |tracker| tracker.score()).unwrap_or(0.0)
}

/// Takes an event of an interaction. Returns how it ranks, a code of `whippet_boundary::vitals::rank`.
#[wasm_bindgen]
pub fn vital_event(tracker: usize, id: f64, start: f64, duration: f64) -> u32 {
    with(tracker, |tracker| tracker.event(id, start, duration) as u32).unwrap_or(rank::IGNORED)
}

/// Whether the interaction is one of the slowest, which INP may come from.
#[wasm_bindgen]
pub fn vital_has(tracker: usize, id: f64) -> bool {
    with(tracker, |tracker| tracker.is_candidate(id)).unwrap_or(false)
}

/// The id of the interaction that INP comes from: 0 if all were too short for an entry, negative if there was none.
#[wasm_bindgen]
pub fn vital_inp(tracker: usize, count: f64, is_first_view: bool) -> f64 {
    with(tracker, |tracker| tracker.inp(count, is_first_view)).flatten().map_or(-1.0, |inp| inp.id)
}

/// By how much a value differs from the last one that the listener got; NaN if it does not get this one. `wanted`: the
/// value is final, or the listener gets all.
#[wasm_bindgen]
pub fn vital_delta(tracker: usize, value: f64, wanted: bool) -> f64 {
    with(tracker, |tracker| tracker.delta(value, wanted)).flatten().unwrap_or(f64::NAN)
}

/// The code of a value's rating, by the code of its metric: `RATINGS` and `METRICS` of `whippet_boundary::vitals`.
#[wasm_bindgen]
pub fn vital_rating(metric: usize, value: f64) -> u32 {
    Metric::from_code(metric).map_or(0, |metric| metric.rate(value) as u32)
}

/// The number of interactions, estimated from their ids, in browsers that do not count them. `id`: that of another event,
/// however short, or 0.
#[wasm_bindgen]
pub fn vital_count(id: f64) -> f64 {
    INTERACTIONS.with(|count| {
        count.note(id);
        count.count()
    })
}

fn with<R>(tracker: usize, f: impl FnOnce(&mut Tracker) -> R) -> Option<R> {
    TRACKERS.with(|trackers| trackers.get_mut(tracker).map(f))
}
