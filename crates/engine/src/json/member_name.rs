//! Whether two members have the same name, however it is escaped.
use super::sip::{Seed, Sip, sip};

/// Whether two names, with their quotes, are the same string in JavaScript.
pub(super) fn same_name(a: &[u8], b: &[u8]) -> bool {
    a == b || (!(is_plain(a) && is_plain(b)) && utf16_units(a).eq(utf16_units(b)))
}

/// A hash of the name, with its quotes, that does not depend on how it is escaped.
pub(super) fn hash_name(seed: Seed, name: &[u8]) -> u32 {
    if is_plain(name) {
        return sip(seed, &name[1..name.len() - 1]);
    }
    let mut hash = Sip::new(seed);
    let (mut word, mut len) = (0, 0);
    let mut add = |byte: u16| {
        word |= u64::from(byte) << (len % 8 * 8);
        len += 1;
        if len % 8 == 0 {
            hash.add(core::mem::take(&mut word));
        }
    };
    for unit in utf16_units(name) {
        // ASCII is hashed as it is, like the bytes of a plain name. Any other unit is three bytes above 0x7f, which no plain
        // name has.
        if unit < 0x80 {
            add(unit);
        } else {
            for shift in [14, 7, 0] {
                add(0x80 | (unit >> shift & 0x7f));
            }
        }
    }
    hash.end(word, len)
}

/// Whether a name has neither escapes nor bytes above ASCII, so that its bytes are its UTF-16 units.
fn is_plain(name: &[u8]) -> bool {
    !name.iter().any(|byte| *byte == b'\\' || *byte >= 0x80)
}

/// The UTF-16 units of a name. It is a well-formed JSON string, but may not be UTF-8.
fn utf16_units(name: &[u8]) -> Utf16Units<'_> {
    Utf16Units { rest: &name[1..name.len() - 1], low: None }
}

struct Utf16Units<'a> {
    rest: &'a [u8],
    low: Option<u16>,
}

impl Iterator for Utf16Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(low) = self.low.take() {
            return Some(low);
        }
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        if byte < 0x80 {
            return Some(if byte == b'\\' { self.escape() } else { u16::from(byte) });
        }
        let code = self.code_point(byte);
        if code < 0x1_0000 {
            return Some(code as u16);
        }
        self.low = Some(0xdc00 | (code & 0x3ff) as u16);
        Some(0xd800 | ((code - 0x1_0000) >> 10) as u16)
    }
}

impl Utf16Units<'_> {
    fn escape(&mut self) -> u16 {
        let Some((&byte, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        match byte {
            b'b' => 8,
            b't' => 9,
            b'n' => 10,
            b'f' => 12,
            b'r' => 13,
            b'u' => {
                let (digits, rest) = self.rest.split_at(4.min(self.rest.len()));
                self.rest = rest;
                let value = |digit: &u8| u16::from((digit & 15) + (digit >> 6) * 9);
                digits.iter().fold(0, |unit, digit| (unit << 4) | value(digit))
            }
            _ => u16::from(byte),
        }
    }

    /// Decodes as the WHATWG Encoding Standard: each longest invalid sequence becomes one U+FFFD.
    fn code_point(&mut self, first: u8) -> u32 {
        let (more, mut low, mut high) = match first {
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xe1..=0xef => (2, 0x80, 0xbf),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => return 0xfffd,
        };
        let mut code = u32::from(first) & (0x3f >> more);
        for _ in 0..more {
            match self.rest.split_first() {
                Some((&byte, rest)) if (low..=high).contains(&byte) => {
                    code = (code << 6) | u32::from(byte & 0x3f);
                    self.rest = rest;
                }
                _ => return 0xfffd,
            }
            (low, high) = (0x80, 0xbf);
        }
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    fn quoted(inside: &[u8]) -> Vec<u8> {
        [b"\"", inside, b"\""].concat()
    }

    #[test]
    fn names_are_equal_however_they_are_escaped() {
        let same: [&[&[u8]]; 5] = [
            &[b"a", br"\u0061"],
            &["é".as_bytes(), br"\u00e9", br"\u00E9"],
            &["😀".as_bytes(), br"\ud83d\ude00"],
            &[br"\/", b"/", br"\u002f"],
            &[b"\xff", b"\xfe", b"\xf0\x9f\x98", b"\xe2\x82", "\u{fffd}".as_bytes(), br"\ufffd"],
        ];
        let all: Vec<(usize, Vec<u8>)> = same
            .iter()
            .enumerate()
            .flat_map(|(class, names)| names.iter().map(move |name| (class, quoted(name))))
            .collect();
        for (class, a) in &all {
            for (other, b) in &all {
                assert_eq!(same_name(a, b), class == other, "{a:?} {b:?}");
                if class == other {
                    assert_eq!(hash_name([1, 2], a), hash_name([1, 2], b), "{a:?} {b:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn bytes_decode_as_by_std(bytes in prop::collection::vec(0x41..=0xffu8, 0..12)) {
            prop_assume!(!bytes.contains(&b'\\'));
            let expected: Vec<u16> = String::from_utf8_lossy(&bytes).encode_utf16().collect();
            prop_assert_eq!(utf16_units(&quoted(&bytes)).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn escapes_decode_as_by_serde_json(text in "\\PC*") {
            let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
            let plain: Vec<u16> = text.encode_utf16().collect();
            prop_assert_eq!(utf16_units(&quoted(escaped.as_bytes())).collect::<Vec<_>>(), plain);
            let json = serde_json::to_string(&text).unwrap();
            prop_assert!(same_name(json.as_bytes(), &quoted(escaped.as_bytes())));
            prop_assert_eq!(hash_name([1, 2], json.as_bytes()), hash_name([1, 2], &quoted(escaped.as_bytes())));
        }
    }
}
