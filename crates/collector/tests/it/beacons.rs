//! Beacons that are sent to `/v1/beacons`: accepted, refused, counted once.
use std::io::Write;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use whippet_collector::origins::Origins;
use whippet_collector::rate_limiter::RateLimiter;

use crate::harness::{Collector, SECOND, beacon, beacon_with};

#[tokio::test]
async fn a_beacon_is_kept_and_counted() {
    let collector = Collector::new();
    collector.beacon(beacon("a")).await;
    let status = collector.status().await;
    assert_eq!((status.beacons, status.last_beacon), (1, Some(collector.now())));
    assert_eq!(status.apps, ["shop"]);
    assert_eq!(collector.figure("whippet_beacons_accepted_total").await, 1.0);
    assert_eq!(collector.figure("whippet_beacon_bytes_total").await, beacon("a").to_string().len() as f64);
}

#[tokio::test]
async fn a_repeated_beacon_is_acknowledged_and_not_counted_again() {
    let collector = Collector::new();
    let sent = beacon_with("a", json!({ "counters": { "query.hits": 7 } }));
    collector.beacon(sent.clone()).await;
    collector.beacon(sent.clone()).await;
    let collector = collector.restart().await;
    collector.beacon(sent).await;
    assert_eq!(collector.status().await.beacons, 1);
    assert_eq!(collector.figure("whippet_beacons_duplicate_total").await, 1.0);
    let toolkit: whippet_api::Toolkit = collector.chart("/api/toolkit").await;
    assert_eq!(toolkit.counters, [whippet_api::Counter { name: "query.hits".to_owned(), total: 7 }]);
}

#[tokio::test]
async fn the_same_beacon_many_times_at_once_counts_once() {
    let collector = Arc::new(Collector::new());
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let collector = Arc::clone(&collector);
        posts.spawn(async move { collector.beacon(beacon("a")).await });
    }
    posts.join_all().await;
    assert_eq!(collector.status().await.beacons, 1);
    assert_eq!(collector.figure("whippet_beacons_duplicate_total").await, 19.0);
}

async fn refused(body: impl Into<Body>, status: u16, code: &str) {
    let collector = Collector::new();
    let answer = collector.post(body).await;
    assert_eq!(answer.failure(), (status, code.to_owned()));
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["access-control-allow-origin"], "*", "the page may read why");
    assert_eq!(collector.figure(&format!("whippet_beacons_rejected_total{{reason=\"{code}\"}}")).await, 1.0);
    assert_eq!(collector.figure("whippet_beacons_accepted_total").await, 0.0);
    for table in ["beacons", "names", "views", "cells_minute", "cells_hour", "cells_day", "errors"] {
        assert_eq!(collector.rows(table).await, 0, "nothing in {table}");
    }
    assert_eq!(collector.status().await.beacons, 0);
}

fn without(field: &str) -> String {
    let mut sent = beacon("a");
    sent.as_object_mut().unwrap().remove(field);
    sent.to_string()
}

#[tokio::test]
async fn an_invalid_beacon_is_refused_and_nothing_of_it_is_stored() {
    refused("", 400, "not_json").await;
    refused("hello", 400, "not_json").await;
    refused("{\"v\":1,\"id\":", 400, "not_json").await;
    refused(vec![0xff, 0xfe, 0x00, 0x9f, 0x92, 0x96], 400, "not_json").await;
    refused("[1,2,3]", 400, "not_an_object").await;
    refused("{\"v\":99,\"id\":\"a\"}", 400, "unsupported_version").await;
    refused(without("v"), 400, "missing_field").await;
    refused(without("view"), 400, "missing_field").await;
    refused(beacon_with("a", json!({ "app": 7 })).to_string(), 400, "invalid_field").await;
    refused(beacon_with("a", json!({ "counters": { "x": -1 } })).to_string(), 400, "invalid_field").await;
    refused(
        beacon_with("a", json!({ "vitals": { "LCP": { "value": "slow" } } })).to_string(),
        400,
        "invalid_field",
    )
    .await;
    let histogram = json!({ "scale": 99, "offset": 0, "counts": [1], "sum": 1, "min": 1, "max": 1 });
    refused(
        beacon_with("a", json!({ "histograms": { "x": histogram } })).to_string(),
        400,
        "invalid_histogram",
    )
    .await;
    let many: serde_json::Map<String, Value> = (0..1000).map(|n| (format!("c{n}"), json!(1))).collect();
    refused(beacon_with("a", json!({ "counters": many })).to_string(), 400, "too_many").await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    refused("x".repeat(64 * 1024 + 1), 413, "too_large").await;
    refused("x".repeat(20 << 20), 413, "too_large").await;
    let blank = beacon("a").to_string() + &" ".repeat(64 * 1024);
    refused(blank, 413, "too_large").await;
}

/// Beacons with some bytes replaced, and arbitrary bytes.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let histogram =
        json!({ "scale": 1, "offset": 13, "counts": [1], "sum": 100.0, "min": 100.0, "max": 100.0 });
    let whole = beacon_with(
        "a",
        json!({
            "vitals": { "LCP": { "value": 1000.5, "rating": "good" } },
            "counters": { "query.hits": 1 },
            "histograms": { "query.fetch": histogram },
            "errors": [{ "message": "x", "source": "y", "count": 1 }],
        }),
    );
    let whole = whole.to_string().into_bytes();
    let changes = prop::collection::vec((0..whole.len(), any::<u8>()), 0..4);
    let changed = changes.prop_map(move |changes| {
        let mut bytes = whole.clone();
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        bytes
    });
    prop_oneof![3 => changed, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

#[test]
fn any_bytes_are_stored_or_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let collector = Collector::new();
    let config = Config { cases: 500, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&bodies(), |body| {
        let answer = runtime.block_on(collector.post(body));
        let status = answer.status.as_u16();
        prop_assert!(status == 204 || (400..500).contains(&status), "{}: {}", status, answer.text());
        Ok(())
    });
    outcome.unwrap();
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn encoded(encoding: &str, body: Vec<u8>) -> Request<Body> {
    Request::post("/v1/beacons").header("content-encoding", encoding).body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn gzip_is_read_with_and_without_content_encoding() {
    let collector = Collector::new();
    let count = |id: &str| gzip(&beacon_with(id, json!({ "counters": { "query.hits": 2 } })).to_string());
    let sent = count("a");
    assert_eq!(collector.post(sent.clone()).await.status, StatusCode::NO_CONTENT, "as an opaque body");
    assert_eq!(collector.send(encoded("gzip", count("b"))).await.status, StatusCode::NO_CONTENT);
    assert_eq!(collector.send(encoded("identity", count("c"))).await.status, StatusCode::NO_CONTENT);
    assert_eq!(collector.status().await.beacons, 3);
    let toolkit: whippet_api::Toolkit = collector.chart("/api/toolkit").await;
    assert_eq!(toolkit.counters[0].total, 6);
    let bytes = collector.figure("whippet_beacon_bytes_total").await;
    assert_eq!(bytes, 3.0 * sent.len() as f64, "as many as came");
}

#[tokio::test]
async fn broken_and_unknown_compression_is_refused() {
    refused(gzip("hello"), 400, "not_json").await;
    refused(gzip(&(beacon("a").to_string() + &" ".repeat(64 * 1024))), 413, "too_large").await;
    let whole = gzip(&beacon("a").to_string());
    refused(whole[..whole.len() - 9].to_vec(), 400, "not_gzip").await;
    refused(gzip(&" ".repeat(40 << 20)), 413, "too_large").await;
    let collector = Collector::new();
    let plain = beacon("a").to_string().into_bytes();
    assert_eq!(collector.send(encoded("gzip", plain.clone())).await.failure(), (400, "not_gzip".to_owned()));
    let answer = collector.send(encoded("br", plain)).await;
    assert_eq!(answer.failure(), (415, "unsupported_encoding".to_owned()));
    assert_eq!(answer.headers["accept-encoding"], "gzip");
    assert_eq!(collector.rows("beacons").await, 0);
}

#[tokio::test]
async fn answers_name_the_accepted_encoding_also_to_other_origins() {
    let collector = Collector::new();
    for body in [beacon("a").to_string(), "hello".to_owned()] {
        let answer = collector.post(body).await;
        assert_eq!(answer.headers["accept-encoding"], "gzip");
        assert_eq!(answer.headers["access-control-expose-headers"], "Accept-Encoding, Retry-After");
    }
    assert!(!collector.get("/healthz").await.headers.contains_key("accept-encoding"));
}

#[tokio::test]
async fn beacons_of_one_view_count_as_one_page_view() {
    let collector = Collector::new();
    for number in 1..=2 {
        let mut sent = beacon(&format!("f1375ac18077f7ec-{number}"));
        sent.as_object_mut().unwrap().remove("view");
        collector.beacon(sent).await;
    }
    assert_eq!(collector.rows("views").await, 1);
}

fn from_origin(origin: &'static str, method: &str) -> Request<Body> {
    let body = if method == "POST" { beacon("a").to_string() } else { String::new() };
    Request::builder()
        .method(method)
        .uri("/v1/beacons")
        .header("origin", origin)
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test]
async fn any_origin_may_send_unless_origins_are_listed() {
    let collector = Collector::new();
    assert_eq!(collector.send(from_origin("https://a.example", "POST")).await.status, StatusCode::NO_CONTENT);

    let listed = Origins::These(vec![HeaderValue::from_static("https://a.example")]);
    let collector = Collector::with(|_| {}, |app| app.origins = Arc::new(listed));
    assert_eq!(collector.send(from_origin("https://a.example", "POST")).await.status, StatusCode::NO_CONTENT);
    for origin in ["https://b.example", "https://a.example:8443", "http://a.example", "null"] {
        assert_eq!(
            collector.send(from_origin(origin, "POST")).await.failure(),
            (403, "foreign_origin".to_owned())
        );
        assert_eq!(collector.send(from_origin(origin, "OPTIONS")).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(collector.figure("whippet_beacons_rejected_total{reason=\"foreign_origin\"}").await, 4.0);
    assert_eq!(collector.status().await.beacons, 1);
}

#[tokio::test]
async fn a_preflight_is_answered() {
    let answer = Collector::new().send(from_origin("https://a.example", "OPTIONS")).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert_eq!(answer.headers["access-control-allow-methods"], "POST");
    assert_eq!(answer.headers["access-control-allow-headers"], "content-type, content-encoding");
}

#[tokio::test]
async fn an_address_over_the_rate_limit_gets_retry_after() {
    let collector = Collector::with(|_| {}, |app| app.limiter = Arc::new(RateLimiter::new(2)));
    for number in 0..10 {
        collector.beacon(beacon(&number.to_string())).await;
    }
    let answer = collector.post(beacon("late").to_string()).await;
    assert_eq!(answer.failure(), (429, "rate_limited".to_owned()));
    assert_eq!(answer.headers["retry-after"], "1");
    collector.advance(SECOND);
    collector.beacon(beacon("late")).await;
    assert_eq!(collector.status().await.beacons, 11);
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_its_own_limit() {
    let limited = |proxies: usize| {
        Collector::with(
            |_| {},
            move |app| (app.limiter, app.proxies) = (Arc::new(RateLimiter::new(1)), proxies),
        )
    };
    for (proxies, expected) in [(0, 429), (1, 204)] {
        let collector = limited(proxies);
        let mut status = 0;
        for client in 0..8 {
            let request = Request::post("/v1/beacons").header("x-forwarded-for", format!("192.0.2.{client}"));
            let body = beacon(&format!("b{client}")).to_string();
            status = collector.send(request.body(body.into()).unwrap()).await.status.as_u16();
        }
        assert_eq!(status, expected, "{proxies} proxies");
    }
}

#[tokio::test]
async fn a_full_queue_refuses_new_beacons_and_keeps_accepted_ones() {
    let collector = Arc::new(Collector::with(|options| options.queue = 1, |_| {}));
    // Another connection holds the write lock, so the writer waits.
    let other = rusqlite::Connection::open(collector.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut posts = tokio::task::JoinSet::new();
    // The writer holds the commands of one transaction at most. One more fills the queue.
    let refused = 'full: {
        for number in 0..1000 {
            let collector = Arc::clone(&collector);
            posts.spawn(async move { collector.post(beacon(&number.to_string()).to_string()).await });
            tokio::task::yield_now().await;
            if let Some(answer) = posts.try_join_next() {
                break 'full answer.unwrap();
            }
        }
        panic!("the queue never filled");
    };
    assert_eq!(refused.failure(), (503, "queue_full".to_owned()));
    assert_eq!(refused.headers["retry-after"], "5");
    other.execute_batch("COMMIT").unwrap();
    let mut kept = 0;
    while let Some(answer) = posts.join_next().await {
        assert_eq!(answer.unwrap().status, StatusCode::NO_CONTENT);
        kept += 1;
    }
    assert!(kept >= 1);
    assert_eq!(collector.status().await.beacons, kept);
}

#[tokio::test]
async fn names_beyond_the_limits_are_counted_together() {
    let collector = Collector::with(|options| (options.limits.apps, options.limits.pages) = (2, 1), |_| {});
    for (id, app, page) in
        [("1", "a", "/x"), ("2", "b", "/x"), ("3", "c", "/x"), ("4", "d", "/y"), ("5", "a", "/y")]
    {
        collector.beacon(beacon_with(id, json!({ "app": app, "page": page }))).await;
    }
    assert_eq!(collector.status().await.apps, ["a", "b", "(other)"]);
    assert_eq!(collector.figure("whippet_overflow_total{kind=\"app\"}").await, 2.0);
    assert_eq!(collector.figure("whippet_overflow_total{kind=\"page\"}").await, 2.0);
    let vitals: whippet_api::Vitals = collector.chart("/api/vitals?app=a").await;
    let pages: Vec<(&str, u64)> = vitals.pages.iter().map(|page| (page.page.as_str(), page.views)).collect();
    assert_eq!(pages, [("(other)", 1), ("/x", 1)]);
}

#[tokio::test]
async fn absurdly_large_counts_do_not_overflow() {
    let collector = Arc::new(Collector::new());
    let most = (1u64 << 53) - 1;
    let histogram = json!({ "scale": 1, "offset": 1, "counts": [most], "sum": most as f64 * 1.5, "min": 1.5, "max": 1.5 });
    let mut posts = tokio::task::JoinSet::new();
    for id in 0..1100 {
        let more = json!({
            "counters": { "query.hits": most },
            "histograms": { "query.fetch": histogram },
            "errors": [{ "message": "x", "source": "y", "count": most }],
            "dropped": most,
        });
        let collector = Arc::clone(&collector);
        posts.spawn(async move { collector.beacon(beacon_with(&id.to_string(), more)).await });
    }
    posts.join_all().await;
    let toolkit: whippet_api::Toolkit = collector.chart("/api/toolkit").await;
    assert!(toolkit.counters[0].total >= i64::MAX as u64 - 1024);
    let errors: whippet_api::Errors = collector.chart("/api/errors").await;
    assert_eq!(errors.errors[0].count, 1100 * 1_000_000);
}

#[tokio::test]
async fn wrong_paths_and_methods_are_answered_in_json() {
    let collector = Collector::new();
    assert_eq!(collector.get("/api").await.failure().0, 404);
    assert_eq!(collector.get("/api/nothing").await.failure(), (404, "not_found".to_owned()));
    assert_eq!(collector.get("/v1/nothing").await.failure(), (404, "not_found".to_owned()));
    let answer = collector.get("/v1/beacons").await;
    assert_eq!(answer.failure(), (405, "method_not_allowed".to_owned()));
    assert!(answer.headers["allow"].to_str().unwrap().contains("POST"));
    let made_up = Request::builder().method("PURGE").uri("/api/status").body(Body::empty()).unwrap();
    assert_eq!(collector.send(made_up).await.failure().0, 405);
    let figure = "http_requests_total{method=\"OTHER\",route=\"/api/status\",status=\"405\"}";
    assert_eq!(collector.figure(figure).await, 1.0);
}

#[tokio::test]
async fn a_beacon_is_answered_with_the_headers_of_all_answers() {
    let collector = Collector::new();
    // The router and its layers answer this one.
    let request = Request::options("/v1/beacons").body(Body::empty()).unwrap();
    let mut routed = collector.send(request).await.headers;
    for own in ["methods", "headers"].map(|what| format!("access-control-allow-{what}")) {
        routed.remove(own);
    }
    routed.remove("access-control-max-age");
    routed.remove("content-length");
    assert_eq!(routed.len(), 6, "{routed:?}");
    let mut taken = collector.post(beacon("a").to_string()).await;
    taken.headers.remove("content-length");
    assert_eq!((taken.status.as_u16(), taken.headers), (204, routed.clone()));
    let mut refused = collector.post("{").await;
    assert_eq!(refused.status.as_u16(), 400);
    assert_eq!(refused.headers.remove("content-type").unwrap(), "application/json");
    refused.headers.remove("content-length");
    assert_eq!(refused.headers, routed);
    let counted =
        |status| format!("http_requests_total{{method=\"POST\",route=\"/v1/beacons\",status=\"{status}\"}}");
    assert_eq!(collector.figure(&counted(204)).await, 1.0);
    assert_eq!(collector.figure(&counted(400)).await, 1.0);
}
