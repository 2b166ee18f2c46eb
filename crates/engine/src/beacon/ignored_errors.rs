//! Errors that are not reported. The npm package has the same rules; `tests/cases/rum/ignored.json` has cases for both.

/// Prefixes of messages that browsers and extensions report although nothing in the page failed.
const HARMLESS: [&str; 12] = [
    "ResizeObserver loop",
    // View transitions that were skipped or aborted: the page has changed all the same.
    "Transition was skipped",
    "Transition was aborted because of invalid state",
    "Old view transition aborted",
    "Skipping view transition",
    "Skipped ViewTransition",
    "View transition was skipped",
    // Scripts of mail scanners, in-app browsers and extensions.
    "Object Not Found Matching Id:",
    "Java object is gone",
    "Java bridge method invocation error",
    "Extension context invalidated",
    "Can't find variable: _AutofillCallbackHandler",
];
/// What browsers put in front of the message of an uncaught error.
const UNCAUGHT: [&str; 3] = ["Uncaught (in promise) ", "Uncaught ", "uncaught exception: "];
/// The longest name of an error, in bytes.
const NAME: usize = 64;

/// Whether an error with this message is ignored: because nothing failed, or because `listed` says so of the
/// message, or of what of it is an error's own name and message.
pub fn is_ignored(message: &str, listed: impl Fn(&str) -> bool) -> bool {
    let is_harmless = |text: &str| HARMLESS.iter().any(|start| text.starts_with(start));
    message_variants(message).iter().any(|text| is_harmless(text) || listed(text))
}

/// Whether the message of an uncaught object says only that it is an object. Each browser does so in its own words.
pub fn is_unnamed(message: &str) -> bool {
    let is_kind = |kind: &str| {
        let bytes = kind.as_bytes();
        bytes.len() > 1
            && bytes.iter().enumerate().all(|(at, byte)| {
                if at + 1 == bytes.len() {
                    *byte == b'>'
                } else {
                    byte.is_ascii_alphanumeric() || b"_$".contains(byte)
                }
            })
    };
    message.is_empty()
        || message == "Uncaught exception"
        || message.rsplit_once("#<").is_some_and(|(_, kind)| is_kind(kind))
        || message.contains("[object ")
        || message.starts_with("uncaught exception: ")
}

/// The message as the browser gives it, without the browser's prefix, and without the error's name.
pub(super) fn message_variants(message: &str) -> [&str; 3] {
    let own = UNCAUGHT.iter().find_map(|prefix| message.strip_prefix(prefix)).unwrap_or(message);
    [message, own, without_name(own)]
}

/// `text` without a leading error name, such as `TypeError: `.
pub(super) fn without_name(text: &str) -> &str {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.".contains(byte);
    let length = text.bytes().take_while(|byte| is_of_name(byte)).count();
    let rest = text.get(length..).and_then(|rest| rest.strip_prefix(": "));
    rest.filter(|_| (1..=NAME).contains(&length)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::super::shared_cases as cases;
    use super::*;

    #[test]
    fn an_unnamed_object_is_recognised_by_its_message() {
        let cases: cases::Thrown = cases::read(include_str!("../../../../tests/cases/rum/thrown.json"));
        for (message, expected) in cases.unnamed {
            assert_eq!(is_unnamed(&message), expected, "{message}");
        }
    }

    #[test]
    fn harmless_and_listed_errors_are_ignored() {
        let cases: cases::Ignored = cases::read(include_str!("../../../../tests/cases/rum/ignored.json"));
        for cases::IgnoredCase { message, listed, ignored } in cases.cases {
            let is_listed = |text: &str| listed.iter().any(|part| text.contains(part));
            assert_eq!(is_ignored(&message, is_listed), ignored, "{message}");
        }
    }
}
