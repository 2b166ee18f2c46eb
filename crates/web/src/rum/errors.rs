//! What was thrown and nobody caught.
use super::options::ErrorPattern;
use super::{host, read, thrown};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{PageError, describe, is_ignored, is_unnamed};

/// Which errors are not told.
pub(super) struct Ignored {
    /// `None`: all are told.
    listed: Option<Vec<Listed>>,
}

enum Listed {
    Part(String),
    /// A `RegExp`.
    Pattern(JsValue),
}

impl Ignored {
    /// What is no pattern of JavaScript's matches nothing, and the console is told.
    pub(super) fn new(listed: Option<&[ErrorPattern]>) -> Self {
        let read = |one: &ErrorPattern| match one {
            ErrorPattern::Part(part) => Some(Listed::Part(part.clone())),
            ErrorPattern::Pattern(pattern) => match host::regular_expression(pattern) {
                Ok(pattern) => Some(Listed::Pattern(pattern)),
                Err(error) => {
                    host::warn("whippet: ignore_errors has a pattern that is none:", &error);
                    None
                }
            },
        };
        Self { listed: listed.map(|listed| listed.iter().filter_map(read).collect()) }
    }

    fn has(&self, message: &str) -> bool {
        let Some(listed) = &self.listed else { return false };
        let matches = |text: &str, one: &Listed| match one {
            Listed::Part(part) => text.contains(part.as_str()),
            Listed::Pattern(pattern) => {
                read::call(pattern, "test", &[text.into()]).is_some_and(|matches| matches.is_truthy())
            }
        };
        is_ignored(message, |text| listed.iter().any(|one| matches(text, one)))
    }

    /// An `error` event; `None` where nothing was thrown, or it is not told. Errors of images and scripts do not bubble,
    /// but have no message either.
    pub(super) fn of_error(&self, event: &JsValue) -> Option<PageError> {
        let mut message = read::member(event, "message")?.as_string()?;
        let mut source = read::text(event, "filename");
        if !source.is_empty() {
            let (line, column) = (read::positive(event, "lineno"), read::positive(event, "colno"));
            source = format!("{source}:{}:{}", line as u32, column as u32);
        }
        let error = read::member(event, "error").unwrap_or_default();
        // Of an object that is no error, browsers say that it is an object, or what is in it.
        let is_object = error.is_object() || error.is_function();
        if is_object && (is_unnamed(&message) || thrown::has_contents(&error)) {
            message = thrown::text_of(&error);
        }
        self.describe(&message, &source, &error)
    }

    /// An `unhandledrejection` event.
    pub(super) fn of_rejection(&self, event: &JsValue) -> Option<PageError> {
        self.of_thrown(&Reflect::get(event, &"reason".into()).unwrap_or_default())
    }

    /// Whatever was thrown; `None` where it is not told.
    pub(super) fn of_thrown(&self, error: &JsValue) -> Option<PageError> {
        self.describe(&thrown::text_of(error), "", error)
    }

    /// What says so.
    pub(super) fn of_text(&self, message: &str) -> Option<PageError> {
        self.describe(message, "", &JsValue::UNDEFINED)
    }

    fn describe(&self, message: &str, source: &str, error: &JsValue) -> Option<PageError> {
        (!self.has(message)).then(|| describe(message, source, &read::text(error, "stack")))
    }
}
