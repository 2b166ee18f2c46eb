//! What other SDKs sent, as it was recorded in Chromium: Faro, web-vitals, the browser itself.
use std::io::Write;

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use whippet_api::{Custom, Errors, Loading, Vitals};
use whippet_collector::origins::{Origins, listed};
use whippet_collector::rate_limiter::RateLimiter;

use super::harness::{Answer, Collector, SECOND, beacon_with};
use std::sync::Arc;

/// A post as a page of `https://shop.example` sends it.
pub async fn post(collector: &Collector, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(path)
        .header("content-type", kind)
        .header("origin", "https://shop.example")
        .header("referer", "https://shop.example/")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36");
    collector.send(request.body(body.into()).unwrap()).await
}

async fn faro(collector: &Collector, body: impl Into<Body>) -> u16 {
    post(collector, "/collect", "application/json", body).await.status.as_u16()
}

/// Pages and their views.
pub async fn views(collector: &Collector, app: &str) -> Vec<(String, u64)> {
    let vitals: Vitals = collector.chart(&format!("/api/vitals?app={app}")).await;
    vitals.pages.into_iter().map(|page| (page.page, page.views)).collect()
}

/// How many page views each vital has.
pub async fn counts(collector: &Collector, app: &str) -> Vec<(String, u64)> {
    let vitals: Vitals = collector.chart(&format!("/api/vitals?app={app}")).await;
    vitals.metrics.into_iter().map(|metric| (metric.name, metric.count)).collect()
}

pub fn pairs(named: &[(&str, u64)]) -> Vec<(String, u64)> {
    named.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

const LOAD: &str = include_str!("recorded/faro-load.json");
const ACT: &str = include_str!("recorded/faro-act.json");
const RELOAD: &str = include_str!("recorded/faro-reload.json");

#[tokio::test]
async fn faros_posts_of_one_load_are_one_view_and_a_reload_another() {
    let collector = Collector::new();
    for body in [LOAD, ACT, RELOAD] {
        assert_eq!(faro(&collector, body).await, 202);
        collector.advance(SECOND);
    }
    assert_eq!(views(&collector, "sdk-faro").await, pairs(&[("/faro/orders/:id", 2)]));
    let vitals: Vitals = collector.chart("/api/vitals?app=sdk-faro").await;
    let lcp = vitals.metrics.iter().find(|metric| metric.name == "LCP").unwrap();
    assert_eq!((lcp.count, lcp.ratings, lcp.elements[0].name.as_str()), (2, [2, 0, 0], "html>body>h1"));
    let loading: Loading = collector.chart("/api/loading?app=sdk-faro").await;
    assert_eq!(loading.load.unwrap().count, 2);
    assert_eq!(loading.phases.iter().map(|phase| phase.count).collect::<Vec<_>>(), [2; 8]);
    let errors: Errors = collector.chart("/api/errors?app=sdk-faro").await;
    assert_eq!(errors.errors[0].message, "TypeError: the cart is empty");
    assert!(
        errors.errors[0].stack.starts_with("at window.act (https://shop.example/bundle/faro.js:6336:24)\n")
    );
    let custom: Custom = collector.chart("/api/custom?app=sdk-faro").await;
    let counters: Vec<(&str, u64)> =
        custom.counters.iter().map(|counter| (counter.name.as_str(), counter.total)).collect();
    for wanted in
        [("event.bought", 1), ("log.warn", 1), ("event.session_start", 1), ("event.session_resume", 1)]
    {
        assert!(counters.contains(&wanted), "{wanted:?} in {counters:?}");
    }
    assert!(custom.distributions.iter().any(|found| found.name == "cart.load" && found.max == Some(12.5)));
}

#[tokio::test]
async fn a_post_that_is_sent_again_counts_once() {
    let collector = Collector::new();
    for _ in 0..2 {
        assert_eq!(faro(&collector, ACT).await, 202);
    }
    let errors: Errors = collector.chart("/api/errors?app=sdk-faro").await;
    assert_eq!(errors.errors[0].count, 1);
    assert_eq!(collector.figure("whippet_beacons_duplicate_total").await, 1.0);
    // Also after a restart.
    let collector = collector.restart().await;
    assert_eq!(faro(&collector, ACT).await, 202);
    let errors: Errors = collector.chart("/api/errors?app=sdk-faro").await;
    assert_eq!(errors.errors[0].count, 1);
}

#[tokio::test]
async fn faro_may_compress() {
    let collector = Collector::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(LOAD.as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    assert_eq!(faro(&collector, body).await, 202);
    assert_eq!(views(&collector, "sdk-faro").await, pairs(&[("/faro/orders/:id", 1)]));
}

#[tokio::test]
async fn half_a_surrogate_pair_is_read_as_the_replacement_character() {
    // As `JSON.stringify` writes a text that was cut within a character.
    let cut = |body: &str, text: &str| body.replacen(text, &format!(r"{text}\ud83d"), 1);
    let collector = Collector::new();
    assert_eq!(faro(&collector, cut(ACT, "the cart is empty")).await, 202);
    let errors: Errors = collector.chart("/api/errors?app=sdk-faro").await;
    assert_eq!(errors.errors[0].message, "TypeError: the cart is empty\u{fffd}");

    let vital = include_str!("recorded/web-vitals.jsonl").lines().next().unwrap().replacen(
        '{',
        r#"{"x":"\udc36","#,
        1,
    );
    assert_eq!(post(&collector, "/v1/web-vitals?app=shop", "text/plain", vital).await.status, 204);
    let report = r#"{"csp-report":{"document-uri":"https://shop.example/a","blocked-uri":"\ud83d","effective-directive":"img-src"}}"#;
    assert_eq!(post(&collector, "/v1/reports?app=shop", "application/csp-report", report).await.status, 204);
    let logs = r#"{"resourceLogs":[],"x":"\ud83d"}"#;
    assert_eq!(post(&collector, "/v1/logs", "application/json", logs).await.status, 200);
    let own =
        beacon_with("cut", json!({"errors": [{"message": "half a dog", "fingerprint": "1", "count": 1}]}))
            .to_string();
    assert_eq!(post(&collector, "/v1/beacons", "text/plain", cut(&own, "half a dog")).await.status, 204);
    let errors: Errors = collector.chart("/api/errors?app=shop").await;
    assert!(errors.errors.iter().any(|error| error.message == "half a dog\u{fffd}"), "{:?}", errors.errors);
}

#[tokio::test]
async fn every_metric_of_web_vitals_may_come_alone() {
    let collector = Collector::new();
    for line in include_str!("recorded/web-vitals.jsonl").lines().filter(|line| !line.is_empty()) {
        let answer = post(&collector, "/v1/web-vitals?app=shop", "text/plain;charset=UTF-8", line).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        collector.advance(SECOND);
    }
    assert_eq!(views(&collector, "shop").await, pairs(&[("/vitals/orders/:id", 1)]));
    let counts = counts(&collector, "shop").await;
    assert!(counts.iter().all(|(_, count)| *count == 1), "{counts:?}");
    let vitals: Vitals = collector.chart("/api/vitals?app=shop").await;
    let lcp = vitals.metrics.iter().find(|metric| metric.name == "LCP").unwrap();
    assert!(!lcp.elements.is_empty() && lcp.parts.iter().any(|part| part.name == "ttfb"), "{lcp:?}");
}

#[tokio::test]
async fn a_queue_of_web_vitals_is_one_view() {
    let collector = Collector::new();
    let queue = include_str!("recorded/web-vitals-queue.json");
    let answer = post(&collector, "/v1/web-vitals?app=shop", "text/plain;charset=UTF-8", queue).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    assert_eq!(views(&collector, "shop").await, pairs(&[("/queue/orders/:id", 1)]));
}

#[tokio::test]
async fn a_metric_that_grows_counts_once_with_its_last_value() {
    let collector = Collector::new();
    let metric = |value: f64| {
        format!(
            r#"{{"name":"CLS","value":{value},"delta":0.1,"id":"v5-1700006400000-1234567890123","page":"/a"}}"#
        )
    };
    for value in [0.1, 0.2, 0.3] {
        post(&collector, "/v1/web-vitals?app=shop", "text/plain", metric(value)).await;
        collector.advance(30 * SECOND);
    }
    let vitals: Vitals = collector.chart("/api/vitals?app=shop").await;
    let cls = vitals.metrics.iter().find(|metric| metric.name == "CLS").unwrap();
    assert_eq!((cls.count, cls.ratings), (1, [0, 0, 1]));
    assert_eq!(views(&collector, "shop").await, pairs(&[("/a", 1)]));
}

#[tokio::test]
async fn metrics_without_ids_count_for_each_visitor() {
    let collector = Collector::new();
    for browser in ["Chrome/156.0.0.0 Safari/537.36", "Gecko/20100101 Firefox/150.0"] {
        let request = Request::post("/v1/web-vitals?app=shop")
            .header("origin", "https://shop.example")
            .header("user-agent", format!("Mozilla/5.0 (X11; Linux x86_64) {browser}"));
        let body = Body::from(r#"{"name":"CLS","value":0,"page":"/a"}"#);
        let answer = collector.send(request.body(body).unwrap()).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
    }
    let counts = counts(&collector, "shop").await;
    assert!(counts.contains(&("CLS".to_owned(), 2)), "{counts:?}");
    assert_eq!(views(&collector, "shop").await, pairs(&[("/a", 2)]));
}

#[tokio::test]
async fn reports_are_errors_and_no_page_views() {
    let collector = Collector::new();
    let report = include_str!("recorded/csp-report.json");
    for _ in 0..2 {
        // Two visitors' reports of one violation are the same, byte by byte.
        let answer = post(&collector, "/v1/reports?app=shop", "application/csp-report", report).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
    }
    let errors: Errors = collector.chart("/api/errors?app=shop").await;
    assert_eq!(errors.errors.len(), 1);
    let error = &errors.errors[0];
    assert_eq!((error.message.as_str(), error.count), ("CSP: img-src blocked https://shop.example/a.png", 2));
    assert_eq!(error.source, "https://shop.example/reports/orders/:id:3:43");
    assert_eq!(views(&collector, "shop").await, []);
}

#[tokio::test]
async fn reports_without_an_origin_are_of_the_pages_that_they_name() {
    let collector = Collector::with(
        |_| {},
        |app| app.origins = Arc::new(Origins::These(vec![listed("https://shop.example").unwrap()])),
    );
    let sent = async |kind: &str, urls: &[&str], origin: Option<&str>| {
        let report =
            |url: &&str| json!({ "type": kind, "url": url, "body": { "id": "x", "message": "old" } });
        let body = serde_json::Value::from(urls.iter().map(report).collect::<Vec<_>>());
        let mut request = Request::post("/v1/reports").header("content-type", "application/reports+json");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        collector.send(request.body(Body::from(body.to_string())).unwrap()).await.status.as_u16()
    };
    let (own, foreign) = ("https://shop.example/a?b#c", "https://shop.example.evil.example/a");
    assert_eq!(sent("deprecation", &[own], None).await, 204);
    assert_eq!(sent("deprecation", &[foreign], None).await, 403);
    assert_eq!(sent("deprecation", &[own, foreign], None).await, 403);
    assert_eq!(sent("deprecation", &["about:blank"], None).await, 403);
    assert_eq!(sent("deprecation", &[own], Some("https://evil.example")).await, 403);
    assert_eq!(sent("deprecation", &[own], Some("https://shop.example")).await, 204);
}

#[tokio::test]
async fn spans_of_faro_that_are_too_many_count_as_lost() {
    let collector = Collector::new();
    let spans = vec![json!({ "name": "a" }); 5003];
    let body = json!({
        "meta": { "app": { "name": "shop" }, "page": { "url": "https://shop.example/a" } },
        "traces": { "resourceSpans": [{ "scopeSpans": [{ "spans": spans }] }] },
    });
    assert_eq!(faro(&collector, body.to_string()).await, 202);
    assert_eq!(collector.figure("whippet_measurements_lost_total{kind=\"other\"}").await, 3.0);
    assert_eq!(views(&collector, "shop").await, pairs(&[("/a", 1)]));
    // Nothing else is in the post: they are told all the same, and are no page view.
    let unread = json!({
        "meta": { "app": { "name": "shop" }, "page": { "url": "https://shop.example/b" } },
        "traces": { "resourceSpans": 7 },
    });
    assert_eq!(faro(&collector, unread.to_string()).await, 202);
    assert_eq!(collector.figure("whippet_measurements_lost_total{kind=\"other\"}").await, 4.0);
    assert_eq!(views(&collector, "shop").await, pairs(&[("/a", 1)]));
}

#[tokio::test]
async fn preflights_allow_what_they_ask_for() {
    let collector = Collector::with(
        |_| {},
        |app| {
            app.origins = Arc::new(Origins::These(vec![listed("https://shop.example").unwrap()]));
        },
    );
    let preflight = async |path: &str, origin: &str, asked: &str| {
        let request = Request::options(path)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", asked);
        collector.send(request.body(Body::empty()).unwrap()).await
    };
    let text = |headers: &HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    let asked = "content-type,idempotency-key,x-api-key,x-faro-session-id";
    for path in ["/collect", "/v1/traces", "/v1/logs", "/v1/metrics", "/v1/reports", "/v1/web-vitals"] {
        let answer = preflight(path, "https://shop.example", asked).await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(text(&answer.headers, "access-control-allow-headers"), asked);
        assert_eq!(text(&answer.headers, "access-control-allow-origin"), "https://shop.example");
        assert_eq!(text(&answer.headers, "access-control-allow-credentials"), "true");
        assert_eq!(preflight(path, "https://evil.example", asked).await.status, 403);
    }
    let odd = preflight("/collect", "https://shop.example", "a=b").await;
    assert!(text(&odd.headers, "access-control-allow-headers").contains("x-faro-session-id"));
    // Posts are checked, too.
    let request =
        Request::post("/collect").header("origin", "https://evil.example").body(Body::from(ACT)).unwrap();
    assert_eq!(collector.send(request).await.failure(), (403, "foreign_origin".to_owned()));
}

#[tokio::test]
async fn what_is_too_large_or_too_often_is_refused() {
    let collector = Collector::with(|_| {}, |app| app.limiter = Arc::new(RateLimiter::new(1)));
    let large = post(&collector, "/collect", "application/json", vec![b' '; (1 << 20) + 1]).await;
    assert_eq!(large.failure(), (413, "too_large".to_owned()));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; 40 << 20]).unwrap();
    let bomb = post(&collector, "/collect", "application/json", encoder.finish().unwrap()).await;
    assert_eq!(bomb.failure(), (413, "too_large".to_owned()));
    // Five at once; a post of more than 64 KiB counts as several.
    let padded = format!("{ACT}{}", " ".repeat(3 * 65_536));
    assert_eq!(faro(&collector, padded).await, 202);
    assert_eq!(faro(&collector, LOAD).await, 202);
    let refused = post(&collector, "/collect", "application/json", RELOAD).await;
    assert_eq!((refused.failure().0, refused.headers.contains_key("retry-after")), (429, true));
}

#[tokio::test]
async fn what_is_not_understood_says_what_to_do() {
    let collector = Collector::new();
    let refused = async |path: &str, body: &'static str| {
        let request = Request::post(path).body(Body::from(body)).unwrap();
        collector.send(request).await.failure()
    };
    let failure = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(refused("/collect", "{").await, failure(400, "not_json"));
    assert_eq!(refused("/collect", "{}").await, failure(400, "invalid_field"));
    assert_eq!(refused("/collect", r#"{"meta":{}}"#).await, failure(400, "missing_field"));
    assert_eq!(refused("/v1/web-vitals", r#"{"name":"LCP","value":1}"#).await, failure(400, "missing_field"));
    assert_eq!(refused("/v1/reports", "7").await, failure(400, "invalid_field"));
    assert_eq!(collector.get("/collect").await.status, 405);
    assert_eq!(collector.get("/v1/reports").await.status, 405);
}
