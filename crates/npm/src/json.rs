//! JSON bodies: kept, compared and read in wasm memory; values are made in JavaScript.
use crate::state::{Late, State};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use whippet_engine::json::{Bodies, BodyId, Budget, Outcome, Progress, ReceiptId};

static BODIES: Late<Bodies> = Late::new();
/// What the last `json_finish` left.
static LEFT: State<[u32; 5]> = State::new([0; 5]);

/// No body.
const NONE: u32 = 0;

/// Begins, with four words by chance. Gives the memory that addresses point into.
#[wasm_bindgen]
pub fn json_start(a: u32, b: u32, c: u32, d: u32) -> JsValue {
    BODIES.with(|bodies| bodies.set_seed([a, b, c, d]));
    wasm_bindgen::memory()
}

/// How many bytes are kept, of one body and of all.
#[wasm_bindgen]
pub fn json_budget(body: usize, total: usize) {
    BODIES.with(|bodies| bodies.set_budget(Budget { body, total }));
}

/// A body begins to arrive; `previous` is what `json_keep` gave the last time, or 0; `expected` is how long it is
/// likely to be, or 0.
#[wasm_bindgen]
pub fn json_begin(previous: u32, expected: usize) -> u32 {
    let previous = if previous == NONE { None } else { Some(BodyId(previous)) };
    BODIES.with(|bodies| bodies.begin(previous, expected).0)
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

/// That was all. `held`: the previous value is at hand. 0: it is the value of this one, too. 1: a patch makes it. 2:
/// all must be parsed, and nothing of the previous one is in it. 3: all must be parsed.
#[wasm_bindgen]
pub fn json_finish(receipt: u32, held: bool) -> u32 {
    BODIES.with(|bodies| {
        let outcome = bodies.finish(ReceiptId(receipt), held);
        let (program, slices) = (bodies.program(), bodies.slices());
        LEFT.with(|left| {
            *left = [
                program.as_ptr() as usize as u32,
                program.len() as u32,
                slices.as_ptr() as usize as u32,
                slices.len() as u32,
                bodies.compared(ReceiptId(receipt)) as u32,
            ];
        });
        match outcome {
            Outcome::Same => 0,
            Outcome::Patch => 1,
            Outcome::Whole => 2,
            Outcome::Unknown => 3,
        }
    })
}

/// Where the five words are that the last `json_finish` left: where the program is, and how many words; where the
/// slices are, and how many bytes; and how many bytes were compared.
#[wasm_bindgen]
pub fn json_left() -> usize {
    LEFT.with(|left| left.as_ptr() as usize)
}

/// After the end: how many bytes of it are JSON, before the one that is not; -1 if all is.
#[wasm_bindgen]
pub fn json_fault(receipt: u32) -> f64 {
    BODIES.with(|bodies| bodies.fault(ReceiptId(receipt)).map_or(-1.0, |fault| fault.at as f64))
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
    let figures = [stats.received, stats.compared, stats.spared, stats.kept, stats.evicted, stats.scanned];
    figures.get(which as usize).copied().unwrap_or(0) as f64
}
