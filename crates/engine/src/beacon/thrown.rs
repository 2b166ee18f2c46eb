//! What was thrown and nobody caught, as a beacon tells it.
use super::event::PageError;
use super::{ignored, limits, scrub, write};
use alloc::string::String;
use alloc::vec::Vec;

/// Frames that say which errors are one.
const TELLING: usize = 3;

/// Those that are told in other ways.
const TOLD: [&str; 5] = ["name", "message", "code", "stack", "toString"];

/// An error by what the browser says of it: its message; where, `file:line:column`, or nothing; and its `stack`, or
/// nothing. All of them lose the queries of their addresses. The npm package has the same rules
/// (pkg/src/rum/errors.ts); `tests/cases/rum/errors.json` has cases for both.
pub fn describe(message: &str, source: &str, stack: &str) -> PageError {
    let frames = frames(message, stack);
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

/// The lines of a stack that name a place, scrubbed: in Chromium those that begin with `at`, below the message, which may
/// look like anything; in others those that have a place behind an `@`.
fn frames(message: &str, stack: &str) -> Vec<String> {
    let stack = head(without_header(message, stack), 4 * limits::STACK);
    let lines: Vec<&str> = stack.split('\n').map(str::trim).filter(|line| names_place(line)).collect();
    let is_named = |line: &&&str| line.starts_with("at ");
    let has_names = lines.iter().any(|line| is_named(&line));
    let frames = lines.iter().filter(|line| if has_names { is_named(line) } else { line.contains('@') });
    frames.take(limits::FRAMES).map(|line| scrub::text(line)).collect()
}

/// `stack` without the name and the message that Chromium begins it with.
fn without_header<'a>(message: &str, stack: &'a str) -> &'a str {
    let [_, own, bare] = ignored::wordings(message);
    for (text, start) in [(stack, own), (ignored::without_name(stack), bare)] {
        if let Some(rest) = text.strip_prefix(start).filter(|rest| rest.is_empty() || rest.starts_with('\n'))
        {
            return rest;
        }
    }
    stack
}

/// Whether a line ends as places do: with a number behind a colon, or with a bracket.
fn names_place(line: &str) -> bool {
    let rest = line.trim_end_matches(|c: char| matches!(c, '0'..='9' | 'a'..='f'));
    line.ends_with([')', '>', ']'])
        || rest.len() < line.len() && (rest.ends_with(':') || rest.ends_with(":0x"))
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

/// The beginning of `text`, no longer than so many units of UTF-16, which ends between words: half an address may tell what
/// a whole one does not.
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

/// What is told of a thrown object that has no text of its own: `name: message (code) {members}`. `kind` is the name of its
/// constructor, `members` are the names of its own, sorted; what they hold is not told.
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
    let others = members.iter().filter(|name| !TOLD.contains(&name.as_str()));
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

/// What is told of an event that was thrown: `ProgressEvent error of XMLHttpRequest`, or of `html>body>img`.
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
    use super::super::cases;
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
    fn objects_are_told_by_what_they_have() {
        let cases: cases::Thrown = cases::read(include_str!("../../../../tests/cases/rum/thrown.json"));
        for cases::ThrownObject { kind, members, told } in cases.objects {
            let text = |name: &str| match members.get(name) {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(number) => format!("{number}"),
                None => String::new(),
            };
            let mut names: Vec<String> = members.keys().cloned().collect();
            names.sort();
            let object = describe_object(&kind, &text("name"), &text("message"), &text("code"), &names);
            assert_eq!(object, told);
        }
        assert_eq!(
            describe_event("ProgressEvent", "error", "XMLHttpRequest"),
            "ProgressEvent error of XMLHttpRequest"
        );
        assert_eq!(describe_event("", "error", ""), "Object error");
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
        assert_eq!(error.stack.lines().count(), limits::FRAMES);
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
