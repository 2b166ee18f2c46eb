//! Strings that were cut within a character, as JavaScript writes them in JSON: the escape of half a surrogate pair stands for no
//! character, and readers of JSON refuse it.
use alloc::borrow::Cow;

/// Where an escape writes the digits of U+FFFD.
const REPLACEMENT: &[u8; 4] = b"fffd";

/// The JSON text, with U+FFFD in the place of each half of a surrogate pair, as `JSON.parse` and `TextEncoder` make of it together.
pub fn without_lone_surrogates(json: &[u8]) -> Cow<'_, [u8]> {
    let mut whole = Cow::Borrowed(json);
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += found;
        at += match (escaped(json, at), escaped(json, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                whole.to_mut()[at + 2..at + 6].copy_from_slice(REPLACEMENT);
                6
            }
            // The second character may be a backslash, too.
            _ => 2,
        };
    }
    whole
}

/// The number of the escape `\uXXXX` at a place.
fn escaped(json: &[u8], at: usize) -> Option<u32> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::without_lone_surrogates;
    use alloc::borrow::Cow;
    use alloc::string::String;
    use proptest::prelude::*;

    fn whole(text: &str) -> String {
        String::from_utf8(without_lone_surrogates(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn half_a_pair_is_replaced_and_nothing_else() {
        for (text, wanted) in [
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\uDC36x""#, r#""\ufffdx""#),
            (r#""\ud83d\ud83d\udc36""#, r#""\ufffd\ud83d\udc36""#),
            (r#""\ud83d\\udc36""#, r#""\ufffd\\udc36""#),
            (r#""\udc36\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\n""#, r#""\ufffd\n""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
            (r#""\ud83d\udc36 \u00e9 \ud7ff \ue000""#, r#""\ud83d\udc36 \u00e9 \ud7ff \ue000""#),
            (r#""\ud83""#, r#""\ud83""#),
            (r"\ud8", r"\ud8"),
            (r"\", r"\"),
        ] {
            assert_eq!(whole(text), wanted);
        }
        assert!(matches!(without_lone_surrogates(br#"{"a":"\\ud83d \ud83d\udc36"}"#), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn what_comes_out_is_what_utf_16_reads(units in prop::collection::vec(prop_oneof![any::<u16>(), 0xd7f0..0xe010_u16], 0..20)) {
            let mut text = String::from("\"");
            for unit in &units {
                text.push_str(&alloc::format!("\\u{unit:04x}"));
            }
            text.push('"');
            let read: String = serde_json::from_str(&whole(&text)).unwrap();
            prop_assert_eq!(read, String::from_utf16_lossy(&units));
        }

        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\\'), Just(b'u'), Just(b'd')], 0..40)) {
            prop_assert_eq!(without_lone_surrogates(&bytes).len(), bytes.len());
        }
    }
}
