//! JSON bodies: kept and compared in wasm memory, parsed in JavaScript.
use crate::state::State;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use whippet_engine::json::{Bodies, BodyId, Budget, Outcome, Progress, ReceiptId};

static BODIES: State<Bodies> = State::new();

/// No body.
const NONE: u32 = 0;

/// The memory that addresses point into.
#[wasm_bindgen]
pub fn json_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// How many bytes are kept, of one body and of all.
#[wasm_bindgen]
pub fn json_budget(body: usize, total: usize) {
    BODIES.with(|bodies| bodies.set_budget(Budget { body, total }));
}

/// A body begins to arrive; `previous` is what `json_keep` gave the last time, or 0.
#[wasm_bindgen]
pub fn json_begin(previous: u32) -> u32 {
    let previous = if previous == NONE { None } else { Some(BodyId(previous)) };
    BODIES.with(|bodies| bodies.begin(previous).0)
}

/// Where to put the next `len` bytes.
#[wasm_bindgen]
pub fn json_room(receipt: u32, len: usize) -> usize {
    BODIES.with(|bodies| bodies.room(ReceiptId(receipt), len).as_ptr() as usize)
}

/// They are there. Whether the body is too long to be kept.
#[wasm_bindgen]
pub fn json_received(receipt: u32) -> bool {
    BODIES.with(|bodies| bodies.received(ReceiptId(receipt)) == Progress::TooLong)
}

/// That was all. Whether it is the previous body.
#[wasm_bindgen]
pub fn json_finish(receipt: u32) -> bool {
    BODIES.with(|bodies| bodies.finish(ReceiptId(receipt)) == Outcome::Unchanged)
}

/// Where the bytes of a body are.
#[wasm_bindgen]
pub fn json_bytes(receipt: u32) -> usize {
    BODIES.with(|bodies| bodies.bytes(ReceiptId(receipt)).as_ptr() as usize)
}

/// How many there are.
#[wasm_bindgen]
pub fn json_length(receipt: u32) -> usize {
    BODIES.with(|bodies| bodies.bytes(ReceiptId(receipt)).len())
}

/// It need not be parsed.
#[wasm_bindgen]
pub fn json_spare(receipt: u32) {
    BODIES.with(|bodies| bodies.spare(ReceiptId(receipt)));
}

/// Keeps it for the next time; 0 where it is not kept.
#[wasm_bindgen]
pub fn json_keep(receipt: u32) -> u32 {
    BODIES.with(|bodies| bodies.keep(ReceiptId(receipt)).map_or(NONE, |id| id.0))
}

/// Lets it go.
#[wasm_bindgen]
pub fn json_discard(receipt: u32) {
    BODIES.with(|bodies| bodies.discard(ReceiptId(receipt)));
}

/// Lets a kept one go.
#[wasm_bindgen]
pub fn json_forget(body: u32) {
    BODIES.with(|bodies| bodies.forget(BodyId(body)));
}

/// One figure, in the order of `Stats`' fields.
#[wasm_bindgen]
pub fn json_stat(which: u32) -> f64 {
    let stats = BODIES.with(|bodies| bodies.stats());
    let figures = [stats.received, stats.compared, stats.spared, stats.kept, stats.evicted];
    figures.get(which as usize).copied().unwrap_or(0) as f64
}
