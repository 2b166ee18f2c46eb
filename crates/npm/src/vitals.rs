//! Trackers of web vitals by number, one per listener. JavaScript keeps the performance entries.
use crate::state::State;
use alloc::boxed::Box;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::vitals::rank;
use whippet_engine::vitals::{InteractionCountEstimate, Metric, Tracker};

static TRACKERS: State<Trackers> = State::new(Trackers(None));

/// A linked list, the newest tracker first. There are about ten; the code that grows a `Vec` would be a fifth of the module.
struct Trackers(Option<Box<Link>>);

struct Link {
    number: usize,
    tracker: Tracker,
    older: Option<Box<Link>>,
}

impl Trackers {
    fn push(&mut self, tracker: Tracker) -> usize {
        let number = self.0.as_ref().map_or(0, |link| link.number + 1);
        self.0 = Some(Box::new(Link { number, tracker, older: self.0.take() }));
        number
    }

    fn get_mut(&mut self, number: usize) -> Option<&mut Tracker> {
        let mut link = self.0.as_mut()?;
        while link.number != number {
            link = link.older.as_mut()?;
        }
        Some(&mut link.tracker)
    }
}

static INTERACTIONS: State<InteractionCountEstimate> = State::new(InteractionCountEstimate::new());

/// Creates the tracker of a listener and returns its number. With `all_changes` the listener gets every value.
#[wasm_bindgen]
pub fn vital_create(all_changes: bool) -> usize {
    TRACKERS.with(|trackers| {
        trackers.push(if all_changes { const { Tracker::new(true) } } else { const { Tracker::new(false) } })
    })
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

/// By how much a value differs from the last one that the listener got; NaN if it does not get this one.
#[wasm_bindgen]
pub fn vital_delta(tracker: usize, value: f64, settled: bool) -> f64 {
    with(tracker, |tracker| tracker.delta(value, settled)).flatten().unwrap_or(f64::NAN)
}

/// The code of a value's rating, by the code of its metric: `RATINGS` and `METRICS` of `whippet_boundary::vitals`.
#[wasm_bindgen]
pub fn vital_rating(metric: usize, value: f64) -> u32 {
    Metric::ALL.get(metric).map_or(0, |metric| metric.rate(value) as u32)
}

/// Takes the `interactionId` of an event, however short, in browsers that do not count interactions.
#[wasm_bindgen]
pub fn vital_note(id: f64) {
    INTERACTIONS.with(|count| count.note(id));
}

/// The number of interactions, estimated from the ids that `vital_note` took.
#[wasm_bindgen]
pub fn vital_count() -> f64 {
    INTERACTIONS.with(|count| count.count())
}

fn with<R>(tracker: usize, f: impl FnOnce(&mut Tracker) -> R) -> Option<R> {
    TRACKERS.with(|trackers| trackers.get_mut(tracker).map(f))
}
