//! Whether two members have the same name, however it is escaped.
use super::sip::{Seed, sip};
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// Whether two names, with their quotes, are the same string in JavaScript.
pub(super) fn same_name(a: &[u8], b: &[u8]) -> bool {
    a == b || canonical(a) == canonical(b)
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
    match rest.next().unwrap_or_default() {
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'f' => 12,
        b'r' => 13,
        b'u' => {
            rest.take(4).fold(0, |unit, digit| unit << 4 | u32::from(digit & 15) + u32::from(digit >> 6) * 9)
        }
        byte => u32::from(byte),
    }
}

/// Decodes as the WHATWG Encoding Standard: each longest invalid sequence becomes one U+FFFD.
fn code_point(first: u8, rest: &mut (impl Iterator<Item = u8> + Clone)) -> u32 {
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
        let mut ahead = rest.clone();
        match ahead.next() {
            Some(byte) if (low..=high).contains(&byte) => code = (code << 6) | u32::from(byte & 0x3f),
            _ => return 0xfffd,
        }
        *rest = ahead;
        (low, high) = (0x80, 0xbf);
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
