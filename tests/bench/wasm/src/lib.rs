//! The work of the byte engine on a body, without JavaScript, to compare with a plain copy.
#![expect(unsafe_code, reason = "exports have names that nothing may repeat")]
use std::cell::RefCell;
use whippet_engine::json::{Bodies, Budget, IncomingId, common_prefix};

/// Two texts that are equal, room for a copy, and the same text in the engine.
struct Bench {
    texts: [Vec<u8>; 3],
    bodies: Bodies,
    incoming: IncomingId,
}

thread_local! {
    static BENCH: RefCell<Option<Bench>> = const { RefCell::new(None) };
}

fn with(f: impl FnOnce(&mut Bench) -> usize) -> usize {
    BENCH.with_borrow_mut(|bench| bench.as_mut().map_or(0, f))
}

/// The address at which the host writes the text of `len` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn text(len: usize) -> *mut u8 {
    let mut bodies = Bodies::new(Budget { body: usize::MAX >> 1, total: usize::MAX >> 1 });
    let incoming = bodies.begin(None, len);
    let bench = Bench { texts: [vec![0; len], vec![0; len], vec![0; len]], bodies, incoming };
    BENCH.with_borrow_mut(|place| place.insert(bench).texts[0].as_mut_ptr())
}

/// The host has written the text.
#[unsafe(no_mangle)]
pub extern "C" fn ready() {
    with(|Bench { texts: [text, equal, _], bodies, incoming }| {
        equal.copy_from_slice(text);
        bodies.room(*incoming, text.len()).copy_from_slice(text);
        bodies.received(*incoming);
        bodies.finish(*incoming, false);
        0
    });
}

/// Copies the text.
#[unsafe(no_mangle)]
pub extern "C" fn copy() -> usize {
    with(|Bench { texts: [text, _, room], .. }| {
        room.copy_from_slice(text);
        room.len()
    })
}

/// Compares the text with an equal one; returns its length.
#[unsafe(no_mangle)]
pub extern "C" fn compare() -> usize {
    with(|Bench { texts: [text, equal, _], .. }| common_prefix(text, equal))
}

/// Reads the text word by word and makes its tape; returns the length of the text if it is JSON.
#[unsafe(no_mangle)]
pub extern "C" fn scan() -> usize {
    with(|Bench { texts: [text, ..], bodies, incoming }| match bodies.syntax_error(*incoming) {
        None => text.len(),
        Some(error) => error.at,
    })
}
