//! Grafana Faro's web SDK: the body of a `POST /collect`.
//!
//! `meta` says who sends; `measurements`, `exceptions`, `events`, `logs` and `traces` are what was measured on the page of
//! `meta`.
mod context;
mod errors;
mod performance;
mod vitals;

use serde_json::Value;
use whippet_engine::beacon::limits;
use whippet_engine::vitals::Navigation;

use context::Context;

use super::members::{NotRead, first_text, list, number, text};
use super::request::Origin;
use super::time;
use crate::intake::{self, Content, Item, Mark, Report, Sender, Slot};

/// The most entries of each list. Faro gathers 50 by default.
const ENTRIES: usize = 1000;

/// Reads a body.
pub fn read(body: &[u8], origin: &Origin) -> Result<Report, NotRead> {
    let body: Value = serde_json::from_slice(body)?;
    let Some(meta) = body.get("meta").filter(|meta| meta.is_object()) else {
        return Err(NotRead::Shape("an object with `meta`, as Faro's web SDK sends it"));
    };
    let sender = sender(meta, origin)?;
    let page = page(meta);
    let (mut items, mut lost) = (Vec::new(), Vec::new());
    let mut add = |key: &str, read: fn(&Value, &mut Vec<Item>, &Context<'_>)| {
        for entry in list(&body, key, ENTRIES) {
            let at = time::iso(text(entry, "timestamp")).unwrap_or(origin.now);
            read(entry, &mut items, &Context { page: &page, at });
        }
        let surplus = list(&body, key, usize::MAX).len().saturating_sub(ENTRIES);
        if surplus > 0 {
            // Of the others, nobody knows what they would have become.
            let kind = if key == "exceptions" { "errors" } else { key };
            lost.push((kind.to_owned(), surplus as u64));
        }
    };
    add("events", event);
    add("measurements", vitals::measurement);
    add("exceptions", errors::exception);
    add("logs", errors::log);
    // What was lost is no page view: it needs something else of the post to be told with.
    if !items.is_empty() {
        items.extend(
            lost.into_iter().map(|(kind, count)| Item::new(page.clone(), 0, Content::Lost(kind, count))),
        );
    }
    Ok(Report { sender, items })
}

/// The spans of Faro's tracing, as OTLP in JSON, and the page that they are of: nothing in them says it, and they often come
/// alone.
pub fn traces(body: &[u8]) -> Option<(Value, Option<String>)> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    let page = body.get("meta").and_then(page);
    let traces = body.get_mut("traces").map(Value::take).filter(Value::is_object)?;
    Some((traces, page))
}

fn sender(meta: &Value, origin: &Origin) -> Result<Sender, NotRead> {
    let part = |key: &str| meta.get(key).unwrap_or(&Value::Null);
    let (app, browser) = (part("app"), part("browser"));
    let name = origin.app.clone().or_else(|| intake::label(text(app, "name"), limits::LABEL));
    let name = name.or_else(|| origin.host.clone()).ok_or(NotRead::NoApp)?;
    let visitor = match text(part("session"), "id") {
        "" => origin.visitor.clone(),
        session => limits::cut(session, 256).to_owned(),
    };
    let agent = match text(browser, "userAgent") {
        "" => &origin.user_agent,
        agent => agent,
    };
    let mut sender = Sender::new(name, visitor);
    sender.release = intake::label(first_text(app, &["version", "release"]), limits::LABEL);
    sender.device = intake::device(agent, browser.get("mobile").and_then(Value::as_bool));
    Ok(sender)
}

/// The page: its id where the application gives one, or else its address.
fn page(meta: &Value) -> Option<String> {
    let page = meta.get("page")?;
    intake::page_of(first_text(page, &["id", "url"]))
}

fn event(entry: &Value, items: &mut Vec<Item>, context: &Context<'_>) {
    let attributes = entry.get("attributes").unwrap_or(&Value::Null);
    match text(entry, "name") {
        "" => {}
        "faro.performance.navigation" => performance::navigation(attributes, items, context),
        "faro.performance.resource" => performance::resource(attributes, items, context),
        "faro.navigation" => {
            // A change of the route: the page of `meta` is the new one already.
            let id = format!("{} {}", context.at, text(attributes, "toUrl"));
            let mark = Mark { slot: Slot::Navigation, id, born: context.at };
            items.push(Item {
                mark: Some(mark),
                navigation: Some(Navigation::SoftNavigation),
                ..context.item(Content::View)
            });
            if let Some(ms) = number(attributes, "duration") {
                items.push(context.item(Content::Timing("faro.navigation".to_owned(), ms)));
            }
        }
        "securitypolicyviolation" => errors::violation(attributes, items, context),
        name => items.push(context.item(Content::Counter(format!("event.{name}"), 1))),
    }
}

#[cfg(test)]
mod tests;
