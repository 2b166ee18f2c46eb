//! Reports of browsers themselves: `application/reports+json` of the Reporting API, and the older `application/csp-report`.
//! All of them are shown as errors.
mod describe;

use serde_json::Value;

use super::members::{NotRead, number, text};
use super::request::Origin;
use crate::intake::{self, Content, Item, Report, Sender};

/// The most reports of one post; browsers send about a hundred.
const REPORTS: usize = 200;
/// A report is no older, ms.
const OLDEST: f64 = 86_400_000.0;

/// Reads the reports of a body.
pub fn read(body: &[u8], origin: &Origin) -> Result<Vec<Report>, NotRead> {
    let value: Value = serde_json::from_slice(body)?;
    let entries = match value {
        Value::Array(entries) => entries,
        // A violation of the older format comes alone.
        Value::Object(_) => vec![value],
        _ => return Err(NotRead::Shape("a list of reports, or one violation as `csp-report`")),
    };
    let mut reports: Vec<Report> = Vec::new();
    let mut is_nameless = false;
    for entry in entries.iter().take(REPORTS) {
        let (kind, body, url) = parts(entry);
        let Some(content) = content(kind, body, url) else { continue };
        // The request of a network error is that of any server; the page is its referrer.
        let page = if kind == "network-error" { text(body, "referrer") } else { url };
        let app = origin.app.clone().or_else(|| intake::app_of(page)).or_else(|| origin.host.clone());
        // A request without a referrer, such as that of an address that was typed, is of the host that it went to.
        let Some(app) = app.or_else(|| intake::app_of(url)) else {
            // The browser sends several in one post: the others are not lost for it.
            is_nameless = true;
            continue;
        };
        let mut sender = Sender::new(app, origin.visitor.clone());
        let agent = text(entry, "user_agent");
        sender.device = intake::device(if agent.is_empty() { &origin.user_agent } else { agent }, None);
        if let Some(rate) = number(body, "sampling_fraction").filter(|rate| *rate > 0.0 && *rate <= 1.0) {
            sender.sample_rate = rate;
        }
        let age = number(entry, "age").unwrap_or(0.0).clamp(0.0, OLDEST);
        let item = Item::new(intake::page_of(page), origin.now - age as i64, content);
        match reports.iter_mut().find(|report| report.sender == sender) {
            Some(report) => report.items.push(item),
            None => reports.push(Report { sender, items: vec![item] }),
        }
    }
    let lost = entries.iter().skip(REPORTS).filter(|entry| {
        let (kind, body, url) = parts(entry);
        content(kind, body, url).is_some()
    });
    let lost = lost.count() as u64;
    if let Some(first) = reports.first_mut().filter(|_| lost > 0) {
        // On the page of another report: what was lost is no page view.
        let page = first.items.first().and_then(|item| item.page.clone());
        first.items.push(Item::new(page, 0, Content::Lost("errors".to_owned(), lost)));
    }
    if reports.is_empty() && is_nameless { Err(NotRead::NoApp) } else { Ok(reports) }
}

/// The type of a report, its body, and the address that it is of.
fn parts(entry: &Value) -> (&str, &Value, &str) {
    match entry.get("csp-report") {
        Some(body) => ("csp-report", body, text(body, "document-uri")),
        None => (text(entry, "type"), entry.get("body").unwrap_or(&Value::Null), text(entry, "url")),
    }
}

/// Whether all reports of a body are of pages whose origin is allowed. A network error is also of the page that asked, as `url` may be
/// any server's.
pub fn are_allowed(body: &[u8], is_allowed: impl Fn(&str) -> bool) -> bool {
    let entries = match serde_json::from_slice(body) {
        Ok(Value::Array(entries)) => entries,
        Ok(value) => vec![value],
        // Who reads it says what is wrong.
        Err(_) => return true,
    };
    let is_of = |address: &str| origin_of(address).is_some_and(&is_allowed);
    entries.iter().take(REPORTS).all(|entry| match (entry.get("csp-report"), entry.get("body")) {
        (Some(body), _) => is_of(text(body, "document-uri")),
        (None, Some(body)) if text(entry, "type") == "network-error" => {
            is_of(text(entry, "url")) || is_of(text(body, "referrer"))
        }
        _ => is_of(text(entry, "url")),
    })
}

/// The origin of an address.
fn origin_of(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    address.get(..scheme.len() + "://".len() + host)
}

/// The report as an error; nothing where it says that all went well.
fn content(kind: &str, body: &Value, url: &str) -> Option<Content> {
    let described = match kind {
        "csp-report" | "csp-violation" => describe::violation(body),
        "network-error" => describe::network_error(body, url)?,
        "deprecation" | "intervention" => describe::warning(kind, body),
        "crash" => describe::crash(body),
        "" => return None,
        kind => describe::other(kind, body),
    };
    Some(Content::Error(intake::error("", &described.message, &described.source, "")))
}

#[cfg(test)]
mod tests;
