//! Logs and events of pages: web vitals, navigations, resources, exceptions; all others are counted.
use whippet_engine::beacon::{Attribution, limits};
use whippet_engine::vitals::{Metric, Navigation};

use super::reader::{Outcome, Page, Post, ms};
use super::timing;
use crate::intake::{self, Content, Item, Mark, Slot};
use crate::otlp::model::{KeyValue, LogRecord, Logs, display, number, text};
use crate::sdks::web_vitals::born;

/// From here on a log is of an error.
const ERROR: u64 = 17;

/// Reads a request.
pub fn logs(logs: &Logs, post: &Post<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for group in &logs.resource_logs {
        let count = group.scope_logs.iter().map(|scope| scope.log_records.len()).sum();
        let Some(page) = post.page(group.resource.as_ref(), count, &mut outcome) else { continue };
        for record in group.scope_logs.iter().flat_map(|scope| &scope.log_records) {
            if outcome.take() {
                add(record, &page, post.origin.now, &mut outcome);
            }
        }
    }
    outcome
}

fn add(record: &LogRecord, page: &Page<'_>, now: i64, outcome: &mut Outcome) {
    // Events had their members in the body once.
    let in_body = record.body.as_ref().and_then(|body| body.kvlist_value.as_ref());
    let mut attributes = record.attributes.clone();
    attributes.extend(in_body.into_iter().flat_map(|list| list.values.iter().cloned()));
    let at = ms(record.time_unix_nano, ms(record.observed_time_unix_nano, now));
    let sender = page.sender(&attributes);
    let named =
        page.of(&attributes).or_else(|| intake::page_of(text(&attributes, &["url.full", "url.path"])));
    let view = page.view(&attributes, at);
    let item = |content| Item { mark: view.clone(), ..Item::new(named.clone(), at, content) };
    let event = record.event_name.as_deref().filter(|name| !name.is_empty());
    let event = event.unwrap_or_else(|| text(&attributes, &["event.name"]));
    match event {
        "browser.web_vital" | "web_vital" | "web-vital" | "browser.web_vitals" => {
            if let Some(vital) = vital(&attributes, item(Content::View)) {
                outcome.add(&sender, vital);
            }
        }
        // Our own package sends the phases as metrics, too.
        "browser.navigation_timing" if page.is_whippet => {}
        "browser.navigation_timing" => {
            for content in timing::navigation(&attributes) {
                outcome.add(&sender, item(content));
            }
        }
        "browser.resource_timing" => {
            if let Some(content) = timing::resource(&attributes) {
                outcome.add(&sender, item(content));
            }
        }
        _ if event == "exception" || has_exception(&attributes) => {
            if let Some(content) = exception(&attributes) {
                // An error is no page view.
                outcome.add(&sender, Item { mark: None, ..item(content) });
            }
        }
        "" => {
            let level = level(record.severity_number);
            outcome.add(&sender, item(Content::Counter(format!("log.{level}"), 1)));
            let said = record.body.as_ref().map(display).unwrap_or_default();
            if record.severity_number >= ERROR && !said.is_empty() {
                outcome.add(
                    &sender,
                    Item { mark: None, ..item(Content::Error(intake::error("", &said, "", ""))) },
                );
            }
        }
        event => outcome.add(&sender, item(Content::Counter(format!("event.{event}"), 1))),
    }
}

/// A vital, named as the conventions for browsers have it, or without their prefix as they once were.
fn vital(attributes: &[KeyValue], item: Item) -> Option<Item> {
    let text_of = |key: &str| {
        text(attributes, &[&format!("browser.web_vital.{key}"), &format!("web_vital.{key}"), key])
    };
    let metric = Metric::from_name(&text_of("name").to_ascii_uppercase())?;
    let value = number(attributes, &["browser.web_vital.value", "web_vital.value", "value"])?;
    let attribution = Attribution {
        target: text(attributes, &["whippet.web_vital.target", "attribution.target", "target"]).to_owned(),
        url: text(attributes, &["whippet.web_vital.url", "attribution.url"]).to_owned(),
        ..Attribution::default()
    };
    let id = text_of("id");
    let mark = Mark { slot: Slot::Vital(metric), id: id.to_owned(), born: born(id).unwrap_or(item.at) };
    Some(Item {
        mark: item.mark.or((!id.is_empty()).then_some(mark)),
        navigation: Navigation::from_name(match text_of("navigation_type") {
            "" => text_of("navigationType"),
            told => told,
        }),
        content: Content::Vital(intake::vital(metric, value, attribution)?),
        ..item
    })
}

fn has_exception(attributes: &[KeyValue]) -> bool {
    !text(attributes, &["exception.message", "exception.type"]).is_empty()
}

/// An exception, named as the conventions have it: also that of a span's event.
pub fn exception(attributes: &[KeyValue]) -> Option<Content> {
    let (message, stack) =
        (text(attributes, &["exception.message"]), text(attributes, &["exception.stacktrace"]));
    let kind = text(attributes, &["exception.type"]);
    // Messages of browsers begin with `Uncaught TypeError: `.
    let kind = if message.contains(kind) { "" } else { kind };
    // A single line is a place.
    let (source, stack) = if stack.contains('\n') { ("", stack) } else { (stack, "") };
    let mut error = intake::error(kind, message, source, stack);
    if error.message.is_empty() {
        return None;
    }
    let own = text(attributes, &["whippet.exception.fingerprint"]);
    if !own.is_empty() && own.len() <= limits::ID && own.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        own.clone_into(&mut error.fingerprint);
    }
    let count = number(attributes, &["whippet.exception.count"]).unwrap_or(1.0);
    error.count = (count.max(1.0) as u64).min(limits::COUNT);
    Some(Content::Error(error))
}

fn level(severity: u64) -> &'static str {
    match severity {
        1..=4 => "trace",
        5..=8 => "debug",
        9..=12 => "info",
        13..=16 => "warn",
        17..=20 => "error",
        21..=24 => "fatal",
        _ => "other",
    }
}
