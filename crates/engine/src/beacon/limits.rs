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
/// Bytes of an error's stack.
pub const STACK: usize = 2048;
/// A beacon of so many bytes is worth gzip: a smaller one fits into two packets as it is.
pub const WORTH_GZIP: usize = 2048;
/// Bytes of the selector that a vital is put down to, and of who called a script.
pub const TARGET: usize = 128;
/// Bytes of an address: of a script, or of what was painted.
pub const URL: usize = 256;
/// Bytes of a word: a vital's state, the name of one of its parts, a kind of loss.
pub const WORD: usize = 32;
/// Bytes of a host with its port.
pub const HOST: usize = 128;
/// How many parts a vital has.
pub const PARTS: usize = 8;
/// How many names single measurements have.
pub const TIMINGS: usize = 64;
/// How many phases a navigation has.
pub const PHASES: usize = 16;
/// How many single measurements one name has: with more, a histogram is shorter.
pub const VALUES: usize = 16;
/// How many gauges.
pub const GAUGES: usize = 64;
/// How many sums of resources: pairs of host and kind.
pub const RESOURCES: usize = 64;
/// How many scripts.
pub const SCRIPTS: usize = 16;
/// How many scripts are watched, so that those that ran longest can be told.
pub const SCRIPTS_WATCHED: usize = 64;
/// How many routes.
pub const ROUTES: usize = 32;
/// How many frames of an error's stack are reported.
pub const FRAMES: usize = 10;
/// How many members of a thrown object are named.
pub const MEMBERS: usize = 16;
/// How many kinds of losses.
pub const DROPS: usize = 16;
/// GiB of memory that a device may claim.
pub const MEMORY: f64 = 4096.0;
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

/// `text` as the name of a figure, of at most [`NAME`] bytes: what a name may not have becomes `_`.
pub fn name(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(NAME));
    for unit in text.encode_utf16().take(NAME) {
        let byte = if unit < 128 { unit as u8 } else { b'_' };
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':' | b'/');
        out.push(if plain { char::from(byte) } else { '_' });
    }
    if out.is_empty() {
        out.push('_');
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
