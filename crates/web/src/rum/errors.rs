//! Errors of the page, and which of them are reported.
use super::options::ErrorPattern;
use super::{browser, read, thrown_value};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{PageError, describe, is_ignored, is_unnamed};

/// Decides which errors are not reported.
pub(super) struct ErrorFilter {
    /// `None` to report all.
    patterns: Option<Vec<IgnorePattern>>,
}

enum IgnorePattern {
    Substring(String),
    /// A `RegExp`.
    Pattern(JsValue),
}

impl ErrorFilter {
    /// An invalid regular expression matches nothing; the console gets a warning.
    pub(super) fn new(patterns: Option<&[ErrorPattern]>) -> Self {
        let read = |one: &ErrorPattern| match one {
            ErrorPattern::Part(part) => Some(IgnorePattern::Substring(part.clone())),
            ErrorPattern::Pattern(pattern) => match browser::regular_expression(pattern) {
                Ok(pattern) => Some(IgnorePattern::Pattern(pattern)),
                Err(error) => {
                    browser::warn("whippet: ignore_errors has an invalid regular expression:", &error);
                    None
                }
            },
        };
        Self { patterns: patterns.map(|patterns| patterns.iter().filter_map(read).collect()) }
    }

    fn ignores(&self, message: &str) -> bool {
        let Some(patterns) = &self.patterns else { return false };
        let matches = |text: &str, one: &IgnorePattern| match one {
            IgnorePattern::Substring(part) => text.contains(part.as_str()),
            IgnorePattern::Pattern(pattern) => {
                read::call(pattern, "test", &[text.into()]).is_some_and(|matches| matches.is_truthy())
            }
        };
        is_ignored(message, |text| patterns.iter().any(|one| matches(text, one)))
    }

    /// An `error` event; `None` if it is ignored, or has no message: then an image or a script failed to load.
    pub(super) fn describe_error_event(&self, event: &JsValue) -> Option<PageError> {
        let mut message = read::member(event, "message")?.as_string()?;
        let mut source = read::text(event, "filename");
        if !source.is_empty() {
            let (line, column) = (read::positive(event, "lineno"), read::positive(event, "colno"));
            source = format!("{source}:{}:{}", line as u32, column as u32);
        }
        let error = read::member(event, "error").unwrap_or_default();
        // For a thrown object that is no `Error`, browsers give a message that names nothing, or lists its contents.
        let is_object = error.is_object() || error.is_function();
        if is_object && (is_unnamed(&message) || thrown_value::has_contents(&error)) {
            message = thrown_value::describe(&error);
        }
        self.describe(&message, &source, &error)
    }

    /// An `unhandledrejection` event.
    pub(super) fn describe_rejection(&self, event: &JsValue) -> Option<PageError> {
        self.describe_thrown(&Reflect::get(event, &"reason".into()).unwrap_or_default())
    }

    /// A thrown value; `None` if it is ignored.
    pub(super) fn describe_thrown(&self, error: &JsValue) -> Option<PageError> {
        self.describe(&thrown_value::describe(error), "", error)
    }

    /// A message; `None` if it is ignored.
    pub(super) fn describe_message(&self, message: &str) -> Option<PageError> {
        self.describe(message, "", &JsValue::UNDEFINED)
    }

    fn describe(&self, message: &str, source: &str, error: &JsValue) -> Option<PageError> {
        (!self.ignores(message)).then(|| describe(message, source, &read::text(error, "stack")))
    }
}
