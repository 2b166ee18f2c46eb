//! Whether two members have the same name, however it is escaped.
use super::compare::equal;
use super::sip::{Seed, sip};
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// Whether two names, with their quotes, are the same string in JavaScript.
pub(super) fn same_name(a: &[u8], b: &[u8]) -> bool {
    equal(a, b) || equal(&canonical(a), &canonical(b))
}

/// A hash of the name, with its quotes, that does not depend on how it is escaped.
pub(super) fn hash_name(seed: Seed, name: &[u8]) -> u32 {
    sip(seed, &canonical(name))
}

/// The same bytes for names that are the same string, and others for others. An ASCII character is itself. Any other UTF-16
/// unit is three bytes above 0x7f. `name` is a well-formed JSON string, but may not be UTF-8.
fn canonical(name: &[u8]) -> Cow<'_, [u8]> {
    let inside = name.get(1..name.len() - 1).unwrap_or_default();
    // Most names have neither escapes nor bytes above ASCII.
    if inside.iter().all(|byte| *byte != b'\\' && *byte < 0x80) {
        return Cow::Borrowed(inside);
    }
    let mut units = Vec::new();
    let mut rest = inside.iter().copied();
    while let Some(byte) = rest.next() {
        let mut code = match byte {
            b'\\' => escape(&mut rest),
            0..0x80 => u32::from(byte),
            _ => code_point(byte, &mut rest),
        };
        if code >= 0x1_0000 {
            push(&mut units, 0xd800 | ((code - 0x1_0000) >> 10));
            code = 0xdc00 | (code & 0x3ff);
        }
        push(&mut units, code);
    }
    Cow::Owned(units)
}

fn push(units: &mut Vec<u8>, unit: u32) {
    if unit < 0x80 {
        units.push(unit as u8);
    } else {
        units.extend([14, 7, 0].map(|shift| 0x80 | (unit >> shift & 0x7f) as u8));
    }
}

fn escape(rest: &mut impl Iterator<Item = u8>) -> u32 {
    let byte = rest.next().unwrap_or_default();
    if byte == b'u' {
        let value = |digit: u8| u32::from(digit & 15) + u32::from(digit >> 6) * 9;
        return rest.take(4).fold(0, |unit, digit| unit << 4 | value(digit));
    }
    // From backspace, 8, on. Nothing escapes 11 by a letter.
    let control = b"btn\0fr".iter().zip(8..).find(|(letter, _)| **letter == byte);
    control.map_or(u32::from(byte), |(_, code)| code)
}

/// Decodes as the WHATWG Encoding Standard: each longest invalid sequence becomes one U+FFFD.
fn code_point(first: u8, rest: &mut (impl Iterator<Item = u8> + Clone)) -> u32 {
    let len = first.leading_ones();
    if !(2..=4).contains(&len) {
        return 0xfffd;
    }
    let mut code = u32::from(first) & (0x7f >> len);
    for place in 1..len {
        let mut ahead = rest.clone();
        let byte = ahead.next().unwrap_or_default();
        code = code << 6 | u32::from(byte & 0x3f);
        // Two bytes say whether the code is too short for so many bytes, a surrogate, or above U+10FFFF.
        let is_valid = byte & 0xc0 == 0x80
            && (place > 1
                || match len {
                    2 => code >= 0x80,
                    3 => code >= 0x20 && code >> 5 != 0xd800 >> 11,
                    _ => (0x10..0x110).contains(&code),
                });
        if !is_valid {
            return 0xfffd;
        }
        *rest = ahead;
    }
    code
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

    fn canonical_of(units: &[u16]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for unit in units {
            push(&mut bytes, u32::from(*unit));
        }
        bytes
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
            prop_assert_eq!(canonical(&quoted(&bytes)).to_vec(), canonical_of(&expected));
        }

        #[test]
        fn escapes_decode_as_by_serde_json(text in "\\PC*") {
            let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
            let plain: Vec<u16> = text.encode_utf16().collect();
            prop_assert_eq!(canonical(&quoted(escaped.as_bytes())).to_vec(), canonical_of(&plain));
            let json = serde_json::to_string(&text).unwrap();
            prop_assert!(same_name(json.as_bytes(), &quoted(escaped.as_bytes())));
            prop_assert_eq!(hash_name([1, 2], json.as_bytes()), hash_name([1, 2], &quoted(escaped.as_bytes())));
        }
    }
}
