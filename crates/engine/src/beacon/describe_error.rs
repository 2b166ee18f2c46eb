//! Describes uncaught errors and thrown objects for a beacon.
use super::beacon_limits as limits;
use super::event::PageError;
use super::ignored_errors::{message_variants, without_name};
use super::json_write as json;
use super::scrub;
use alloc::string::String;
use alloc::vec::Vec;

/// Frames that count for the fingerprint.
const FINGERPRINT_FRAMES: usize = 3;

/// Members of a thrown object that are not listed, as its description has them already or they say nothing.
const UNLISTED: [&str; 5] = ["name", "message", "code", "stack", "toString"];

/// An error for a beacon, by its message, its source (`file:line:column`, or empty) and its stack, or empty. All URLs lose
/// their queries. The npm package has the same rules (pkg/src/rum/errors.ts); `tests/cases/rum/errors.json` has cases for
/// both.
pub fn describe(message: &str, source: &str, stack: &str) -> PageError {
    let frames = frames(message, stack);
    // Cut before scrubbing: a message may be very long.
    let message = scrub::text(head(message, 2 * limits::MESSAGE));
    let message = limits::cut(&message, limits::MESSAGE);
    let source = match frames.first() {
        Some(first) if source.is_empty() => first,
        _ => source,
    };
    let source = scrub::text(head(source, 2 * limits::MESSAGE));
    let source = limits::cut(&source, limits::SOURCE);
    // A single frame would only repeat the source.
    let stack = if frames.len() > 1 { frames.join("\n") } else { String::new() };
    PageError {
        message: String::from(message),
        source: String::from(source),
        stack: String::from(limits::cut(&stack, limits::STACK)),
        fingerprint: fingerprint(message, source, &frames),
        count: 1,
    }
}

/// The frames of a stack, scrubbed: in Chromium the lines below the message that begin with `at`, in other browsers the lines
/// with an `@`. A message may itself look like a frame.
fn frames(message: &str, stack: &str) -> Vec<String> {
    let stack = head(without_header(message, stack), 4 * limits::STACK);
    let lines: Vec<&str> = stack.split('\n').map(str::trim).filter(|line| ends_with_position(line)).collect();
    let starts_with_at = |line: &&&str| line.starts_with("at ");
    let is_chromium = lines.iter().any(|line| starts_with_at(&line));
    let frames =
        lines.iter().filter(|line| if is_chromium { starts_with_at(line) } else { line.contains('@') });
    frames.take(limits::FRAMES).map(|line| scrub::text(line)).collect()
}

/// `stack` without the name and message that Chromium puts in front.
fn without_header<'a>(message: &str, stack: &'a str) -> &'a str {
    let [_, own, bare] = message_variants(message);
    for (text, start) in [(stack, own), (without_name(stack), bare)] {
        if let Some(rest) = text.strip_prefix(start).filter(|rest| rest.is_empty() || rest.starts_with('\n'))
        {
            return rest;
        }
    }
    stack
}

/// Whether a line ends like a frame: with a number behind a colon, or with a bracket.
fn ends_with_position(line: &str) -> bool {
    let rest = line.trim_end_matches(|c: char| matches!(c, '0'..='9' | 'a'..='f'));
    line.ends_with([')', '>', ']'])
        || rest.len() < line.len() && (rest.ends_with(':') || rest.ends_with(":0x"))
}

/// The same id for errors that differ only in numbers of the message, or in frames below the third: FNV-1a over UTF-16
/// units, as JavaScript strings have them.
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
    for line in core::iter::once(source).chain(frames.iter().take(FINGERPRINT_FRAMES).map(String::as_str)) {
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
        json::digit(&mut out, (hash & 15) as u8);
    }
    out
}

/// A prefix of `text` of at most this many UTF-16 units that ends between words: scrubbing may not recognise half a URL.
fn head(text: &str, units: usize) -> &str {
    let mut length = 0;
    for (at, c) in text.char_indices() {
        length += c.len_utf16();
        if length > units {
            let whole = text.get(..at).unwrap_or("");
            let is_between = |c: char| c <= ' ' || "\"'`<>()[]{},".contains(c);
            let words = whole.trim_end_matches(|c| !is_between(c));
            return if words.is_empty() { whole } else { words };
        }
    }
    text
}

/// Describes a thrown object that has no text of its own: `name: message (code) {members}`. `kind` is the name of its
/// constructor, `members` are the sorted names of its own members; their values are not reported.
pub fn describe_object(kind: &str, name: &str, message: &str, code: &str, members: &[String]) -> String {
    let mut out = String::from(match (name, kind) {
        ("", "") => "Object",
        ("", kind) => kind,
        (name, _) => name,
    });
    for (before, text, behind) in [(": ", message, ""), (" (", code, ")")] {
        if !text.is_empty() {
            out.push_str(before);
            out.push_str(text);
            out.push_str(behind);
        }
    }
    let mut between = " {";
    let others = members.iter().filter(|name| !UNLISTED.contains(&name.as_str()));
    for name in others.take(limits::MEMBERS) {
        out.push_str(between);
        out.push_str(name);
        between = ", ";
    }
    if between == ", " {
        out.push('}');
    }
    out
}

/// Describes a thrown event: `ProgressEvent error of XMLHttpRequest`, or `Event error of html>body>img`.
pub fn describe_event(kind: &str, name: &str, target: &str) -> String {
    let mut out = String::from(if kind.is_empty() { "Object" } else { kind });
    out.push(' ');
    out.push_str(name);
    if !target.is_empty() {
        out.push_str(" of ");
        out.push_str(target);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::shared_cases as cases;
    use super::*;
    use proptest::prelude::*;
    use std::format;

    /// A case of `errors.json`; the npm package's tests read it too.
    #[derive(serde::Deserialize)]
    struct Case {
        message: String,
        source: String,
        stack: String,
        #[serde(rename = "told")]
        expected: Described,
    }

    #[derive(serde::Deserialize)]
    struct Described {
        message: String,
        #[serde(default)]
        source: String,
        #[serde(default)]
        stack: String,
        fingerprint: String,
    }

    #[test]
    fn errors_are_described_as_in_the_npm_package() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../../../tests/cases/rum/errors.json")).expect("cases");
        for Case { message, source, stack, expected } in cases {
            let error = describe(&message, &source, &stack);
            assert_eq!(
                (&error.message, &error.source, &error.stack, &error.fingerprint),
                (&expected.message, &expected.source, &expected.stack, &expected.fingerprint),
                "{message}"
            );
        }
    }

    #[test]
    fn a_thrown_object_is_described_by_its_members() {
        let cases: cases::Thrown = cases::read(include_str!("../../../../tests/cases/rum/thrown.json"));
        for cases::ThrownObject { kind, members, expected } in cases.objects {
            let text = |name: &str| match members.get(name) {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(number) => format!("{number}"),
                None => String::new(),
            };
            let mut names: Vec<String> = members.keys().cloned().collect();
            names.sort();
            let object = describe_object(&kind, &text("name"), &text("message"), &text("code"), &names);
            assert_eq!(object, expected);
        }
        assert_eq!(
            describe_event("ProgressEvent", "error", "XMLHttpRequest"),
            "ProgressEvent error of XMLHttpRequest"
        );
        assert_eq!(describe_event("", "error", ""), "Object error");
    }

    #[test]
    fn errors_that_differ_only_in_numbers_share_a_fingerprint() {
        let fingerprint = |message: &str| describe(message, "app.js:1:2", "").fingerprint;
        assert_eq!(fingerprint("item 7 of 12 is missing"), fingerprint("item 1042 of 3 is missing"));
        assert_ne!(fingerprint("item 7 is missing"), fingerprint("item is missing"));
    }

    #[test]
    fn long_texts_are_cut_and_a_stack_has_ten_frames() {
        let stack: String =
            (0..40).map(|at| format!("at f{at} (https://a.example/app.js:1:{at})\n")).collect();
        let error = describe(&"x".repeat(5000), &"y".repeat(5000), &stack);
        assert_eq!((error.message.len(), error.source.len()), (limits::MESSAGE, limits::SOURCE));
        assert_eq!(error.stack.lines().count(), limits::FRAMES);
    }

    proptest! {
        #[test]
        fn any_error_keeps_to_the_limits(message: String, source: String, stack: String) {
            let error = describe(&message, &source, &stack);
            prop_assert!(error.message.len() <= limits::MESSAGE);
            prop_assert!(error.source.len() <= limits::SOURCE && error.stack.len() <= limits::STACK);
            prop_assert_eq!(error.fingerprint.len(), 8);
        }
    }
}
