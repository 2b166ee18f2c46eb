//! Navigation and resource timings: from events that have a browser's timing entry as attributes, and from marks of spans.
use whippet_engine::beacon::{NAVIGATION_PHASES, Resource, resource_timing};

use crate::intake::Content;
use crate::otlp::model::{KeyValue, number, text};

/// The phases and the load time of a navigation; `mark` gives the time of a mark of Navigation Timing by its name there, ms
/// from any point in time. Nothing where the response's end is unknown.
pub fn phases(mark: impl Fn(&str) -> Option<f64>) -> Vec<Content> {
    let Some(response_end) = mark("responseEnd") else { return Vec::new() };
    let between =
        |from: &str, to: &str| mark(from).zip(mark(to)).map_or(0.0, |(from, to)| (to - from).max(0.0));
    let tls = if mark("secureConnectionStart").is_some() {
        between("secureConnectionStart", "connectEnd")
    } else {
        0.0
    };
    let dom = mark("domComplete").map_or(0.0, |complete| (complete - response_end).max(0.0));
    let phases = [
        between("redirectStart", "redirectEnd"),
        between("domainLookupStart", "domainLookupEnd"),
        (between("connectStart", "connectEnd") - tls).max(0.0),
        tls,
        between("requestStart", "responseStart"),
        between("responseStart", "responseEnd"),
        dom,
        between("loadEventStart", "loadEventEnd"),
    ];
    let named = NAVIGATION_PHASES.into_iter().zip(phases);
    let mut timings: Vec<Content> =
        named.map(|(phase, ms)| Content::Timing(format!("navigation.{phase}"), ms)).collect();
    let start = mark("startTime").or_else(|| mark("fetchStart"));
    if let Some((start, end)) = start.zip(mark("loadEventEnd"))
        && end > start
    {
        timings.push(Content::Timing("page.load".to_owned(), end - start));
    }
    timings
}

/// The same of an event `browser.navigation_timing`, whose attributes are the members of the entry.
pub fn navigation(attributes: &[KeyValue]) -> Vec<Content> {
    // A mark of 0 has not been reached, but for the start.
    phases(|name| {
        member(attributes, "browser.navigation_timing", name).filter(|ms| *ms > 0.0 || name == "startTime")
    })
}

/// The resource of an event `browser.resource_timing`.
pub fn resource(attributes: &[KeyValue]) -> Option<Content> {
    let of = |name: &str| member(attributes, "browser.resource_timing", name);
    let url = text(
        attributes,
        &["browser.resource_timing.name", "browser.resource_timing.url", "url.full", "url", "name"],
    );
    let duration = of("duration")
        .or_else(|| Some(of("responseEnd")? - of("startTime").or_else(|| of("fetchStart"))?))?;
    if duration < 0.0 {
        return None;
    }
    let initiator =
        text(attributes, &["browser.resource_timing.initiator_type", "initiator_type", "initiatorType"]);
    let bytes = of("transferSize").map_or(0, |bytes| bytes.max(0.0) as u64);
    Some(Content::Resource(Resource {
        host: resource_timing::host(url).to_owned(),
        kind: resource_timing::kind(initiator, url),
        count: 1,
        bytes,
        cached: u64::from(bytes == 0 && of("decodedBodySize").is_some_and(|size| size > 0.0)),
        failed: u64::from(of("responseStatus").is_some_and(|status| status >= 400.0)),
        duration,
        slowest: duration,
    }))
}

/// A member of an entry: with or without a prefix, with `_` between its words or as the browser has it.
fn member(attributes: &[KeyValue], prefix: &str, name: &str) -> Option<f64> {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    number(attributes, &[&format!("{prefix}.{snake}"), &format!("{prefix}.{name}"), &snake, name])
}
