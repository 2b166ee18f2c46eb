//! Which errors are none. The npm package has the same rules (pkg/src/rum/ignored.ts); `tests/cases/rum/ignored.json` has
//! cases for both.

/// How browsers and what runs in them begin to tell of what is no fault of the page's; nothing failed.
const HARMLESS: [&str; 12] = [
    "ResizeObserver loop",
    // View transitions that did not run, or not to the end: the page has changed all the same.
    "Transition was skipped",
    "Transition was aborted because of invalid state",
    "Old view transition aborted",
    "Skipping view transition",
    "Skipped ViewTransition",
    "View transition was skipped",
    // What mail scanners, apps' own web views and extensions run in a page.
    "Object Not Found Matching Id:",
    "Java object is gone",
    "Java bridge method invocation error",
    "Extension context invalidated",
    "Can't find variable: _AutofillCallbackHandler",
];
/// What browsers put in front of an error's text when nobody caught it.
const UNCAUGHT: [&str; 3] = ["Uncaught (in promise) ", "Uncaught ", "uncaught exception: "];
/// No error's name is longer, in bytes.
const NAME: usize = 64;

/// Whether an error of that message is one that browsers report without fault, or of which `listed` says so, by any of its
/// [`wordings`].
pub fn is_ignored(message: &str, listed: impl Fn(&str) -> bool) -> bool {
    let is_harmless = |text: &str| HARMLESS.iter().any(|start| text.starts_with(start));
    wordings(message).iter().any(|text| is_harmless(text) || listed(text))
}

/// Whether a browser says nothing of an object that nobody caught but that it is one, each in its way.
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

/// A message as the browser has it, as the error has it, and without the error's name.
pub(super) fn wordings(message: &str) -> [&str; 3] {
    let own = UNCAUGHT.iter().find_map(|prefix| message.strip_prefix(prefix)).unwrap_or(message);
    [message, own, without_name(own)]
}

/// `text` without `TypeError: ` in front.
pub(super) fn without_name(text: &str) -> &str {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.".contains(byte);
    let length = text.bytes().take_while(|byte| is_of_name(byte)).count();
    let rest = text.get(length..).and_then(|rest| rest.strip_prefix(": "));
    rest.filter(|_| (1..=NAME).contains(&length)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    #[test]
    fn browsers_call_an_object_an_object() {
        let cases: cases::Thrown = cases::read(include_str!("../../../../tests/cases/rum/thrown.json"));
        for (message, is) in cases.unnamed {
            assert_eq!(is_unnamed(&message), is, "{message}");
        }
    }

    #[test]
    fn what_browsers_report_without_fault_is_ignored_and_what_is_listed() {
        let cases: cases::Ignored = cases::read(include_str!("../../../../tests/cases/rum/ignored.json"));
        for cases::IgnoredCase { message, listed, ignored } in cases.cases {
            let is_listed = |text: &str| listed.iter().any(|part| text.contains(part));
            assert_eq!(is_ignored(&message, is_listed), ignored, "{message}");
        }
    }
}
