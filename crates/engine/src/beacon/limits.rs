//! How much a beacon may hold. The encoder keeps to these bounds, and the decoder refuses what breaks them.
use alloc::string::String;

/// Bytes of a beacon as Whippet sends it. Browsers give all that is on its way at once 64 KiB.
pub const BYTES: usize = 60 * 1024;
/// Bytes of a beacon that is still read: what `sendBeacon` can send at most.
pub const READ_BYTES: usize = 64 * 1024;
/// Bytes of `id`, `session` and `view`: letters, digits, `-` and `_`.
pub const ID: usize = 64;
/// Bytes of `app` and `release`.
pub const LABEL: usize = 64;
/// Bytes of `page`.
pub const PAGE: usize = 512;
/// Bytes of the name of a counter or a histogram.
pub const NAME: usize = 96;
/// Bytes of an error's message.
pub const MESSAGE: usize = 512;
/// Bytes of an error's source.
pub const SOURCE: usize = 256;
/// How many counters.
pub const COUNTERS: usize = 64;
/// How many histograms.
pub const HISTOGRAMS: usize = 64;
/// How many different errors.
pub const ERRORS: usize = 32;
/// No count is larger: the largest integer below which a JavaScript number holds each (2^53 - 1).
pub const COUNT: u64 = (1 << 53) - 1;

/// `text` as a line of at most `bytes` bytes: control characters become spaces.
pub fn line(text: &str, bytes: usize) -> String {
    let mut out = String::new();
    for c in cut(text, bytes).chars() {
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

/// The longest beginning of `text` that has at most `bytes` bytes and cuts no character.
pub fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // `get`, not an index: no panic to carry.
    text.get(..end).unwrap_or("")
}
