//! Spans of pages: loads of documents, resources, requests, and what the application measures itself.
use std::collections::HashMap;

use whippet_engine::beacon::{Attribution, Resource, ResourceKind, resource_timing};
use whippet_engine::vitals::Metric;

use super::logs::exception;
use super::reader::{Outcome, Page, Post, ms};
use super::timing;
use crate::intake::{self, Content, Item, Mark, Slot};
use crate::otlp::model::{Event, Span, Traces, number, text};

/// The most events of a span that are read.
const EVENTS: usize = 64;
/// The kind of spans that are requests: `SPAN_KIND_CLIENT`.
const CLIENT: u64 = 3;
/// The status of spans that failed: `STATUS_CODE_ERROR`.
const FAILED: u64 = 2;
/// Names of the address of a request, the present one first.
const ADDRESS: [&str; 2] = ["url.full", "http.url"];

/// Reads a request.
pub fn traces(traces: &Traces, post: &Post<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for group in &traces.resource_spans {
        let count = group.scope_spans.iter().map(|scope| scope.spans.len()).sum();
        let Some(page) = post.page(group.resource.as_ref(), count, &mut outcome) else { continue };
        let spans: Vec<&Span> =
            group.scope_spans.iter().flat_map(|scope| &scope.spans).filter(|_| outcome.take()).collect();
        // The response of a document has a span of its own.
        let fetches: HashMap<&[u8], &Span> = spans
            .iter()
            .filter(|span| span.name == "documentFetch")
            .map(|span| (span.trace_id.as_slice(), *span))
            .collect();
        for span in spans {
            add(span, &fetches, &page, post.origin.now, &mut outcome);
        }
    }
    outcome
}

fn add(span: &Span, fetches: &HashMap<&[u8], &Span>, page: &Page<'_>, now: i64, outcome: &mut Outcome) {
    let attributes = &span.attributes;
    let at = ms(span.start_time_unix_nano, now);
    let took = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano) as f64 / 1e6;
    let sender = page.sender(attributes);
    let address = text(attributes, &ADDRESS);
    let is_document = matches!(span.name.as_str(), "documentLoad" | "documentFetch");
    let named = page.of(attributes);
    let named = named.or_else(|| if is_document { intake::page_of(address) } else { None });
    let item = |content| Item::new(named.clone(), at, content);
    let method = text(attributes, &["http.request.method", "http.method"]);
    match span.name.as_str() {
        "documentLoad" => {
            let id: String = span.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
            let mark = (!id.is_empty()).then_some(Mark { slot: Slot::Navigation, id, born: at });
            for content in document(span, fetches.get(span.trace_id.as_slice()).copied()) {
                outcome.add(&sender, Item { mark: mark.clone(), ..item(content) });
            }
        }
        "documentFetch" | "CORS Preflight" => {}
        "resourceFetch" => outcome.add(&sender, item(Content::Resource(resource(span, took, None)))),
        _ if span.kind == CLIENT || !method.is_empty() => {
            outcome.add(&sender, item(Content::Resource(resource(span, took, Some(ResourceKind::Fetch)))));
            outcome.add(&sender, item(Content::Timing("http.client.request".to_owned(), took)));
        }
        "" => {}
        name => outcome.add(&sender, item(Content::Timing(format!("span.{name}"), took))),
    }
    for event in span.events.iter().take(EVENTS).filter(|event| event.name == "exception") {
        if let Some(content) = exception(&event.attributes) {
            outcome.add(&sender, item(content));
        }
    }
}

/// The load of a document: its phases, and the vitals that follow from its marks.
fn document(load: &Span, fetch: Option<&Span>) -> Vec<Content> {
    let events = || fetch.into_iter().chain([load]).flat_map(|span| span.events.iter().take(EVENTS));
    // From the beginning of the load, so that no digits are lost.
    let since = |event: &Event| event.time_unix_nano as i128 - i128::from(load.start_time_unix_nano);
    let mark = |name: &str| {
        let found = events().find(|event| event.name == name);
        // A mark before the load is 0 in the browser: it was not reached.
        found.map(|event| since(event) as f64 / 1e6).filter(|ms| *ms >= 0.0)
    };
    let mut contents = timing::phases(|name| if name == "startTime" { Some(0.0) } else { mark(name) });
    if contents.is_empty() {
        contents.push(Content::View);
    }
    for (metric, name) in [(Metric::Ttfb, "responseStart"), (Metric::Fcp, "firstContentfulPaint")] {
        let value = mark(name).filter(|ms| *ms > 0.0);
        let vital = value.and_then(|ms| intake::vital(metric, ms, Attribution::default()));
        contents.extend(vital.map(Content::Vital));
    }
    contents
}

fn resource(span: &Span, took: f64, kind: Option<ResourceKind>) -> Resource {
    let attributes = &span.attributes;
    let address = text(attributes, &ADDRESS);
    let status = number(attributes, &["http.response.status_code", "http.status_code"]);
    // A span of a request that broke off has no status, or 0.
    let failed = status.is_some_and(|status| status >= 400.0)
        || span.status.as_ref().is_some_and(|status| status.code == FAILED)
        || !text(attributes, &["error.type"]).is_empty();
    let bytes = number(attributes, &["http.response.body.size", "http.response_content_length"]);
    let host = resource_timing::host(address);
    let server = text(attributes, &["server.address", "http.host"]);
    Resource {
        host: if host == "-" && !server.is_empty() { server } else { host }.to_owned(),
        kind: kind.unwrap_or_else(|| resource_timing::kind("", address)),
        count: 1,
        bytes: bytes.map_or(0, |bytes| bytes.max(0.0) as u64),
        cached: 0,
        failed: u64::from(failed),
        duration: took,
        slowest: took,
    }
}
