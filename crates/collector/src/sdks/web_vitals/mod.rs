//! Reports of Chrome's web-vitals as its users send them: `navigator.sendBeacon(url, JSON.stringify(metric))`, one or several.
mod attribution;

use serde_json::Value;
use whippet_engine::beacon::limits;
use whippet_engine::vitals::{Metric, Navigation};

use super::members::{NotRead, first_text, number, text};
use super::request::Origin;
use crate::intake::{self, Content, Item, Mark, Report, Sender, Slot};

pub use attribution::attribution;

/// The most metrics of one post.
const METRICS: usize = 500;

/// Members that name the page, the surest first. `url` may be that of the painted resource.
const PAGE: [&str; 8] = ["page", "path", "pathname", "href", "location", "pageUrl", "navigationURL", "url"];

/// Members that name the page view.
const VIEW: [&str; 3] = ["view", "viewId", "view_id"];

/// Reads a body: a metric; a list of metrics; several of either with white space or commas between them; or an object whose
/// member `metrics` is a list, and whose other members apply to all.
pub fn read(body: &[u8], origin: &Origin) -> Result<Vec<Report>, NotRead> {
    let metrics = metrics(body)?;
    if metrics.is_empty() {
        return Err(NotRead::Shape("a metric of web-vitals with `name` and `value`, or a list of them"));
    }
    let surplus = metrics.len().saturating_sub(METRICS) as u64;
    let mut reports: Vec<Report> = Vec::new();
    for (metric, shared) in metrics.into_iter().take(METRICS) {
        let find = |keys: &[&str]| -> String {
            let own = first_text(&metric, keys);
            if own.is_empty() { first_text(&shared, keys) } else { own }.to_owned()
        };
        let app = origin.app.clone();
        let app = app.or_else(|| intake::label(&find(&["app", "application"]), limits::LABEL));
        let Some(app) = app.or_else(|| origin.host.clone()) else { return Err(NotRead::NoApp) };
        let session = find(&["session", "sessionId", "session_id"]);
        let visitor = if session.is_empty() { origin.visitor.clone() } else { session };
        let mut sender = Sender::new(app, visitor);
        sender.release = intake::label(&find(&["release", "version"]), limits::LABEL);
        sender.device = intake::device(&origin.user_agent, None);
        let page = intake::page_of(&find(&PAGE));
        let view = find(&VIEW);
        let Some(item) = item(&metric, page, &view, origin.now) else { continue };
        match reports.iter_mut().find(|report| report.sender == sender) {
            Some(report) => report.items.push(item),
            None => reports.push(Report { sender, items: vec![item] }),
        }
    }
    if let Some(first) = reports.first_mut().filter(|_| surplus > 0) {
        // On the page of another metric: what was lost is no page view.
        let page = first.items.first().and_then(|item| item.page.clone());
        first.items.push(Item::new(page, 0, Content::Lost("vitals".to_owned(), surplus)));
    }
    Ok(reports)
}

/// Whether each metric of a body has an id, or names its page view. Two visitors' metrics without either are the same bytes
/// where their values are the same, as a CLS of 0 often is.
pub fn is_identified(body: &[u8]) -> bool {
    let has = |value: &Value, key: &str| {
        value.get(key).is_some_and(|id| !id.is_null() && id.as_str().is_none_or(|id| !id.is_empty()))
    };
    metrics(body).is_ok_and(|metrics| {
        metrics.iter().all(|(metric, shared)| {
            has(metric, "id") || VIEW.iter().any(|key| has(metric, key) || has(shared, key))
        })
    })
}

/// The metrics of a body, each with the object whose other members apply to it.
fn metrics(body: &[u8]) -> Result<Vec<(Value, Value)>, NotRead> {
    let mut metrics = Vec::new();
    for value in values(body)? {
        flatten(value, &Value::Null, &mut metrics);
    }
    Ok(metrics)
}

/// The JSON values of a body.
fn values(body: &[u8]) -> Result<Vec<Value>, NotRead> {
    let stream: Result<Vec<Value>, _> =
        serde_json::Deserializer::from_slice(body).into_iter().take(METRICS).collect();
    stream.or_else(|error| {
        // With commas between them, the brackets are all that is missing.
        let joined = [b"[", body, b"]"].concat();
        serde_json::from_slice::<Vec<Value>>(&joined).map_err(|_| NotRead::from(error))
    })
}

/// The metrics in `value`, each with the object whose other members apply to it.
fn flatten(value: Value, shared: &Value, metrics: &mut Vec<(Value, Value)>) {
    match value {
        Value::Array(values) => values.into_iter().for_each(|value| match value {
            // No SDK nests lists.
            Value::Array(_) => {}
            value => flatten(value, shared, metrics),
        }),
        Value::Object(mut members) if !members.contains_key("name") => {
            let list = ["metrics", "vitals"].iter().find_map(|key| members.remove(*key));
            if let Some(Value::Array(list)) = list {
                let shared = Value::Object(members);
                let metrics_only = list.into_iter().filter(|metric| metric.get("name").is_some());
                metrics.extend(metrics_only.map(|metric| (metric, shared.clone())));
            }
        }
        metric @ Value::Object(_) => metrics.push((metric, shared.clone())),
        _ => {}
    }
}

fn item(metric: &Value, page: Option<String>, view: &str, now: i64) -> Option<Item> {
    let (name, value) = (text(metric, "name"), number(metric, "value")?);
    let id = text(metric, "id");
    let known = Metric::from_name(name);
    let content = match known {
        Some(known) => {
            let members = metric.get("attribution").unwrap_or(metric);
            Content::Vital(intake::vital(known, value, attribution(known, members))?)
        }
        None => Content::Timing(name.to_owned(), value),
    };
    let mark = match (view, known) {
        ("", None) => None,
        ("", Some(_)) if id.is_empty() => None,
        ("", Some(known)) => {
            Some(Mark { slot: Slot::Vital(known), id: id.to_owned(), born: born(id).unwrap_or(now) })
        }
        (view, _) => Some(Mark { slot: Slot::View, id: view.to_owned(), born: now }),
    };
    let navigation = Navigation::from_name(first_text(metric, &["navigationType", "navigation_type"]));
    Some(Item { mark, navigation, ..Item::new(page, now, content) })
}

/// When an id was made, ms since the Unix epoch: web-vitals' ids are `v6-1790000000000-4211345678901`.
pub fn born(id: &str) -> Option<i64> {
    let (version, rest) = id.split_once('-')?;
    let time = rest.split_once('-').map_or(rest, |(time, _)| time);
    let is_version = version.strip_prefix('v').is_some_and(|digits| digits.parse::<u8>().is_ok());
    (is_version && time.len() == 13).then(|| time.parse().ok())?
}

#[cfg(test)]
mod tests;
