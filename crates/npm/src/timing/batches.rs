//! Batches.
use super::state::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::timing::{FILLS, OPENS_TASK, OPENS_TIMER, WAITS};
use whippet_engine::pace::{BatchId, BatchOptions, Enqueued};
use whippet_engine::time::{Duration, Instant};

/// Adds a batched function: `maxSize`, which may be `Infinity`, and `maxWait` in ms.
#[wasm_bindgen]
pub fn batch_create(max_size: f64, max_wait: f64) -> u32 {
    let options = BatchOptions { max_size: max_size as u32, max_wait: Duration::from_ms(max_wait) };
    PACE.with(|pace| pace.batches.create(options).0)
}

/// The function was garbage-collected.
#[wasm_bindgen]
pub fn batch_release(id: u32) {
    PACE.with(|pace| pace.batches.release(&mut pace.timers, BatchId(id)));
}

/// Adds a requested item: what it does to the batch, encoded as [`whippet_boundary::timing::ENQUEUED`].
#[wasm_bindgen]
pub fn batch_enqueue(id: u32, now: f64) -> u32 {
    PACE.with(|pace| match pace.batches.enqueue(&mut pace.timers, BatchId(id), Instant::from_ms(now)) {
        Enqueued::Waits => WAITS,
        Enqueued::OpensTask => OPENS_TASK,
        Enqueued::OpensTimer => OPENS_TIMER,
        Enqueued::Fills => FILLS,
    })
}

/// Counts a request for an item that waits already.
#[wasm_bindgen]
pub fn batch_share() {
    PACE.with(|pace| pace.batches.share());
}

/// Closes the batch, to dispatch or to cancel it.
#[wasm_bindgen]
pub fn batch_close(id: u32, dispatch: bool) {
    PACE.with(|pace| pace.batches.close(&mut pace.timers, BatchId(id), dispatch));
}
