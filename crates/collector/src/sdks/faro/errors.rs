//! Faro's exceptions and logs.
use std::fmt::Write;

use serde_json::Value;
use whippet_engine::beacon::limits;

use super::context::Context;
use crate::intake::{self, Content, Item};
use crate::sdks::members::{first_text, list, number, text};

/// The most frames that are looked at.
const FRAMES: usize = 50;

/// Reads an exception.
pub fn exception(entry: &Value, items: &mut Vec<Item>, context: &Context<'_>) {
    let stack = entry.get("stacktrace").map(stack).unwrap_or_default();
    let mut error = intake::error(text(entry, "type"), text(entry, "value"), "", &stack);
    if error.message.is_empty() {
        return;
    }
    let own = text(entry, "fingerprint");
    if !own.is_empty() {
        // Any text: beacons have ids of letters and digits.
        error.fingerprint = limits::cut(&intake::digest([own.as_bytes()]), 16).to_owned();
    }
    items.push(context.item(Content::Error(error)));
}

/// The frames as Chromium would write them.
fn stack(trace: &Value) -> String {
    let mut text_of_all = String::new();
    for frame in list(trace, "frames", FRAMES) {
        let position =
            |key: &str| number(frame, key).map(|number| format!(":{number:.0}")).unwrap_or_default();
        let place = format!("{}{}{}", text(frame, "filename"), position("lineno"), position("colno"));
        // Writing to a string never fails.
        let _ = match text(frame, "function") {
            "" | "?" => writeln!(text_of_all, "at {place}"),
            function => writeln!(text_of_all, "at {} ({place})", limits::line(function, limits::TARGET)),
        };
    }
    text_of_all
}

/// Reads a log: counted by level. One of an error is listed as one.
pub fn log(entry: &Value, items: &mut Vec<Item>, context: &Context<'_>) {
    let level = match text(entry, "level") {
        level @ ("trace" | "debug" | "info" | "log" | "warn" | "error") => level,
        _ => "other",
    };
    items.push(context.item(Content::Counter(format!("log.{level}"), 1)));
    let message = text(entry, "message");
    if level == "error" && !message.is_empty() {
        items.push(context.item(Content::Error(intake::error("", message, "", ""))));
    }
}

/// Reads the event of a violated content security policy.
pub fn violation(attributes: &Value, items: &mut Vec<Item>, context: &Context<'_>) {
    let blocked = first_text(attributes, &["blockedURI", "sourceFile"]);
    let directive = first_text(attributes, &["effectiveDirective", "violatedDirective"]);
    let what = if text(attributes, "disposition") == "report" { "would block" } else { "blocked" };
    let message = format!("CSP: {directive} {what} {blocked}");
    let line = number(attributes, "lineNumber").filter(|line| *line > 0.0);
    let column = number(attributes, "columnNumber").unwrap_or(0.0);
    let source = match (text(attributes, "sourceFile"), line) {
        ("", _) => String::new(),
        (file, None) => file.to_owned(),
        (file, Some(line)) => format!("{file}:{line:.0}:{column:.0}"),
    };
    items.push(context.item(Content::Error(intake::error("", &message, &source, ""))));
}
