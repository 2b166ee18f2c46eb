//! JSON bodies: kept, compared and scanned in wasm memory. JavaScript makes the values.
use crate::state::State;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::json::{COMPARED, EVICTED, KEPT, NO_BODY, RESULT_WORDS, SCANNED};
use whippet_engine::json::{Bodies, BodyId, Budget, IncomingId, Progress};

static BODIES: State<Bodies> = State::new(Bodies::DEFAULT);
/// What [`json_result`] gives.
static RESULT: State<[u32; RESULT_WORDS as usize]> = State::new([0; RESULT_WORDS as usize]);

/// Starts the engine with four random words, the seed of its hashes.
#[wasm_bindgen]
pub fn json_start(a: u32, b: u32, c: u32, d: u32) {
    BODIES.with(|bodies| bodies.set_seed([a, b, c, d]));
}

/// Sets how many bytes are kept, of one body and of all.
#[wasm_bindgen]
pub fn json_budget(body: usize, total: usize) {
    BODIES.with(|bodies| bodies.set_budget(Budget { body, total }));
}

/// Begins a body. `previous` is the id that `json_keep` gave the last one, or `NO_BODY`. `expected` is its likely length
/// in bytes, or 0.
#[wasm_bindgen]
pub fn json_begin(previous: u32, expected: usize) -> u32 {
    let previous = if previous == NO_BODY { None } else { Some(BodyId(previous)) };
    BODIES.with(|bodies| bodies.begin(previous, expected).0)
}

/// The address for the next `len` bytes.
#[wasm_bindgen]
pub fn json_room(incoming: u32, len: usize) -> usize {
    BODIES.with(|bodies| bodies.room(IncomingId(incoming), len).as_ptr() as usize)
}

/// The host has written the bytes. Returns whether the body is too long to be kept.
#[wasm_bindgen]
pub fn json_received(incoming: u32) -> bool {
    BODIES.with(|bodies| bodies.received(IncomingId(incoming)) == Progress::TooLong)
}

/// Ends a body. `held` says whether the host has the previous value. Returns an `Outcome` as a number.
#[wasm_bindgen]
pub fn json_finish(incoming: u32, held: bool) -> u32 {
    BODIES.with(|bodies| {
        let outcome = bodies.finish(IncomingId(incoming), held);
        let (program, slices) = (bodies.program(), bodies.slices());
        RESULT.with(|result| {
            *result = [
                program.as_ptr() as usize as u32,
                program.len() as u32,
                slices.as_ptr() as usize as u32,
                slices.len() as u32,
                bodies.compared(IncomingId(incoming)) as u32,
            ];
        });
        outcome as u32
    })
}

/// The address of the `RESULT_WORDS` words that the last `json_finish` wrote.
#[wasm_bindgen]
pub fn json_result() -> usize {
    RESULT.with(|result| result.as_ptr() as usize)
}

/// The offset of the first byte of an ended body that JSON does not allow, or -1 if the body is JSON.
#[wasm_bindgen]
pub fn json_error(incoming: u32) -> f64 {
    BODIES.with(|bodies| bodies.syntax_error(IncomingId(incoming)).map_or(-1.0, |error| error.at as f64))
}

/// The address of the bytes of a body.
#[wasm_bindgen]
pub fn json_bytes(incoming: u32) -> usize {
    BODIES.with(|bodies| bodies.bytes(IncomingId(incoming)).as_ptr() as usize)
}

/// The number of those bytes.
#[wasm_bindgen]
pub fn json_length(incoming: u32) -> usize {
    BODIES.with(|bodies| bodies.bytes(IncomingId(incoming)).len())
}

/// Keeps a body for the next time. Returns its id, or `NO_BODY` if the budget has no room for it.
#[wasm_bindgen]
pub fn json_keep(incoming: u32) -> u32 {
    BODIES.with(|bodies| bodies.keep(IncomingId(incoming)).map_or(NO_BODY, |id| id.0))
}

/// Discards an arriving body.
#[wasm_bindgen]
pub fn json_discard(incoming: u32) {
    BODIES.with(|bodies| bodies.discard(IncomingId(incoming)));
}

/// Drops a kept body.
#[wasm_bindgen]
pub fn json_forget(body: u32) {
    BODIES.with(|bodies| bodies.forget(BodyId(body)));
}

/// One of the figures that the boundary lists.
#[wasm_bindgen]
pub fn json_stat(which: u32) -> f64 {
    let stats = BODIES.with(|bodies| bodies.stats());
    let bytes = match which {
        COMPARED => stats.compared,
        KEPT => stats.kept,
        EVICTED => stats.evicted,
        SCANNED => stats.scanned,
        _ => 0,
    };
    bytes as f64
}
