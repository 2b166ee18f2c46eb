//! What was thrown and nobody caught, as a beacon tells it.
use super::event::PageError;
use super::{limits, scrub, write};
use alloc::string::String;
use alloc::vec::Vec;

/// Frames of a stack that are told.
const FRAMES: usize = 10;
/// Frames that say which errors are one.
const TELLING: usize = 3;

/// An error by what the browser says of it: its message; where, `file:line:column`, or nothing; and its `stack`, or
/// nothing. All of them lose the queries of their addresses. The npm package has the same rules
/// (pkg/src/rum/errors.ts); `tests/cases/rum/errors.json` has cases for both.
pub fn describe(message: &str, source: &str, stack: &str) -> PageError {
    let frames = frames(stack);
    // Cut first: a message may be as long as a page.
    let message = scrub::text(head(message, 2 * limits::MESSAGE));
    let message = limits::cut(&message, limits::MESSAGE);
    let source = match frames.first() {
        Some(first) if source.is_empty() => first,
        _ => source,
    };
    let source = scrub::text(head(source, 2 * limits::MESSAGE));
    let source = limits::cut(&source, limits::SOURCE);
    // Of a single frame the source says it all.
    let stack = if frames.len() > 1 { frames.join("\n") } else { String::new() };
    PageError {
        message: String::from(message),
        source: String::from(source),
        stack: String::from(limits::cut(&stack, limits::STACK)),
        fingerprint: fingerprint(message, source, &frames),
        count: 1,
    }
}

/// The lines of a stack that name a place, scrubbed: Chromium begins with the message, the others with the frame.
fn frames(stack: &str) -> Vec<String> {
    let lines = head(stack, 4 * limits::STACK).split('\n').map(str::trim);
    let places = lines.filter(|line| line.starts_with("at ") || line.contains('@'));
    places.take(FRAMES).map(scrub::text).collect()
}

/// The same for errors that are one: numbers in the message, and places but the first three, do not count. FNV-1a
/// over the units of UTF-16, as JavaScript has texts.
fn fingerprint(message: &str, source: &str, frames: &[String]) -> String {
    let mut text = String::with_capacity(message.len());
    let mut in_number = false;
    for c in message.chars() {
        let digit = c.is_ascii_digit();
        if !(digit && in_number) {
            text.push(if digit { '0' } else { c });
        }
        in_number = digit;
    }
    for line in core::iter::once(source).chain(frames.iter().take(TELLING).map(String::as_str)) {
        text.push('\n');
        text.push_str(line);
    }
    let mut hash: u32 = 0x811c_9dc5;
    for unit in text.encode_utf16() {
        hash = (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193);
    }
    let mut out = String::with_capacity(8);
    for _ in 0..8 {
        hash = hash.rotate_left(4);
        write::digit(&mut out, (hash & 15) as u8);
    }
    out
}

/// The first `units` units of UTF-16 of `text`.
fn head(text: &str, units: usize) -> &str {
    let mut length = 0;
    for (at, c) in text.char_indices() {
        length += c.len_utf16();
        if length > units {
            return text.get(..at).unwrap_or("");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::format;

    /// One of the cases that the npm package is held against too.
    #[derive(serde::Deserialize)]
    struct Case {
        message: String,
        source: String,
        stack: String,
        told: Told,
    }

    #[derive(serde::Deserialize)]
    struct Told {
        message: String,
        #[serde(default)]
        source: String,
        #[serde(default)]
        stack: String,
        fingerprint: String,
    }

    #[test]
    fn errors_are_told_as_the_npm_package_tells_them() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../../../tests/cases/rum/errors.json")).expect("cases");
        for Case { message, source, stack, told } in cases {
            let error = describe(&message, &source, &stack);
            assert_eq!(
                (&error.message, &error.source, &error.stack, &error.fingerprint),
                (&told.message, &told.source, &told.stack, &told.fingerprint),
                "{message}"
            );
        }
    }

    #[test]
    fn errors_that_differ_in_numbers_alone_are_one() {
        let of = |message: &str| describe(message, "app.js:1:2", "").fingerprint;
        assert_eq!(of("item 7 of 12 is missing"), of("item 1042 of 3 is missing"));
        assert_ne!(of("item 7 is missing"), of("item is missing"));
    }

    #[test]
    fn long_texts_are_cut_and_stacks_have_ten_frames() {
        let stack: String =
            (0..40).map(|at| format!("at f{at} (https://a.example/app.js:1:{at})\n")).collect();
        let error = describe(&"x".repeat(5000), &"y".repeat(5000), &stack);
        assert_eq!((error.message.len(), error.source.len()), (limits::MESSAGE, limits::SOURCE));
        assert_eq!(error.stack.lines().count(), FRAMES);
    }

    proptest! {
        #[test]
        fn whatever_was_thrown_keeps_to_the_bounds(message: String, source: String, stack: String) {
            let error = describe(&message, &source, &stack);
            prop_assert!(error.message.len() <= limits::MESSAGE);
            prop_assert!(error.source.len() <= limits::SOURCE && error.stack.len() <= limits::STACK);
            prop_assert_eq!(error.fingerprint.len(), 8);
        }
    }
}
