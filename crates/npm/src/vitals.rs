//! Web vitals: one tracker per listener, by number. Entries stay in JavaScript.
use crate::state::State;
use alloc::boxed::Box;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::vitals::{CountEstimate, Metric, Place, Tracker};

static TRACKERS: State<Trackers> = State::new(Trackers(None));

/// All of them, the newest first. Not a `Vec`, whose growth would be a fifth of the module: there are about ten.
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
static COUNT: State<CountEstimate> = State::new(CountEstimate::new());

/// A listener; with `all_changes` it wants every value.
#[wasm_bindgen]
pub fn vital_create(all_changes: bool) -> usize {
    TRACKERS.with(|trackers| {
        trackers.push(if all_changes { const { Tracker::new(true) } } else { const { Tracker::new(false) } })
    })
}

/// A new page view begins, after `count` interactions in this document.
#[wasm_bindgen]
pub fn vital_begin(tracker: usize, count: f64) {
    with(tracker, |tracker| tracker.begin(count));
}

/// A layout shift without recent input; says whether it began a new window.
#[wasm_bindgen]
pub fn vital_shift(tracker: usize, at: f64, value: f64) -> bool {
    with(tracker, |tracker| tracker.shift(at, value)).unwrap_or(false)
}

/// The score of the present window.
#[wasm_bindgen]
pub fn vital_score(tracker: usize) -> f64 {
    with(tracker, |tracker| tracker.score()).unwrap_or(0.0)
}

/// An event of an interaction: 0 where it changes nothing, 1 where it is as slow as the slowest of its interaction,
/// 2 where it is slower.
#[wasm_bindgen]
pub fn vital_event(tracker: usize, id: f64, start: f64, duration: f64) -> u32 {
    with(tracker, |tracker| tracker.event(id, start, duration)).unwrap_or(Place::Ignored) as u32
}

/// Whether the interaction is one of the slowest.
#[wasm_bindgen]
pub fn vital_holds(tracker: usize, id: f64) -> bool {
    with(tracker, |tracker| tracker.holds(id)).unwrap_or(false)
}

/// The interaction that INP comes from: 0 where none of them was told of, negative where there is none.
#[wasm_bindgen]
pub fn vital_worst(tracker: usize, count: f64, is_first_view: bool) -> f64 {
    with(tracker, |tracker| tracker.worst(count, is_first_view)).flatten().map_or(-1.0, |worst| worst.id)
}

/// By how much a value differs from what was told last; NaN where the listener is not to be told.
#[wasm_bindgen]
pub fn vital_news(tracker: usize, value: f64, settled: bool) -> f64 {
    with(tracker, |tracker| tracker.news(value, settled)).flatten().unwrap_or(f64::NAN)
}

/// How a value is rated, from 0, good. Metrics by their place in the engine's list.
#[wasm_bindgen]
pub fn vital_rating(metric: usize, value: f64) -> u32 {
    Metric::ALL.get(metric).map_or(0, |metric| metric.rate(value) as u32)
}

/// An event of an interaction, however short, where the browser does not count them.
#[wasm_bindgen]
pub fn vital_note(id: f64) {
    COUNT.with(|count| count.note(id));
}

/// How many interactions there were, by what was noted.
#[wasm_bindgen]
pub fn vital_count() -> f64 {
    COUNT.with(|count| count.count())
}

fn with<R>(tracker: usize, f: impl FnOnce(&mut Tracker) -> R) -> Option<R> {
    TRACKERS.with(|trackers| trackers.get_mut(tracker).map(f))
}
