//! What was thrown and nobody caught.
use super::host::{self, Event, Thrown};
use alloc::string::String;
use wasm_bindgen::prelude::*;

/// Message and source of an `error` event.
pub(super) fn of_error(event: &Event) -> Option<(String, String)> {
    let message = event.message().as_string()?;
    let mut source = event.filename().as_string().unwrap_or_default();
    if !source.is_empty() {
        for number in [event.lineno(), event.colno()] {
            source.push(':');
            push_integer(&mut source, number as u32);
        }
    }
    Some((message, source))
}

/// Message and source of an `unhandledrejection` event.
pub(super) fn of_rejection(event: &Event) -> Option<(String, String)> {
    let reason = event.reason().ok()?;
    // Whatever was thrown: its text may throw as well.
    let message = host::to_string(&reason).ok()?.as_string()?;
    let stack = reason.unchecked_ref::<Thrown>().stack().ok().and_then(|stack| stack.as_string());
    Some((message, stack.map(|stack| String::from(first_frame(&stack))).unwrap_or_default()))
}

/// The first line of a stack that names a place: Chromium begins with the message, the others with the frame.
fn first_frame(stack: &str) -> &str {
    let bytes = stack.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        while bytes.get(start) == Some(&b' ') {
            start += 1;
        }
        let mut end = start;
        while end < bytes.len() && bytes[end] != b'\n' {
            end += 1;
        }
        let line = &bytes[start..end];
        if line.starts_with(b"at ") || line.contains(&b'@') {
            return stack.get(start..end).unwrap_or("");
        }
        start = end + 1;
    }
    ""
}

fn push_integer(out: &mut String, integer: u32) {
    if integer >= 10 {
        push_integer(out, integer / 10);
    }
    out.push(char::from(b'0' + (integer % 10) as u8));
}
