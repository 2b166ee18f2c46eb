//! Real user monitoring: distributions by number. Everything with a name stays in JavaScript, which writes the beacon.
use crate::state::State;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::stats::Histogram;

static HISTOGRAMS: State<Vec<Histogram>> = State::new(Vec::new());

/// An empty distribution.
#[wasm_bindgen]
pub fn histogram_create() -> usize {
    HISTOGRAMS.with(|histograms| {
        histograms.push(Histogram::new());
        histograms.len() - 1
    })
}

/// One measurement. What none can be is left out.
#[wasm_bindgen]
pub fn histogram_record(histogram: usize, value: f64) {
    with(histogram, |histogram| histogram.record(value));
}

/// Empties it, to be used for another.
#[wasm_bindgen]
pub fn histogram_clear(histogram: usize) {
    with(histogram, Histogram::clear);
}

/// What it is made of, one by one: scale, offset, zeros, sum, smallest, largest, how many buckets, then their counts.
#[wasm_bindgen]
pub fn histogram_part(histogram: usize, which: usize) -> f64 {
    with(histogram, |histogram| {
        let parts = histogram.parts();
        match which {
            0 => f64::from(parts.scale),
            1 => f64::from(parts.offset),
            2 => parts.zero as f64,
            3 => parts.sum,
            4 => parts.min,
            5 => parts.max,
            6 => parts.counts.len() as f64,
            bucket => parts.counts.get(bucket - 7).map_or(0.0, |count| *count as f64),
        }
    })
    .unwrap_or(0.0)
}

fn with<R>(histogram: usize, f: impl FnOnce(&mut Histogram) -> R) -> Option<R> {
    HISTOGRAMS.with(|histograms| histograms.get_mut(histogram).map(f))
}
