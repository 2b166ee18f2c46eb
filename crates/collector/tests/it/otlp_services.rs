//! Metrics that OpenTelemetry's SDK for Node.js pushed, as they were recorded, in both encodings.
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use whippet_collector::token::Token;

use super::harness::{Answer, Collector, MINUTE, SECOND};

type Pushes = [(&'static str, &'static [u8]); 2];

const JSON: Pushes = [
    ("application/json", include_bytes!("recorded/node-1.json")),
    ("application/json", include_bytes!("recorded/node-2.json")),
];
const PROTOBUF: Pushes = [
    ("application/x-protobuf", include_bytes!("recorded/node-1.pb")),
    ("application/x-protobuf", include_bytes!("recorded/node-2.pb")),
];

async fn push(collector: &Collector, (kind, body): (&str, &[u8]), headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post("/v1/metrics").header("content-type", kind);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    collector.send(request.body(Body::from(body.to_vec())).unwrap()).await
}

/// The last stored value of each series of `target`, as `name{labels} value`.
async fn series(collector: &Collector, target: &'static str) -> Vec<String> {
    let mut last: std::collections::BTreeMap<(String, String), f64> = std::collections::BTreeMap::new();
    for sample in collector.samples().await.into_iter().filter(|sample| sample.target == target) {
        last.insert((sample.name, sample.labels), sample.value.unwrap_or(f64::NAN));
    }
    last.into_iter().map(|((name, labels), value)| format!("{name}{labels} {value}")).collect()
}

const SCOPE: &str = r#""instance":"a""#;

#[tokio::test]
async fn both_encodings_become_the_same_series() {
    let mut all = Vec::new();
    for pushes in [JSON, PROTOBUF] {
        let collector = Collector::new();
        for pushed in pushes {
            let answer = push(&collector, pushed, &[]).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(answer.headers["content-type"], pushed.0);
            collector.advance(MINUTE);
        }
        let status = collector.status().await;
        let target = status.targets.iter().find(|target| target.name == "shop-api").unwrap();
        assert!(target.up && target.error.is_none() && target.last_scrape.is_some());
        all.push(series(&collector, "shop-api").await);
    }
    assert_eq!(all[0], all[1]);
    let scope = format!(
        r#"{SCOPE},"method":"GET","otel_scope_name":"http","otel_scope_version":"1.0.0","route":"/items","status":"200""#
    );
    let duration = |name: &str, le: &str| {
        format!(
            r#"http_server_request_duration_seconds{name}{{"http_route":"/items",{SCOPE},{le}"otel_scope_name":"http","otel_scope_version":"1.0.0"}}"#
        )
    };
    let bound = |le: &str| format!(r#""le":"{le}","#);
    let scoped = format!(r#"{{{SCOPE},"otel_scope_name":"http","otel_scope_version":"1.0.0"}}"#);
    for wanted in [
        format!("http_requests_total{{{scope}}} 7"),
        format!("{} 0", duration("_bucket", &bound("0.01"))),
        format!("{} 2", duration("_bucket", &bound("0.1"))),
        format!("{} 2", duration("_bucket", &bound("1"))),
        format!("{} 3", duration("_bucket", &bound("+Inf"))),
        format!("{} 3", duration("_count", "")),
        format!("{} 5.039999999999999", duration("_sum", "")),
        format!("http_server_active_requests{scoped} 2"),
        format!("process_memory_usage_bytes{scoped} 123000000"),
        format!(r#"target_info{{{SCOPE},"service_version":"2.1.0","telemetry_sdk_language":"nodejs"}} 1"#),
        format!("db_client_operation_duration_seconds_count{scoped} 3"),
    ] {
        assert!(all[0].contains(&wanted), "{wanted} in\n{}", all[0].join("\n"));
    }
    let buckets =
        all[0].iter().filter(|line| line.starts_with("db_client_operation_duration_seconds_bucket"));
    assert!((10..=41).contains(&buckets.count()), "{}", all[0].join("\n"));
}

#[tokio::test]
async fn a_service_needs_the_token_and_a_page_cannot_be_one() {
    let collector = Collector::with(|_| {}, |app| app.token = Some(Token::new("0123456789abcdef").unwrap()));
    let refused = push(&collector, JSON[0], &[]).await;
    assert_eq!((refused.status.as_u16(), refused.json::<Value>()["code"].clone()), (401, json!(16)));
    assert!(!refused.headers.contains_key("www-authenticate"), "no browser may ask for a password");
    assert_eq!(push(&collector, JSON[0], &[("authorization", "Bearer 0123456789abcdee")]).await.status, 401);
    let token = ("authorization", "Bearer 0123456789abcdef");
    for from_page in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        // It is taken for what a page measured: a browser might add the password that the dashboard was given.
        assert_eq!(push(&collector, JSON[0], &[from_page, token]).await.status, 200);
        assert_eq!(series(&collector, "shop-api").await, Vec::<String>::new());
    }
    assert_eq!(push(&collector, JSON[0], &[token]).await.status, 200);
    assert!(!series(&collector, "shop-api").await.is_empty());
}

fn gauge(service: &str, instance: &str, value: f64) -> Value {
    sum(service, instance, json!({"gauge": {"dataPoints": [{"asDouble": value}]}}))
}

fn sum(service: &str, instance: &str, data: Value) -> Value {
    let mut metric = json!({"name": "m"});
    for (key, value) in data.as_object().unwrap() {
        metric[key] = value.clone();
    }
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let attributes = [text("service.name", service), text("service.instance.id", instance)];
    json!({"resourceMetrics": [{"resource": {"attributes": attributes}, "scopeMetrics": [{"metrics": [metric]}]}]})
}

async fn send(collector: &Collector, body: &Value) -> Value {
    let answer = push(collector, ("application/json", body.to_string().as_bytes()), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn values(collector: &Collector, target: &'static str) -> Vec<String> {
    series(collector, target).await.into_iter().filter(|line| line.starts_with('m')).collect()
}

#[tokio::test]
async fn instances_keep_their_series_while_they_push() {
    let collector = Collector::new();
    send(&collector, &gauge("api", "a", 1.0)).await;
    collector.advance(30 * SECOND);
    send(&collector, &gauge("api", "b", 2.0)).await;
    assert_eq!(values(&collector, "api").await, [r#"m{"instance":"a"} 1"#, r#"m{"instance":"b"} 2"#]);
    // The first one is silent: Prometheus forgets it after five minutes, too.
    for minute in 1..=6 {
        collector.advance(MINUTE);
        send(&collector, &gauge("api", "b", 2.0 + f64::from(minute))).await;
    }
    assert_eq!(values(&collector, "api").await, [r#"m{"instance":"a"} NaN"#, r#"m{"instance":"b"} 8"#]);
}

#[tokio::test]
async fn deltas_are_added_up_and_a_post_that_comes_again_counts_once() {
    let collector = Collector::new();
    let delta = |value: u64, start: i64| {
        let point = json!({"asInt": value.to_string(), "startTimeUnixNano": (start * 1_000_000).to_string()});
        sum(
            "api",
            "a",
            json!({"sum": {"aggregationTemporality": 1, "isMonotonic": true, "dataPoints": [point]}}),
        )
    };
    for value in [3, 4, 5] {
        let body = delta(value, collector.now());
        send(&collector, &body).await;
        send(&collector, &body).await;
        collector.advance(MINUTE);
    }
    assert_eq!(values(&collector, "api").await, [r#"m_total{"instance":"a"} 12"#]);
}

#[tokio::test]
async fn a_restart_is_told_by_the_start_time_and_random_ids_do_not_make_new_series() {
    let collector = Collector::new();
    let total = |id: &str, value: u64, start: i64| {
        let point = json!({"asInt": value.to_string(), "startTimeUnixNano": (start * 1_000_000).to_string()});
        sum(
            "api",
            id,
            json!({"sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point]}}),
        )
    };
    let first = collector.now();
    send(&collector, &total("627cc493-f310-47de-96bd-71410b7dec09", 10, first)).await;
    collector.advance(MINUTE);
    send(&collector, &total("627cc493-f310-47de-96bd-71410b7dec09", 30, first)).await;
    // Ten minutes later another process has counted more than the first one did.
    collector.advance(10 * MINUTE);
    let second = collector.now() - 20 * SECOND;
    send(&collector, &total("0a61f3a0-1b0e-4b0b-8a0e-5d9a3f6f1c11", 50, second)).await;
    // 20 grew in the first one, 50 in the second.
    assert_eq!(values(&collector, "api").await, [r#"m_total{"instance":"1"} 80"#]);
}

#[tokio::test]
async fn what_an_instance_did_not_have_before_was_zero() {
    let collector = Collector::new();
    let totals = |named: &[(&str, u64)]| {
        let point = |(status, value): &(&str, u64)| json!({"asInt": value.to_string(), "attributes": [{"key": "status", "value": {"stringValue": status}}]});
        let points: Vec<Value> = named.iter().map(point).collect();
        sum(
            "api",
            "a",
            json!({"sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": points}}),
        )
    };
    send(&collector, &totals(&[("200", 10)])).await;
    collector.advance(MINUTE);
    send(&collector, &totals(&[("200", 12), ("500", 3)])).await;
    let samples = collector.samples().await;
    let of = |status: &str| -> Vec<f64> {
        let of_status =
            samples.iter().filter(|sample| sample.labels.contains(&format!("\"status\":\"{status}\"")));
        of_status.filter_map(|sample| sample.value).collect()
    };
    assert_eq!((of("200"), of("500")), (vec![10.0, 12.0], vec![0.0, 3.0]));
}

#[tokio::test]
async fn an_export_that_comes_late_is_no_restart() {
    let collector = Collector::new();
    let start = collector.now();
    let total = |value: u64, exported: i64| {
        let point = json!({
            "asInt": value.to_string(),
            "startTimeUnixNano": (start * 1_000_000).to_string(),
            "timeUnixNano": (exported * 1_000_000).to_string(),
        });
        sum(
            "api",
            "a",
            json!({"sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point]}}),
        )
    };
    // The exports of the second and the third minute failed, and are tried again after that of the fourth.
    for (value, minute) in [(1000, 1), (4000, 4), (2000, 2), (3000, 3), (5000, 5)] {
        send(&collector, &total(value, start + minute * MINUTE)).await;
        collector.advance(20 * SECOND);
    }
    // It is what the service counted: each fall would have counted all of it once more.
    assert_eq!(values(&collector, "api").await, [r#"m_total{"instance":"a"} 5000"#]);
}

#[tokio::test]
async fn a_bucket_that_an_exponential_histogram_gets_later_counts_what_came_since() {
    let collector = Collector::new();
    let start = collector.now();
    let histogram = |exported: i64, offset: i64, counts: &[u64]| {
        let count: u64 = counts.iter().sum();
        let point = json!({
            "count": count.to_string(),
            "sum": 1.0,
            "scale": 0,
            "zeroCount": "0",
            "positive": {
                "offset": offset,
                "bucketCounts": counts.iter().map(u64::to_string).collect::<Vec<_>>(),
            },
            "startTimeUnixNano": (start * 1_000_000).to_string(),
            "timeUnixNano": (exported * 1_000_000).to_string(),
        });
        sum("api", "a", json!({"exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [point]}}))
    };
    // A thousand values from 1 to 2; then one from 1/64 to 1/32 and one from 32 to 64, far outside the bounds so far.
    send(&collector, &histogram(start + MINUTE, 0, &[1000])).await;
    collector.advance(MINUTE);
    let mut counts = [0; 12];
    (counts[0], counts[6], counts[11]) = (1, 1000, 1);
    send(&collector, &histogram(start + 2 * MINUTE, -6, &counts)).await;
    let samples = collector.samples().await;
    let grown = |le: &str| {
        let of: Vec<f64> = samples
            .iter()
            .filter(|sample| sample.name == "m_bucket" && sample.labels.contains(&format!("\"le\":\"{le}\"")))
            .filter_map(|sample| sample.value)
            .collect();
        of.last().unwrap() - of[0]
    };
    assert_eq!(["0.03125", "1", "2", "64", "+Inf"].map(grown), [1.0, 1.0, 1.0, 2.0, 2.0]);
}

#[tokio::test]
async fn posts_of_one_export_may_be_seconds_apart() {
    let collector = Collector::new();
    let totals = |exported: i64, status: &str, value: u64| {
        let point = json!({
            "asInt": value.to_string(),
            "timeUnixNano": (exported * 1_000_000).to_string(),
            "attributes": [{"key": "status", "value": {"stringValue": status}}],
        });
        sum(
            "api",
            "a",
            json!({"sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point]}}),
        )
    };
    let first = collector.now() - SECOND;
    send(&collector, &totals(first, "200", 10)).await;
    collector.advance(3 * SECOND);
    // What it counted before it was heard of is no increase.
    send(&collector, &totals(first, "404", 70)).await;
    collector.advance(10 * SECOND);
    send(&collector, &totals(first + 10 * SECOND, "200", 12)).await;
    collector.advance(3 * SECOND);
    send(&collector, &totals(first + 10 * SECOND, "500", 3)).await;
    let samples = collector.samples().await;
    let of = |status: &str| -> Vec<f64> {
        let of_status =
            samples.iter().filter(|sample| sample.labels.contains(&format!("\"status\":\"{status}\"")));
        of_status.filter_map(|sample| sample.value).collect()
    };
    let told = ["200", "404", "500"].map(of);
    assert_eq!(told, [vec![10.0, 12.0], vec![70.0], vec![0.0, 3.0]]);
    let status = collector.status().await;
    let target = status.targets.iter().find(|target| target.name == "api").unwrap();
    assert_eq!(target.interval, 10 * SECOND);
    // Its clock is set back by an hour.
    collector.advance(10 * SECOND);
    send(&collector, &totals(first - 60 * MINUTE, "501", 2)).await;
    let samples = collector.samples().await;
    let new = samples.iter().filter(|sample| sample.labels.contains("\"status\":\"501\""));
    assert_eq!(new.filter_map(|sample| sample.value).collect::<Vec<_>>(), [0.0, 2.0]);
}

/// How much each stored series of `target` whose name is `name` grew.
async fn grown(collector: &Collector, target: &'static str, name: &str) -> Vec<f64> {
    let mut ends: std::collections::BTreeMap<String, (f64, f64)> = std::collections::BTreeMap::new();
    let samples = collector.samples().await;
    for sample in samples.into_iter().filter(|sample| sample.target == target && sample.name == name) {
        let Some(value) = sample.value else { continue };
        ends.entry(sample.labels).or_insert((value, value)).1 = value;
    }
    ends.into_values().map(|(first, last)| last - first).collect()
}

#[tokio::test]
async fn a_counter_that_was_not_told_for_a_while_goes_on_where_it_was() {
    let collector = Collector::new();
    let start = collector.now();
    let totals = |named: &[(&str, u64)], exported: i64| {
        let point = |(disk, value): &(&str, u64)| {
            json!({
                "asInt": value.to_string(),
                "startTimeUnixNano": (start * 1_000_000).to_string(),
                "timeUnixNano": (exported * 1_000_000).to_string(),
                "attributes": [{"key": "disk", "value": {"stringValue": disk}}],
            })
        };
        let points: Vec<Value> = named.iter().map(point).collect();
        sum(
            "api",
            "a",
            json!({"sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": points}}),
        )
    };
    send(&collector, &totals(&[("sda", 100), ("sdb", 1000)], collector.now())).await;
    // For longer than a series is remembered only one of them is told.
    for minute in 1..=8 {
        collector.advance(MINUTE);
        send(&collector, &totals(&[("sda", 100 + minute)], collector.now())).await;
    }
    collector.advance(MINUTE);
    send(&collector, &totals(&[("sda", 110), ("sdb", 1003)], collector.now())).await;
    assert_eq!(grown(&collector, "api", "m_total").await, [10.0, 3.0]);
}

#[tokio::test]
async fn a_point_without_a_recorded_value_is_no_value() {
    let collector = Collector::new();
    let start = collector.now();
    let at = |mut point: Value, exported: i64| {
        point["startTimeUnixNano"] = (start * 1_000_000).to_string().into();
        point["timeUnixNano"] = (exported * 1_000_000).to_string().into();
        json!({"dataPoints": [point], "aggregationTemporality": 2, "isMonotonic": true})
    };
    for (total, gauge, count, flags) in [(5, 7.0, 10, 0), (0, 0.0, 0, 1)] {
        let now = collector.now();
        let of = |point: Value| at(point, now);
        send(&collector, &sum("api", "a", json!({"sum": of(json!({"asInt": total, "flags": flags}))}))).await;
        send(&collector, &sum("api", "b", json!({"gauge": of(json!({"asDouble": gauge, "flags": flags}))})))
            .await;
        let histogram = of(json!({"count": count, "sum": 0.5 * f64::from(count), "flags": flags}));
        send(&collector, &sum("api", "c", json!({"histogram": histogram}))).await;
        let exponential =
            of(json!({"count": count, "zeroCount": count, "sum": 0, "scale": 3, "flags": flags}));
        send(&collector, &sum("api", "d", json!({"exponentialHistogram": exponential}))).await;
        collector.advance(MINUTE);
    }
    let values = values(&collector, "api").await;
    for wanted in [
        r#"m_total{"instance":"a"} 5"#,
        r#"m{"instance":"b"} NaN"#,
        r#"m_count{"instance":"c"} 10"#,
        r#"m_sum{"instance":"c"} 5"#,
        r#"m_count{"instance":"d"} 10"#,
    ] {
        assert!(values.contains(&wanted.to_owned()), "{wanted} in\n{}", values.join("\n"));
    }
}

#[tokio::test]
async fn a_sum_that_falls_by_a_rounding_error_is_not_counted_again() {
    let collector = Collector::new();
    let start = (collector.now() * 1_000_000).to_string();
    let total = |value: f64| {
        let point = json!({"asDouble": value, "startTimeUnixNano": &start});
        sum(
            "api",
            "a",
            json!({"sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point]}}),
        )
    };
    for value in [100.5, 300.3, 300.3_f64.next_down(), 300.4] {
        send(&collector, &total(value)).await;
        collector.advance(MINUTE);
    }
    let grown = grown(&collector, "api", "m_total").await;
    assert!(grown.len() == 1 && (grown[0] - 199.9).abs() < 1e-9, "{grown:?}");
}

#[tokio::test]
async fn series_beyond_the_limit_are_said() {
    let collector = Collector::with(|options| options.limits.series = 2, |_| {});
    let answer = send(&collector, &gauge("api", "a", 1.0)).await;
    assert!(answer["partialSuccess"].is_null(), "{answer}");
    let answer = send(&collector, &gauge("api", "b", 1.0)).await;
    let partial = &answer["partialSuccess"];
    assert!(partial["errorMessage"].as_str().unwrap().contains("new series beyond"), "{answer}");
    assert_eq!(partial["rejectedDataPoints"], "1");
    // Another instance has two samples left out: of this point it is said.
    collector.advance(MINUTE);
    let answer = send(&collector, &gauge("api", "a", 2.0)).await;
    assert_eq!(answer["partialSuccess"]["rejectedDataPoints"], "1", "{answer}");
}

#[tokio::test]
async fn names_that_are_taken_or_missing_are_refused() {
    let collector = Collector::new();
    for (service, reason) in [
        ("shop", "is scraped"),
        ("collector", "is scraped"),
        ("", "service.name"),
        ("unknown_service:node", "service.name"),
    ] {
        let answer = send(&collector, &gauge(service, "a", 1.0)).await;
        let message = answer["partialSuccess"]["errorMessage"].as_str().unwrap();
        assert!(message.contains(reason), "{service}: {message}");
        assert_eq!(answer["partialSuccess"]["rejectedDataPoints"], "1");
    }
    send(&collector, &gauge("my shop/api", "a", 1.0)).await;
    assert!(collector.status().await.targets.iter().any(|target| target.name == "my_shop_api"));
}

#[tokio::test]
async fn what_is_pushed_survives_a_restart_of_the_collector() {
    let collector = Collector::new();
    let total = |value: u64, start: i64| {
        let point = json!({"asInt": value.to_string(), "startTimeUnixNano": (start * 1_000_000).to_string()});
        sum(
            "api",
            "a",
            json!({"sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point]}}),
        )
    };
    let start = collector.now();
    send(&collector, &total(10, start)).await;
    let collector = collector.restart().await;
    collector.advance(MINUTE);
    send(&collector, &total(25, start)).await;
    assert_eq!(values(&collector, "api").await, [r#"m_total{"instance":"a"} 25"#]);
}
