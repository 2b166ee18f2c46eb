//! Deltas as edits: any bytes as a delta make a bounded body or an error, and what is written is read again.
#![no_main]
use libfuzzer_sys::fuzz_target;
use whippet_delta::edits::{apply, write};

const LIMIT: usize = 1 << 16;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (old, other) = input;
    if let Ok(body) = apply(old, other, LIMIT) {
        assert!(body.len() <= LIMIT);
    }
    let delta = write(old, other);
    assert_eq!(apply(old, &delta, usize::MAX).as_deref(), Ok(other));
    // Never more than the body, a head of 15 bytes for each 32 of it, and those of its ends.
    assert!(delta.len() <= 64 + other.len() + other.len() / 32 * 15);
});
