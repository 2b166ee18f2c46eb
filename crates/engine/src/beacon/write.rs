//! JSON, written by hand: `format!` and float formatting would be most of the module's bytes.
use alloc::vec::Vec;

/// `integer` in decimal.
pub(super) fn integer(out: &mut Vec<u8>, mut integer: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (integer % 10) as u8;
        integer /= 10;
        if integer == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// `number`, which is not negative, rounded to six decimals: a nanosecond where it is milliseconds. What is
/// not a number, or is negative, is written as 0.
pub(super) fn number(out: &mut Vec<u8>, mut number: f64) {
    if !(number > 0.0 && number < f64::INFINITY) {
        out.push(b'0');
        return;
    }
    // Beyond 2^53 the last digits mean nothing: they are written as zeros.
    let mut zeros = 0;
    while number >= 9_007_199_254_740_992.0 {
        number /= 10.0;
        zeros += 1;
    }
    let mut whole = number as u64;
    let mut millionths = ((number - whole as f64) * 1e6 + 0.5) as u32;
    if millionths == 1_000_000 {
        whole += 1;
        millionths = 0;
    }
    integer(out, whole);
    for _ in 0..zeros {
        out.push(b'0');
    }
    if millionths > 0 && zeros == 0 {
        out.push(b'.');
        let mut place = 100_000;
        while millionths > 0 {
            out.push(b'0' + (millionths / place) as u8);
            millionths %= place;
            place /= 10;
        }
    }
}

/// `text` as a JSON string.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for &byte in text.as_bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            0..0x20 => {
                let digit = byte & 15;
                let low = if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), low]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::String;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_have_the_decimals_they_need() {
        let cases = [
            (0.0, "0"),
            (-1.0, "0"),
            (f64::NAN, "0"),
            (f64::INFINITY, "0"),
            (1.0, "1"),
            (0.1, "0.1"),
            (0.000_001, "0.000001"),
            (0.000_000_4, "0"),
            (12.999_999_9, "13"),
            (1234.5, "1234.5"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (1e20, "100000000000000000000"),
        ];
        for (value, text) in cases {
            assert_eq!(written(|out| number(out, value)), text);
        }
    }

    proptest! {
        #[test]
        fn a_number_is_read_to_a_millionth(value in 0.0..1e9f64) {
            let read: f64 = written(|out| number(out, value)).parse().unwrap();
            prop_assert!((read - value).abs() <= 0.500_001e-6 + value * 1e-15, "{read} for {value}");
        }

        #[test]
        fn an_integer_is_read_as_it_was(value: u64) {
            prop_assert_eq!(written(|out| integer(out, value)).parse(), Ok(value));
        }

        #[test]
        fn a_string_is_read_as_it_was(text: String) {
            let read: String = serde_json::from_str(&written(|out| string(out, &text))).unwrap();
            prop_assert_eq!(read, text);
        }
    }
}
