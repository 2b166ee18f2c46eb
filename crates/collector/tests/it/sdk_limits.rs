//! Whatever foreign SDKs send, what is made of it keeps to the limits of beacons.
use proptest::prelude::*;
use serde_json::{Value, json};
use whippet_collector::intake::{Report, Views, gather};
use whippet_collector::otlp::browser::{self, Cumulative, Post};
use whippet_collector::otlp::{self, Encoding, Logs, Metrics, Traces};
use whippet_collector::sdks::{Origin, faro, reports, web_vitals};
use whippet_engine::beacon::{decode, encode};

const NOW: i64 = 1_790_000_000_000;

fn origin() -> Origin {
    Origin { app: Some("shop".to_owned()), now: NOW, ..Origin::default() }
}

/// Every beacon that is made of `reports` is one that a page could send.
fn check(reports: Vec<Report>) -> Result<(), TestCaseError> {
    for beacon in gather(reports, &Views::default(), "id", None, NOW) {
        let bytes = encode(&beacon);
        if let Err(error) = decode(&bytes) {
            // Nobody sends it: it may be longer.
            prop_assert_eq!(error.code(), "too_large", "{}: {}", error, String::from_utf8_lossy(&bytes));
        }
    }
    Ok(())
}

/// Texts that readers look at, and others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "https?://[a-z@:\\PC]{0,20}/[0-9a-z?#%\\PC]{0,40}",
        "/[a-z0-9/]{0,30}",
        Just("poor".to_owned()),
        Just("fetch".to_owned()),
        "v6-[0-9]{13}-[0-9]{1,13}",
        "x{0,700}",
    ]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(|number| Value::from(number.to_string())),
        (0..5000_u32).prop_map(Value::from),
        Just(Value::Null),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![number(), text().prop_map(Value::from)]
}

fn attribute(keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let kinds = prop::sample::select(vec!["stringValue", "intValue", "doubleValue"]);
    let key = prop_oneof![prop::sample::select(keys.to_vec()).prop_map(str::to_owned), text()];
    (key, kinds, text(), any::<i32>()).prop_map(|(key, kind, text, number)| {
        let value = if kind == "stringValue" { Value::from(text) } else { Value::from(number) };
        json!({"key": key, "value": {kind: value}})
    })
}

const KEYS: &[&str] = &[
    "service.name",
    "session.id",
    "url.full",
    "url.template",
    "http.request.method",
    "http.response.status_code",
    "http.response_content_length",
    "browser.web_vital.name",
    "browser.web_vital.value",
    "browser.web_vital.id",
    "exception.message",
    "exception.stacktrace",
    "exception.type",
    "whippet.view.id",
    "whippet.exception.count",
    "server.address",
    "kind",
    "browser.resource_timing.kind",
    "browser.resource_timing.duration",
    "browser.navigation_timing.response_end",
    "browser.navigation_timing.load_event_end",
    "code.file.path",
    "browser.script.invoker",
    "device.type",
    "error.type",
];

fn attributes() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(attribute(KEYS), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn of_faro(
        name in prop_oneof![Just("faro.performance.navigation".to_owned()), Just("faro.performance.resource".to_owned()), Just("faro.navigation".to_owned()), text()],
        texts in prop::collection::vec(text(), 6), values in prop::collection::vec(scalar(), 6),
    ) {
        let body = json!({
            "meta": {"app": {"name": texts[0], "version": texts[1]}, "page": {"url": texts[2]}, "session": {"id": texts[3]}},
            "events": [{"name": name, "attributes": {
                "name": texts[4], "duration": values[0], "fetchTime": values[1], "pageLoadTime": values[2],
                "transferSize": values[3], "responseStatus": values[4], "faroNavigationId": texts[5], "toUrl": texts[2]}}],
            "measurements": [
                {"type": "web-vitals", "values": {"lcp": values[0], "time_to_first_byte": values[1]}, "context": {"id": texts[5], "element": texts[0], "resource_url": texts[4]}},
                {"type": texts[1], "values": {"a": values[2], texts[2].as_str(): values[3]}}],
            "exceptions": [{"type": texts[0], "value": texts[1], "fingerprint": texts[2], "stacktrace": {"frames": [
                {"filename": texts[3], "function": texts[4], "lineno": values[5], "colno": 1}, {"filename": texts[4], "lineno": 2}]}}],
            "logs": [{"level": "error", "message": texts[5]}],
        });
        check(vec![faro::read(body.to_string().as_bytes(), &origin()).unwrap()])?;
    }

    #[test]
    fn of_web_vitals_and_reports(texts in prop::collection::vec(text(), 6), values in prop::collection::vec(scalar(), 4)) {
        let metric = json!({"name": "INP", "value": values[0], "id": texts[0], "page": texts[1], "view": texts[2], "session": texts[3],
            "attribution": {"interactionTarget": texts[4], "interactionType": texts[5], "inputDelay": values[1]}});
        let other = json!({"name": texts[4], "value": values[2]});
        let body = json!([metric, other]).to_string();
        check(web_vitals::read(body.as_bytes(), &origin()).unwrap_or_default())?;
        let report = json!([{"type": texts[0], "url": texts[1], "age": values[0], "body": {"message": texts[2], "sourceFile": texts[3], "lineNumber": values[1]}},
            {"type": "csp-violation", "url": texts[1], "body": {"blockedURL": texts[4], "effectiveDirective": texts[5], "sourceFile": texts[3], "columnNumber": values[2]}}]);
        check(reports::read(report.to_string().as_bytes(), &origin()).unwrap_or_default())?;
    }

    #[test]
    fn of_opentelemetry(
        resource in attributes(), own in attributes(), name in prop_oneof![
            prop::sample::select(vec!["documentLoad", "resourceFetch", "browser.web_vital", "browser.navigation_timing", "browser.resource_timing",
                "browser.route.views", "browser.resource_timing.count", "browser.resource_timing.duration", "browser.script.duration", "whippet.dropped"]).prop_map(str::to_owned),
            text()],
        times in prop::collection::vec(any::<u64>(), 4), value in number(), kind in 0..5_u8, delta in 0..3_u8,
        counts in prop::collection::vec(0..1000_u64, 0..40), scale in -12..25_i32, offset in any::<i32>(),
    ) {
        let post_origin = origin();
        let post = Post { origin: &post_origin, from_page: true };
        let time = |number: usize| times[number].to_string();
        let resource = json!({"attributes": resource});
        let marks = ["fetchStart", "responseStart", "responseEnd", "domComplete", "loadEventEnd", "firstContentfulPaint"];
        let events: Vec<Value> = marks.iter().enumerate().map(|(number, mark)| json!({"name": mark, "timeUnixNano": time(number % 4)})).collect();
        let spans = json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [{"traceId": "f78b91d9fda40ea1d39959470960cd9e",
            "name": name, "kind": kind, "startTimeUnixNano": time(0), "endTimeUnixNano": time(1), "attributes": own, "events": events}]}]}]});
        let traces: Traces = otlp::read(spans.to_string().as_bytes(), Encoding::Json).unwrap();
        check(browser::traces(&traces, &post).reports)?;
        let logs = json!({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [{"eventName": name, "timeUnixNano": time(2),
            "severityNumber": kind * 5, "body": {"stringValue": name}, "attributes": own}]}]}]});
        let logs: Logs = otlp::read(logs.to_string().as_bytes(), Encoding::Json).unwrap();
        check(browser::logs(&logs, &post).reports)?;
        let number = json!({"asDouble": value.as_f64(), "attributes": own, "startTimeUnixNano": time(3), "timeUnixNano": time(2)});
        let bounds: Vec<u64> = (1..counts.len().max(1) as u64).collect();
        let metrics = json!({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [
            {"name": name, "sum": {"aggregationTemporality": delta, "isMonotonic": true, "dataPoints": [number]}},
            {"name": name, "gauge": {"dataPoints": [number]}},
            {"name": name, "unit": "s", "histogram": {"aggregationTemporality": 1, "dataPoints": [{"attributes": own, "count": "7",
                "sum": value.as_f64(), "bucketCounts": counts, "explicitBounds": bounds}]}},
            {"name": name, "exponentialHistogram": {"aggregationTemporality": 1, "dataPoints": [{"count": counts.iter().sum::<u64>(),
                "sum": value.as_f64(), "scale": scale, "positive": {"offset": offset, "bucketCounts": counts}}]}},
        ]}]}]});
        let metrics: Metrics = otlp::read(metrics.to_string().as_bytes(), Encoding::Json).unwrap();
        check(browser::metrics(&metrics, &post, &Cumulative::new(0)).0.reports)?;
    }

    #[test]
    fn of_any_protobuf(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let post_origin = origin();
        let post = Post { origin: &post_origin, from_page: true };
        if let Ok(metrics) = otlp::read::<Metrics>(&bytes, Encoding::Protobuf) {
            check(browser::metrics(&metrics, &post, &Cumulative::new(0)).0.reports)?;
        }
        if let Ok(logs) = otlp::read::<Logs>(&bytes, Encoding::Protobuf) {
            check(browser::logs(&logs, &post).reports)?;
        }
        if let Ok(traces) = otlp::read::<Traces>(&bytes, Encoding::Protobuf) {
            check(browser::traces(&traces, &post).reports)?;
        }
    }
}
