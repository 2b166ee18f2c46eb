//! Batches.
use super::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::pace::{BatchId, Batching, Joined};
use whippet_engine::time::{Duration, Instant};

/// Adds a batched function: items, perhaps `Infinity`, and ms.
#[wasm_bindgen]
pub fn batch_create(max_size: f64, max_wait: f64) -> u32 {
    let batching = Batching { max_size: max_size as u32, max_wait: Duration::from_ms(max_wait) };
    PACE.with(|pace| pace.batches.create(batching).0)
}

/// The function is gone.
#[wasm_bindgen]
pub fn batch_release(id: u32) {
    PACE.with(|pace| pace.batches.release(&mut pace.alarms, BatchId(id)));
}

/// An item was asked for: 0 it waits, 1 until the turn ends, 2 until the timer fires, 3 the batch goes.
#[wasm_bindgen]
pub fn batch_join(id: u32, now: f64) -> u32 {
    PACE.with(|pace| match pace.batches.join(&mut pace.alarms, BatchId(id), Instant::from_ms(now)) {
        Joined::Waits => 0,
        Joined::OpensTurn => 1,
        Joined::Opens => 2,
        Joined::Goes => 3,
    })
}

/// One was asked for that waits already.
#[wasm_bindgen]
pub fn batch_share() {
    PACE.with(|pace| pace.batches.share());
}

/// The batch is closed, to go or to be cancelled.
#[wasm_bindgen]
pub fn batch_close(id: u32, goes: bool) {
    PACE.with(|pace| pace.batches.close(&mut pace.alarms, BatchId(id), goes));
}
