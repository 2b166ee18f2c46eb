//! What OpenTelemetry's web SDKs and `whippet/rum/otlp` sent, as it was recorded in Chromium.
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use whippet_api::{Custom, Errors, Loading, Vitals};
use whippet_collector::origins::{Origins, listed};
use whippet_collector::rate_limiter::RateLimiter;

use super::harness::{Answer, Collector, MINUTE, SECOND};
use super::sdks::{counts, pairs, post, views};

async fn accepted(collector: &Collector, path: &str, body: &'static str) {
    let answer = post(collector, path, "application/json", body).await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, "{}"));
    assert_eq!(answer.headers["content-type"], "application/json");
}

const LOAD: &str = include_str!("recorded/otel-load.json");
const METRICS: [&str; 2] =
    [include_str!("recorded/otel-metrics-1.json"), include_str!("recorded/otel-metrics-2.json")];

#[tokio::test]
async fn spans_logs_and_metrics_of_one_load_are_one_view() {
    let collector = Collector::new();
    accepted(&collector, "/v1/logs", include_str!("recorded/otel-vitals.json")).await;
    accepted(&collector, "/v1/traces", LOAD).await;
    accepted(&collector, "/v1/logs", include_str!("recorded/otel-exception.json")).await;
    accepted(&collector, "/v1/metrics", METRICS[0]).await;
    accepted(&collector, "/v1/traces", include_str!("recorded/otel-fetch.json")).await;
    accepted(&collector, "/v1/metrics", METRICS[1]).await;
    assert_eq!(views(&collector, "sdk-otel").await, pairs(&[("/otel/orders/:id", 1)]));
    let counts = counts(&collector, "sdk-otel").await;
    for metric in ["LCP", "FCP", "TTFB", "CLS"] {
        assert!(counts.contains(&(metric.to_owned(), 1)), "{metric} in {counts:?}");
    }
    let loading: Loading = collector.chart("/api/loading?app=sdk-otel").await;
    assert_eq!(loading.load.unwrap().count, 1);
    let phase = |name: &str| loading.phases.iter().find(|phase| phase.name == name).unwrap().p50;
    assert_eq!(phase("tls"), Some(0.0), "a mark that was not reached is no time");
    assert!(phase("request").is_some_and(|ms| (43.0..45.0).contains(&ms)), "{:?}", phase("request"));
    let kinds: Vec<(&str, f64)> =
        loading.resources.iter().map(|resource| (resource.kind.as_str(), resource.count)).collect();
    for wanted in [("image", 1.0), ("script", 1.0), ("fetch", 1.0)] {
        assert!(kinds.contains(&wanted), "{wanted:?} in {kinds:?}");
    }
    let errors: Errors = collector.chart("/api/errors?app=sdk-otel").await;
    assert_eq!(errors.errors[0].message, "RangeError: no such item");
    assert!(errors.errors[0].stack.starts_with("at find (https://shop.example/app.js:1:20)\n"));
    // Both posts say how much there was since the start.
    let custom: Custom = collector.chart("/api/custom?app=sdk-otel").await;
    let clicks = custom.counters.iter().find(|counter| counter.name == "shop.clicks").unwrap();
    assert_eq!(clicks.total, 5);
    let checkout = custom.distributions.iter().find(|found| found.name == "shop.checkout").unwrap();
    assert_eq!((checkout.count, checkout.max), (2, Some(1500.0)));
}

#[tokio::test]
async fn what_whippet_writes_as_otlp_comes_back_whole() {
    // Browsers send both at once: either may be the first.
    for order in [[0, 1], [1, 0]] {
        let collector = Collector::new();
        let posts = [
            ("/v1/logs", include_str!("recorded/whippet-logs.json")),
            ("/v1/metrics", include_str!("recorded/whippet-metrics.json")),
        ];
        for place in order {
            accepted(&collector, posts[place].0, posts[place].1).await;
        }
        let app = "sdk-whippet";
        assert_eq!(views(&collector, app).await, pairs(&[("/whippet/orders/:id", 1)]));
        let vitals: Vitals = collector.chart("/api/vitals?app=sdk-whippet").await;
        let value =
            |name: &str| vitals.metrics.iter().find(|metric| metric.name == name).unwrap().p75.unwrap();
        for (name, sent) in [("LCP", 260.0), ("FCP", 260.0), ("TTFB", 57.0), ("INP", 104.0), ("CLS", 0.0)] {
            assert!((value(name) - sent).abs() <= sent * 0.011, "{name}: {}", value(name));
        }
        let loading: Loading = collector.chart("/api/loading?app=sdk-whippet").await;
        assert!(loading.load.as_ref().is_some_and(|load| load.count == 1 && load.max == Some(274.4)));
        assert!(loading.phases.len() == 8 && loading.phases.iter().all(|phase| phase.count == 1));
        assert_eq!(loading.frames.as_ref().map(|frames| frames.count), Some(2));
        assert_eq!(loading.resources.iter().map(|resource| resource.count).sum::<f64>(), 2.0);
        assert_eq!(loading.resources.iter().map(|resource| resource.bytes).sum::<f64>(), 100_263.0);
        assert!((loading.scripts[0].duration - 92.6).abs() < 1e-9 && loading.scripts[0].count == 1.0);
        let custom: Custom = collector.chart("/api/custom?app=sdk-whippet").await;
        assert!(custom.counters.iter().any(|counter| counter.name == "bought" && counter.total == 3));
        assert!(custom.gauges.iter().any(|gauge| gauge.name == "cart.items" && gauge.min == -2.0));
        let many = custom.distributions.iter().find(|found| found.name == "many").unwrap();
        assert_eq!((many.count, many.max), (40, Some(40.0)));
        let errors: Errors = collector.chart("/api/errors?app=sdk-whippet").await;
        assert_eq!(
            (errors.errors[0].message.as_str(), errors.errors[0].count),
            ("TypeError: the cart is empty", 1)
        );
        assert_eq!(errors.errors[0].stack.lines().count(), 4);
    }
}

#[tokio::test]
async fn a_post_that_comes_again_counts_once() {
    let collector = Collector::new();
    for _ in 0..2 {
        accepted(&collector, "/v1/traces", LOAD).await;
        accepted(&collector, "/v1/metrics", METRICS[0]).await;
    }
    let loading: Loading = collector.chart("/api/loading?app=sdk-otel").await;
    assert_eq!(loading.load.unwrap().count, 1);
    let custom: Custom = collector.chart("/api/custom?app=sdk-otel").await;
    assert_eq!(custom.counters.iter().find(|counter| counter.name == "shop.clicks").unwrap().total, 5);
}

fn event(members: Value) -> Value {
    let resource = json!({"attributes": [
        {"key": "service.name", "value": {"stringValue": "shop"}},
        {"key": "telemetry.sdk.language", "value": {"stringValue": "webjs"}},
    ]});
    json!({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [members]}]}]})
}

async fn send(collector: &Collector, headers: &[(&str, &str)], path: &str, body: &Value) -> Answer {
    let mut request = Request::post(path).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    collector.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn failures_are_of_google_rpc_in_the_encoding_of_the_request() {
    let collector = Collector::new();
    let broken = post(&collector, "/v1/logs", "application/json", "{").await;
    let status: Value = broken.json();
    assert_eq!((broken.status.as_u16(), &status["code"]), (400, &json!(3)));
    assert!(status["message"].as_str().unwrap().contains("line 1, column 1"));
    let broken = post(&collector, "/v1/traces", "application/x-protobuf", vec![0xff; 5]).await;
    assert_eq!(
        (broken.status.as_u16(), broken.headers["content-type"].as_bytes()),
        (400, &b"application/x-protobuf"[..])
    );
    assert_eq!(broken.body[..2], [8, 3], "code 3");
    let other = post(&collector, "/v1/logs", "text/csv", "a,b").await;
    assert_eq!((other.status.as_u16(), other.json::<Value>()["code"].clone()), (415, json!(3)));
}

#[tokio::test]
async fn what_is_left_out_is_said() {
    let collector = Collector::new();
    let record = json!({"severityNumber": 9, "body": {"stringValue": "a line"}});
    let mut logs = event(record.clone());
    logs["resourceLogs"][0]["scopeLogs"][0]["logRecords"] = vec![record; 5003].into();
    let answer = send(&collector, &[], "/v1/logs?page=/a", &logs).await;
    let partial: Value = answer.json();
    assert_eq!(partial["partialSuccess"]["rejectedLogRecords"], "3");
    let custom: Custom = collector.chart("/api/custom?app=shop").await;
    assert_eq!(custom.counters[0].total, 5000);
    // Logs of services are not kept, and that is said too.
    let mut logs = event(json!({"body": {"stringValue": "a line"}}));
    logs["resourceLogs"][0]["resource"]["attributes"][1]["value"]["stringValue"] = "go".into();
    let partial: Value = send(&collector, &[], "/v1/logs", &logs).await.json();
    assert!(partial["partialSuccess"]["errorMessage"].as_str().unwrap().contains("services are not kept"));
}

#[tokio::test]
async fn posts_of_a_page_that_say_nothing_are_limited_too() {
    let collector = Collector::with(|_| {}, |app| app.limiter = Arc::new(RateLimiter::new(2)));
    let page = [("origin", "https://shop.example")];
    let nothing = json!({"resourceLogs": []});
    for _ in 0..10 {
        assert_eq!(send(&collector, &page, "/v1/logs", &nothing).await.status, 200);
    }
    assert_eq!(send(&collector, &page, "/v1/logs", &nothing).await.status, 429);
    // What services push is not.
    assert_eq!(send(&collector, &[], "/v1/metrics", &json!({"resourceMetrics": []})).await.status, 200);
    collector.advance(SECOND);
    assert_eq!(send(&collector, &page, "/v1/logs", &nothing).await.status, 200);
}

#[tokio::test]
async fn a_program_passes_on_what_pages_measured_where_it_may() {
    let collector = Collector::with(
        |_| {},
        |app| {
            app.origins = Arc::new(Origins::These(vec![listed("https://shop.example").unwrap()]));
            app.token = Some(whippet_collector::token::Token::new("0123456789abcdef").unwrap());
        },
    );
    let error = event(json!({"eventName": "exception", "attributes": [
        {"key": "exception.message", "value": {"stringValue": "no"}}]}));
    let refused = send(&collector, &[], "/v1/logs", &error).await;
    assert_eq!((refused.status.as_u16(), refused.json::<Value>()["code"].clone()), (403, json!(7)));
    let token = [("authorization", "Bearer 0123456789abcdef")];
    assert_eq!(send(&collector, &token, "/v1/logs", &error).await.status, 200);
    assert_eq!(send(&collector, &[("origin", "https://shop.example")], "/v1/logs", &error).await.status, 200);
    assert_eq!(send(&collector, &[("authorization", "Bearer wrong")], "/v1/logs", &error).await.status, 401);
}

#[tokio::test]
async fn deltas_add_up_and_sums_from_before_the_start_count_their_growth_alone() {
    let collector = Collector::new();
    let sum = |start: i64, time: i64, value: i64, temporality: u8| {
        let resource = event(Value::Null)["resourceLogs"][0]["resource"].clone();
        let point = json!({"startTimeUnixNano": (start * 1_000_000).to_string(), "timeUnixNano": (time * 1_000_000).to_string(), "asInt": value.to_string()});
        let sum = json!({"aggregationTemporality": temporality, "isMonotonic": true, "dataPoints": [point]});
        json!({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [{"name": format!("t{temporality}"), "sum": sum}]}]}]})
    };
    let now = collector.now();
    for (number, value) in [5, 5, 9].into_iter().enumerate() {
        let time = now + number as i64 * SECOND;
        send(&collector, &[], "/v1/metrics?page=/a", &sum(now, time, value, 1)).await;
        // Since before the collector ran: 5 were counted by whoever ran then.
        send(&collector, &[], "/v1/metrics?page=/a", &sum(now - MINUTE, time, value, 2)).await;
    }
    let custom: Custom = collector.chart("/api/custom?app=shop").await;
    let totals: Vec<(&str, u64)> =
        custom.counters.iter().map(|counter| (counter.name.as_str(), counter.total)).collect();
    assert!(totals.contains(&("t1", 19)) && totals.contains(&("t2", 4)), "{totals:?}");
}

/// Sends a metric that a page measured.
async fn measure(collector: &Collector, metric: &Value) -> Value {
    let resource = event(Value::Null)["resourceLogs"][0]["resource"].clone();
    let body = json!({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]});
    let answer = send(collector, &[], "/v1/metrics?page=/a", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_sum_that_grows_by_less_than_a_half_at_a_time_is_counted() {
    let collector = Collector::new();
    let start = (collector.now() * 1_000_000).to_string();
    for value in [0.4, 0.8, 1.2, 1.6, 2.0] {
        let point = json!({"asDouble": value, "startTimeUnixNano": &start});
        let sum = json!({"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point]});
        measure(&collector, &json!({"name": "litres", "sum": sum})).await;
    }
    let custom: Custom = collector.chart("/api/custom?app=shop").await;
    assert_eq!((custom.counters[0].name.as_str(), custom.counters[0].total), ("litres", 2));
}

#[tokio::test]
async fn times_of_all_kinds_of_metrics_are_in_ms() {
    let collector = Collector::new();
    let of = |point: Value| json!({"aggregationTemporality": 1, "isMonotonic": true, "dataPoints": [point]});
    let histogram = of(json!({"count": 1, "sum": 2.5, "explicitBounds": [1, 4], "bucketCounts": [0, 1, 0]}));
    measure(&collector, &json!({"name": "open", "unit": "min", "histogram": histogram})).await;
    measure(&collector, &json!({"name": "watched", "unit": "s", "sum": of(json!({"asDouble": 1.5}))})).await;
    measure(&collector, &json!({"name": "behind", "unit": "us", "gauge": of(json!({"asInt": -500}))})).await;
    let custom: Custom = collector.chart("/api/custom?app=shop").await;
    assert_eq!(custom.distributions[0].max, Some(150_000.0));
    assert_eq!(custom.counters[0].total, 1500);
    assert_eq!(custom.gauges[0].min, -0.5);
}

#[tokio::test]
async fn a_histogram_of_one_value_without_a_sum_is_no_zero() {
    let collector = Collector::new();
    let point = json!({"count": 1, "explicitBounds": [100, 400, 900], "bucketCounts": [0, 1, 0, 0]});
    let histogram = json!({"aggregationTemporality": 1, "dataPoints": [point]});
    measure(&collector, &json!({"name": "step", "unit": "ms", "histogram": histogram})).await;
    let custom: Custom = collector.chart("/api/custom?app=shop").await;
    let found = &custom.distributions[0];
    assert_eq!(found.count, 1);
    assert!(found.p50.is_some_and(|ms| (100.0..=400.0).contains(&ms)), "{found:?}");
}

#[tokio::test]
async fn metrics_of_pages_that_cannot_be_kept_are_said_to_be_left_out() {
    let collector = Collector::new();
    for (metric, reason) in [
        (json!({"summary": {"dataPoints": [{"count": 3, "sum": 3}]}}), "summaries"),
        (json!({"sum": {"aggregationTemporality": 1, "dataPoints": [{"asInt": 3}]}}), "temporality"),
        (
            json!({"exponentialHistogram": {"aggregationTemporality": 1, "dataPoints": [
                {"count": 3, "sum": -3, "scale": 3, "negative": {"offset": 0, "bucketCounts": [3]}}]}}),
            "do not fit together",
        ),
    ] {
        let mut named = metric;
        named["name"] = "m".into();
        let partial = measure(&collector, &named).await;
        assert_eq!(partial["partialSuccess"]["rejectedDataPoints"], "1", "{partial}");
        let message = partial["partialSuccess"]["errorMessage"].as_str().unwrap();
        assert!(message.contains(reason), "{message}");
    }
    let custom: Custom = collector.chart("/api/custom?app=shop").await;
    assert!(custom.distributions.is_empty() && custom.counters.is_empty() && custom.gauges.is_empty());
}
