//! Beacons as OTLP, by the script that the npm package's sources make.
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{FormattedRequest, OtlpOptions, otlp};

const BEACON: &str = r#"{"v":2,"id":"a-b-1","app":"shop","page":"/","session":"s","sentAt":1700000000000,"sampleRate":1,
    "vitals":{"LCP":{"value":1200,"rating":"good"}},"counters":{"clicks":3}}"#;

fn converted(options: OtlpOptions, beacon: &str) -> Option<Vec<FormattedRequest>> {
    otlp(options)(beacon, "https://otel.example/")
}

fn text<'a>(request: &'a Value, path: &str) -> &'a str {
    request.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {path} in {request}"))
}

#[wasm_bindgen_test]
fn a_beacon_becomes_log_records_and_metrics() {
    let options = OtlpOptions::new().attribute("deployment.environment.name", "test").header("x-key", "1");
    let requests = converted(options, BEACON).unwrap();
    let [logs, metrics] = requests.as_slice() else { panic!("{requests:?}") };
    for (request, path) in [(logs, "logs"), (metrics, "metrics")] {
        assert_eq!(request.url, format!("https://otel.example/v1/{path}"));
        assert_eq!(request.content_type, "application/json");
        assert_eq!(request.headers, [("x-key".to_owned(), "1".to_owned())]);
        assert!(
            request.body.contains(r#"{"key":"deployment.environment.name","value":{"stringValue":"test"}}"#)
        );
    }
    let logs: Value = serde_json::from_str(&logs.body).unwrap();
    assert_eq!(text(&logs, "/resourceLogs/0/scopeLogs/0/logRecords/0/eventName"), "browser.web_vital");
    let metrics: Value = serde_json::from_str(&metrics.body).unwrap();
    let sum = "/resourceMetrics/0/scopeMetrics/0/metrics/0";
    assert_eq!(text(&metrics, &format!("{sum}/name")), "clicks");
    assert_eq!(text(&metrics, &format!("{sum}/sum/dataPoints/0/asInt")), "3");
}

#[wasm_bindgen_test]
fn either_can_be_left_out_and_what_is_no_beacon_is_refused() {
    let only = |options| {
        converted(options, BEACON).unwrap().into_iter().map(|request| request.url).collect::<Vec<_>>()
    };
    assert_eq!(only(OtlpOptions::new().logs(false)), ["https://otel.example/v1/metrics"]);
    assert_eq!(only(OtlpOptions::new().metrics(false)), ["https://otel.example/v1/logs"]);
    assert_eq!(converted(OtlpOptions::new(), "no beacon"), None);
}
