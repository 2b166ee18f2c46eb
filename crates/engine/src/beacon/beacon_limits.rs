//! How much a beacon may hold. The queue keeps to these limits; the decoder refuses a beacon that exceeds them.
use alloc::string::String;

/// Bytes of a beacon that Whippet sends. Browsers allow 64 KiB in flight at once, headers included.
pub const BYTES: usize = 60 * 1024;
/// Bytes of a beacon that a reader accepts: the most that `sendBeacon` can send.
pub const READ_BYTES: usize = 64 * 1024;
/// Bytes that make a queue due at once.
pub const FULL: usize = BYTES / 2;
/// Beacons of one flush. Browsers allow 64 KiB in flight at once, so later ones are less and less likely to arrive.
pub const MAX_BEACONS: usize = 4;
/// Bytes of `id`, `session` and `view`: letters, digits, `-` and `_`.
pub const ID: usize = 64;
/// Bytes of `app` and `release`.
pub const LABEL: usize = 64;
/// Bytes of `page`.
pub const PAGE: usize = 512;
/// Bytes of the name of a counter, a gauge, a timing or a histogram.
pub const NAME: usize = 96;
/// Bytes of an error's message.
pub const MESSAGE: usize = 512;
/// Bytes of an error's source.
pub const SOURCE: usize = 256;
/// Counters.
pub const COUNTERS: usize = 64;
/// Histograms.
pub const HISTOGRAMS: usize = 64;
/// Different errors.
pub const ERRORS: usize = 32;
/// Bytes of an error's stack.
pub const STACK: usize = 2048;
/// A beacon of at least this many bytes is worth gzip: a smaller one fits into two packets uncompressed.
pub const WORTH_GZIP: usize = 2048;
/// Bytes of the selector in a vital's attribution, and of a script's invoker.
pub const TARGET: usize = 128;
/// Bytes of the URL of a script or of a painted resource.
pub const URL: usize = 256;
/// Bytes of a word: a vital's state, the name of a phase, a kind of drop.
pub const WORD: usize = 32;
/// Bytes of a host with its port.
pub const HOST: usize = 128;
/// Phases of a vital.
pub const VITAL_PHASES: usize = 8;
/// Names of timings.
pub const TIMINGS: usize = 64;
/// Phases of a navigation.
pub const PHASES: usize = 16;
/// Single values of one timing. Beyond, a histogram is shorter.
pub const VALUES: usize = 16;
/// Gauges.
pub const GAUGES: usize = 64;
/// Sums of resources: pairs of host and kind.
pub const RESOURCES: usize = 64;
/// Scripts of long animation frames.
pub const SCRIPTS: usize = 16;
/// Scripts that a page view sums up, so that those that ran longest can be reported.
pub const SCRIPTS_WATCHED: usize = 64;
/// Routes.
pub const ROUTES: usize = 32;
/// Frames of an error's stack.
pub const FRAMES: usize = 10;
/// Member names of a thrown object.
pub const MEMBERS: usize = 16;
/// Kinds of drops.
pub const DROPS: usize = 16;
/// A device's memory, GiB.
pub const MEMORY: f64 = 4096.0;
/// The largest count: JavaScript's `Number.MAX_SAFE_INTEGER`, 2^53 - 1.
pub const COUNT: u64 = (1 << 53) - 1;

/// `text` as a line of at most `bytes` bytes: control characters become spaces.
pub fn line(text: &str, bytes: usize) -> String {
    let text = cut(text, bytes);
    let mut out = String::with_capacity(text.len());
    out.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
    out
}

/// `text` as a name of at most [`NAME`] bytes: characters that a name may not have become `_`.
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

/// The longest prefix of `text` of at most `bytes` bytes that ends between characters.
pub fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // Indexing would add the code of a panic.
    text.get(..end).unwrap_or("")
}
