//! What was thrown and nobody caught.
use super::{host, read};
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{PageError, describe};

/// An `error` event; `None` where nothing was thrown. Errors of images and scripts do not bubble, but have no message
/// either.
pub(super) fn of_error(event: &JsValue) -> Option<PageError> {
    let message = read::member(event, "message")?.as_string()?;
    let mut source = read::text(event, "filename");
    if !source.is_empty() {
        let (line, column) = (read::positive(event, "lineno"), read::positive(event, "colno"));
        source = format!("{source}:{}:{}", line as u32, column as u32);
    }
    let thrown = read::member(event, "error").unwrap_or_default();
    Some(describe(&message, &source, &read::text(&thrown, "stack")))
}

/// An `unhandledrejection` event.
pub(super) fn of_rejection(event: &JsValue) -> PageError {
    of_thrown(&read::member(event, "reason").unwrap_or_default())
}

/// Whatever was thrown: its text may throw as well.
pub(super) fn of_thrown(thrown: &JsValue) -> PageError {
    let message = host::to_string(thrown).ok().and_then(|text| text.as_string());
    describe(&message.unwrap_or_else(|| "unknown".into()), "", &read::text(thrown, "stack"))
}
