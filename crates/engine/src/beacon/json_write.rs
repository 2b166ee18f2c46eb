//! Writes JSON by hand: `format!` and the standard library's float formatting would be most of the module's bytes.
use alloc::string::String;

/// `integer` in decimal.
pub(super) fn integer(out: &mut String, integer: u64) {
    if integer >= 10 {
        self::integer(out, integer / 10);
    }
    digit(out, (integer % 10) as u8);
}

/// `number`, which is not negative, rounded to six decimals, which is a nanosecond if it is in milliseconds. Negative
/// numbers, infinity and NaN are written as 0.
pub(super) fn number(out: &mut String, mut number: f64) {
    if !(number > 0.0 && number < f64::INFINITY) {
        out.push('0');
        return;
    }
    // From 2^53 on the last digits are not significant: they are written as zeros.
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
        out.push('0');
    }
    if millionths > 0 && zeros == 0 {
        out.push('.');
        while millionths > 0 {
            millionths *= 10;
            digit(out, (millionths / 1_000_000) as u8);
            millionths %= 1_000_000;
        }
    }
}

/// Like [`number`](self::number), for a number that may be negative.
pub(super) fn signed_number(out: &mut String, number: f64) {
    if number < 0.0 {
        out.push('-');
        self::number(out, -number);
    } else {
        self::number(out, number);
    }
}

/// `text` as a JSON string.
pub(super) fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\0'..' ' => {
                out.push_str("\\u00");
                digit(out, c as u8 >> 4);
                digit(out, c as u8 & 15);
            }
            _ => {
                if c == '"' || c == '\\' {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
    out.push('"');
}

/// One hexadecimal digit.
pub(super) fn digit(out: &mut String, digit: u8) {
    out.push(char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }));
}

/// `integer` in decimal, with its sign.
pub(super) fn signed_integer(out: &mut String, integer: i32) {
    if integer < 0 {
        out.push('-');
    }
    self::integer(out, u64::from(integer.unsigned_abs()));
}

/// `,"name":`
pub(super) fn key(out: &mut String, name: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
}

/// `,"name":"value"`
pub(super) fn member(out: &mut String, name: &str, value: &str) {
    key(out, name);
    string(out, value);
}

/// `,"name":"value"`, or nothing if `value` is empty.
pub(super) fn optional_member(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        member(out, name, value);
    }
}

/// `,"name":value`
pub(super) fn integer_member(out: &mut String, name: &str, value: u64) {
    key(out, name);
    integer(out, value);
}

/// `,"name":value`
pub(super) fn number_member(out: &mut String, name: &str, value: f64) {
    key(out, name);
    number(out, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn a_number_is_written_with_the_decimals_it_needs() {
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
        fn a_number_parses_back_to_a_millionth(value in 0.0..1e9f64) {
            let read: f64 = written(|out| number(out, value)).parse().unwrap();
            prop_assert!((read - value).abs() <= 0.500_001e-6 + value * 1e-15, "{read} for {value}");
        }

        #[test]
        fn an_integer_parses_back(value: u64) {
            prop_assert_eq!(written(|out| integer(out, value)).parse(), Ok(value));
        }

        #[test]
        fn a_string_parses_back(text: String) {
            let read: String = serde_json::from_str(&written(|out| string(out, &text))).unwrap();
            prop_assert_eq!(read, text);
        }
    }
}
