//! Histograms by number, for real user monitoring. JavaScript keeps their names and writes the beacon.
use crate::arena::Arena;
use crate::state::State;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::vitals::field::{BUCKETS, COUNTS, MAX, MIN, OFFSET, SCALE, SUM, ZERO};
use whippet_engine::stats::DenseHistogram;

static HISTOGRAMS: State<Arena<DenseHistogram>> = State::new(Arena::new());

/// Creates an empty histogram and returns its number.
#[wasm_bindgen]
pub fn histogram_create() -> usize {
    let histogram = HISTOGRAMS.with(Arena::push);
    histogram_clear(histogram);
    histogram
}

/// Records a value. Negative numbers, NaN and numbers from 2^53 on are ignored.
#[wasm_bindgen]
pub fn histogram_record(histogram: usize, value: f64) {
    with(histogram, |histogram| histogram.record(value));
}

/// Empties a histogram, so that it can be used again.
#[wasm_bindgen]
pub fn histogram_clear(histogram: usize) {
    with(histogram, DenseHistogram::clear);
}

/// A field of a histogram, by the indices of `whippet_boundary::vitals::field`; from `COUNTS` on, the count of a bucket.
#[wasm_bindgen]
pub fn histogram_field(histogram: usize, field: usize) -> f64 {
    with(histogram, |histogram| {
        f64::from(match field {
            SUM => return histogram.sum(),
            MIN => return histogram.min(),
            MAX => return histogram.max(),
            SCALE => i32::from(histogram.scale()),
            OFFSET => histogram.offset(),
            ZERO => histogram.zero() as i32,
            BUCKETS => histogram.buckets(),
            bucket => histogram.count((bucket - COUNTS) as i32) as i32,
        })
    })
    .unwrap_or(0.0)
}

fn with<R>(histogram: usize, f: impl FnOnce(&mut DenseHistogram) -> R) -> Option<R> {
    HISTOGRAMS.with(|histograms| histograms.get_mut(histogram).map(f))
}
