//! Scans the tokens of JSON (RFC 8259): where each ends, and where a text is not JSON.
//!
//! Texts are followed by [`PADDING`] zeros. JSON allows a zero nowhere, so the end of a text needs no check of its own: the
//! zero ends every token.

/// How many zeros follow a text. It is the width of a SIMD block.
pub const PADDING: usize = 16;

/// The text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The offset of the first byte that JSON does not allow, or the length of a text that ends too early.
    pub at: usize,
}

/// Where the token ends.
pub(super) type ScanResult = Result<usize, SyntaxError>;

/// Skips white space.
#[inline]
pub(super) fn skip_whitespace(text: &[u8], mut at: usize) -> usize {
    while matches!(text[at], b' ' | b'\n' | b'\r' | b'\t') {
        at += 1;
    }
    at
}

/// Skips a member's name and the colon. Returns where its value begins.
#[inline]
pub(super) fn skip_name(text: &[u8], at: usize) -> ScanResult {
    if text[at] != b'"' {
        return Err(SyntaxError { at });
    }
    let at = skip_whitespace(text, skip_string(text, at + 1)?);
    if text[at] != b':' {
        return Err(SyntaxError { at });
    }
    Ok(skip_whitespace(text, at + 1))
}

/// Skips a string, number or literal.
#[inline]
pub(super) fn skip_scalar(text: &[u8], at: usize) -> ScanResult {
    match text[at] {
        b'"' => skip_string(text, at + 1),
        b'-' | b'0'..=b'9' => skip_number(text, at),
        b't' => skip_literal(text, at, b"true"),
        b'f' => skip_literal(text, at, b"false"),
        b'n' => skip_literal(text, at, b"null"),
        _ => Err(SyntaxError { at }),
    }
}

/// Skips the rest of a string. `at` is after the opening quote.
#[inline]
pub(super) fn skip_string(text: &[u8], at: usize) -> ScanResult {
    let at = find_special(text, at);
    if text[at] == b'"' { Ok(at + 1) } else { skip_escapes(text, at) }
}

/// As [`skip_string`], from a backslash or a byte that strings may not have.
fn skip_escapes(text: &[u8], mut at: usize) -> ScanResult {
    loop {
        match (text[at], text.get(at + 1)) {
            (b'"', _) => return Ok(at + 1),
            (b'\\', Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')) => at += 2,
            (b'\\', Some(b'u')) => {
                let end = at + 6;
                at += 2;
                while at < end {
                    if !text[at].is_ascii_hexdigit() {
                        return Err(SyntaxError { at });
                    }
                    at += 1;
                }
            }
            (b'\\', _) => return Err(SyntaxError { at: at + 1 }),
            _ => return Err(SyntaxError { at }),
        }
        at = find_special(text, at);
    }
}

/// The next byte that is a quote, a backslash or a control character, which a string may not have.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[expect(unsafe_code, reason = "vectors are loaded from pointers")]
#[inline]
fn find_special(text: &[u8], mut at: usize) -> usize {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128, v128_load, v128_or};
    let (quote, backslash, control) = (u8x16_splat(b'"'), u8x16_splat(b'\\'), u8x16_splat(0x20));
    while let Some(block) = text.get(at..at + 16) {
        // SAFETY: the block is 16 bytes long.
        let block = unsafe { v128_load(block.as_ptr().cast::<v128>()) };
        let ends = v128_or(u8x16_eq(block, quote), u8x16_eq(block, backslash));
        let mask = u8x16_bitmask(v128_or(ends, u8x16_lt(block, control)));
        if mask != 0 {
            return at + mask.trailing_zeros() as usize;
        }
        at += 16;
    }
    at
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn find_special(text: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    at + text[at..].iter().position(ends).unwrap_or(text.len() - at)
}

fn skip_number(text: &[u8], mut at: usize) -> ScanResult {
    if text[at] == b'-' {
        at += 1;
    }
    // A leading zero is the whole integer.
    at = if text[at] == b'0' { at + 1 } else { skip_digits(text, at)? };
    if text[at] == b'.' {
        at = skip_digits(text, at + 1)?;
    }
    if matches!(text[at], b'e' | b'E') {
        at += 1;
        if matches!(text[at], b'+' | b'-') {
            at += 1;
        }
        at = skip_digits(text, at)?;
    }
    Ok(at)
}

fn skip_digits(text: &[u8], mut at: usize) -> ScanResult {
    let start = at;
    while text[at].is_ascii_digit() {
        at += 1;
    }
    if at == start { Err(SyntaxError { at }) } else { Ok(at) }
}

fn skip_literal(text: &[u8], at: usize, word: &[u8]) -> ScanResult {
    for (i, byte) in word.iter().enumerate() {
        if text[at + i] != *byte {
            return Err(SyntaxError { at: at + i });
        }
    }
    Ok(at + word.len())
}

/// Skips a byte order mark and white space at the start of a text.
pub(super) fn value_start(text: &[u8]) -> usize {
    skip_whitespace(text, if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 })
}

/// Checks that only white space follows the value that ends at `at`. `len` is the length of the text without its padding.
pub(super) fn expect_end(text: &[u8], at: usize, len: usize) -> Result<(), SyntaxError> {
    let at = skip_whitespace(text, at);
    if at == len { Ok(()) } else { Err(SyntaxError { at }) }
}
