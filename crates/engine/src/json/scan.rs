//! The words of JSON: where they end, and where a text is none (RFC 8259).
//!
//! Texts end in [`PADDING`] zeros that do not belong to them. A zero is nothing that JSON allows, so nothing here
//! asks whether the text goes on.

/// How many zeros follow a text.
pub const PADDING: usize = 16;

/// The text is no JSON, because of the byte here; or because it ends here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Counted in bytes from the start.
    pub at: usize,
}

pub(super) type Scanned = Result<usize, Fault>;

/// Past white space.
#[inline]
pub(super) fn space(text: &[u8], mut at: usize) -> usize {
    while matches!(text[at], b' ' | b'\n' | b'\r' | b'\t') {
        at += 1;
    }
    at
}

/// Past a member's name and the colon: where its value begins.
#[inline]
pub(super) fn name(text: &[u8], at: usize) -> Scanned {
    if text[at] != b'"' {
        return Err(Fault { at });
    }
    let at = space(text, string(text, at + 1)?);
    if text[at] != b':' {
        return Err(Fault { at });
    }
    Ok(space(text, at + 1))
}

/// Past a string, number or literal.
#[inline]
pub(super) fn scalar(text: &[u8], at: usize) -> Scanned {
    match text[at] {
        b'"' => string(text, at + 1),
        b'-' | b'0'..=b'9' => number(text, at),
        b't' => literal(text, at, b"true"),
        b'f' => literal(text, at, b"false"),
        b'n' => literal(text, at, b"null"),
        _ => Err(Fault { at }),
    }
}

/// Past the end of the string in whose inside `at` is.
#[inline]
pub(super) fn string(text: &[u8], at: usize) -> Scanned {
    let at = special(text, at);
    if text[at] == b'"' { Ok(at + 1) } else { escaped(text, at) }
}

/// The same, from a byte on that is not the end.
fn escaped(text: &[u8], mut at: usize) -> Scanned {
    loop {
        match (text[at], text.get(at + 1)) {
            (b'"', _) => return Ok(at + 1),
            (b'\\', Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')) => at += 2,
            (b'\\', Some(b'u')) => {
                let end = at + 6;
                at += 2;
                while at < end {
                    if !text[at].is_ascii_hexdigit() {
                        return Err(Fault { at });
                    }
                    at += 1;
                }
            }
            (b'\\', _) => return Err(Fault { at: at + 1 }),
            _ => return Err(Fault { at }),
        }
        at = special(text, at);
    }
}

/// The next byte that is a quote, a backslash or one that may not be in a string.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[expect(unsafe_code, reason = "vectors are loaded from pointers")]
#[inline]
fn special(text: &[u8], mut at: usize) -> usize {
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
fn special(text: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    at + text[at..].iter().position(ends).unwrap_or(text.len() - at)
}

fn number(text: &[u8], mut at: usize) -> Scanned {
    if text[at] == b'-' {
        at += 1;
    }
    // No digit follows a zero at the start.
    at = if text[at] == b'0' { at + 1 } else { digits(text, at)? };
    if text[at] == b'.' {
        at = digits(text, at + 1)?;
    }
    if matches!(text[at], b'e' | b'E') {
        at += 1;
        if matches!(text[at], b'+' | b'-') {
            at += 1;
        }
        at = digits(text, at)?;
    }
    Ok(at)
}

fn digits(text: &[u8], mut at: usize) -> Scanned {
    let start = at;
    while text[at].is_ascii_digit() {
        at += 1;
    }
    if at == start { Err(Fault { at }) } else { Ok(at) }
}

fn literal(text: &[u8], at: usize, word: &[u8]) -> Scanned {
    for (i, byte) in word.iter().enumerate() {
        if text[at + i] != *byte {
            return Err(Fault { at: at + i });
        }
    }
    Ok(at + word.len())
}

/// Past a byte order mark and white space: where the value of a text begins.
pub(super) fn start(text: &[u8]) -> usize {
    space(text, if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 })
}

/// Nothing but white space may follow the value that ends at `at`; `len` is the text's without its padding.
pub(super) fn end(text: &[u8], at: usize, len: usize) -> Result<(), Fault> {
    let at = space(text, at);
    if at == len { Ok(()) } else { Err(Fault { at }) }
}
