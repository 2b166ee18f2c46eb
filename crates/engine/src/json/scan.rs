//! Scans the tokens of JSON (RFC 8259): where each ends, and where a text is not JSON.
//!
//! Texts are followed by [`PADDING`] zeros. JSON allows a zero nowhere, so the end of a text needs no check of its own: the
//! zero ends every token.
use super::checked::Checked;

/// How many zeros follow a text. It is the width of a SIMD block, so that the last one of a text is there too.
pub const PADDING: usize = 16;

/// The text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The offset of the first byte that JSON does not allow, or the length of a text that ends too early.
    pub at: usize,
}

/// Where a token ends. If JSON does not allow what is there: the complement (`!`) of the place of the first such byte. It is
/// one number, as a `Result` would go through memory at each of many calls. No text is longer than `isize::MAX`.
pub(super) type End = isize;

/// The end that a scan gave. If there is none, the function around it returns with what the scan gave.
macro_rules! end_of {
    ($scan:expr) => {{
        let end: End = $scan;
        if end < 0 {
            return end;
        }
        end as usize
    }};
}
pub(super) use end_of;

/// JSON does not allow the byte at `at`.
pub(super) fn fault(at: usize) -> End {
    !(at as isize)
}

/// Skips white space. Most texts have none.
#[inline]
pub(super) fn skip_whitespace(text: &Checked<u8>, at: usize) -> usize {
    if text[at] > b' ' { at } else { skip_spaces(text, at) }
}

#[inline(never)]
fn skip_spaces(text: &Checked<u8>, mut at: usize) -> usize {
    while matches!(text[at], b' ' | b'\n' | b'\r' | b'\t') {
        at += 1;
    }
    at
}

/// Skips a member's name and the colon. Returns where its value begins.
#[inline(never)]
pub(super) fn skip_name(text: &Checked<u8>, at: usize) -> End {
    if text[at] != b'"' {
        return fault(at);
    }
    let at = skip_whitespace(text, end_of!(skip_string(text, at + 1)));
    if text[at] != b':' {
        return fault(at);
    }
    skip_whitespace(text, at + 1) as End
}

/// Skips a string, number or literal.
#[inline]
pub(super) fn skip_scalar(text: &Checked<u8>, at: usize) -> End {
    match text[at] {
        b'"' => skip_string(text, at + 1),
        b'-' | b'0'..=b'9' => skip_number(text, at),
        b't' => skip_literal(text, at, b"true"),
        b'f' => skip_literal(text, at, b"false"),
        b'n' => skip_literal(text, at, b"null"),
        _ => fault(at),
    }
}

/// Skips the rest of a string. `at` is after the opening quote.
#[inline(never)]
pub(super) fn skip_string(text: &Checked<u8>, at: usize) -> End {
    let at = find_special(text, at);
    if text[at] == b'"' { (at + 1) as End } else { skip_escapes(text, at) }
}

/// As [`skip_string`], from a backslash or a byte that strings may not have.
fn skip_escapes(text: &Checked<u8>, mut at: usize) -> End {
    loop {
        match (text[at], text[at + 1]) {
            (b'"', _) => return (at + 1) as End,
            (b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
            (b'\\', b'u') => {
                let end = at + 6;
                at += 2;
                while at < end {
                    if !text[at].is_ascii_hexdigit() {
                        return fault(at);
                    }
                    at += 1;
                }
            }
            (b'\\', _) => return fault(at + 1),
            _ => return fault(at),
        }
        at = find_special(text, at);
    }
}

/// The next byte that is a quote, a backslash or a control character, which a string may not have.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[expect(unsafe_code, reason = "vectors are loaded from pointers")]
#[inline]
fn find_special(text: &Checked<u8>, mut at: usize) -> usize {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128, v128_load, v128_or};
    let (quote, backslash, control) = (u8x16_splat(b'"'), u8x16_splat(b'\\'), u8x16_splat(0x20));
    loop {
        let block = &text[at..at + 16];
        // SAFETY: the block is 16 bytes long.
        let block = unsafe { v128_load(block.as_ptr().cast::<v128>()) };
        let ends = v128_or(u8x16_eq(block, quote), u8x16_eq(block, backslash));
        let mask = u8x16_bitmask(v128_or(ends, u8x16_lt(block, control)));
        if mask != 0 {
            return at + mask.trailing_zeros() as usize;
        }
        at += 16;
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn find_special(text: &Checked<u8>, at: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    at + text[at..].iter().position(ends).unwrap_or(text.len() - at)
}

fn skip_number(text: &Checked<u8>, mut at: usize) -> End {
    if text[at] == b'-' {
        at += 1;
    }
    // A leading zero is the whole integer.
    at = if text[at] == b'0' { at + 1 } else { end_of!(skip_digits(text, at)) };
    if text[at] == b'.' {
        at = end_of!(skip_digits(text, at + 1));
    }
    if matches!(text[at], b'e' | b'E') {
        at += 1;
        if matches!(text[at], b'+' | b'-') {
            at += 1;
        }
        at = end_of!(skip_digits(text, at));
    }
    at as End
}

#[inline(never)]
fn skip_digits(text: &Checked<u8>, mut at: usize) -> End {
    let start = at;
    while text[at].is_ascii_digit() {
        at += 1;
    }
    if at == start { fault(at) } else { at as End }
}

fn skip_literal(text: &Checked<u8>, at: usize, word: &[u8]) -> End {
    for (i, byte) in word.iter().enumerate() {
        if text[at + i] != *byte {
            return fault(at + i);
        }
    }
    (at + word.len()) as End
}

/// Skips a byte order mark and white space at the start of a text.
pub(super) fn value_start(text: &Checked<u8>) -> usize {
    skip_whitespace(text, if text.first_chunk() == Some(b"\xef\xbb\xbf") { 3 } else { 0 })
}

/// Checks that only white space follows the value that ends at `at`. `len` is the length of the text without its padding.
pub(super) fn expect_end(text: &Checked<u8>, at: usize, len: usize) -> End {
    let at = skip_whitespace(text, at);
    if at == len { at as End } else { fault(at) }
}
