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
        let (kind, body, url) = match entry.get("csp-report") {
            Some(body) => ("csp-report", body, text(body, "document-uri")),
            None => (text(entry, "type"), entry.get("body").unwrap_or(&Value::Null), text(entry, "url")),
        };
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
    if reports.is_empty() && is_nameless { Err(NotRead::NoApp) } else { Ok(reports) }
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
