//! What pages measured on `/metrics`.
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;
use whippet_collector::prometheus::pages::{PageFigures, PageOptions};

use crate::harness::{Collector, MINUTE, SECOND, START, beacon_with};
use crate::peers::{Peer, program};

fn exporting(limit: usize) -> Collector {
    Collector::with(
        |_| {},
        |app| {
            app.page_figures = Some(Arc::new(PageFigures::new(PageOptions {
                labels: "app,page,device,release".parse().unwrap(),
                limit,
                quiet: MINUTE,
                min_sample_rate: 0.01,
                known_apps: Vec::new(),
            })));
        },
    )
}

const PROTOBUF: &str =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

#[tokio::test]
async fn they_are_shown_only_where_that_is_wanted() {
    let collector = Collector::new();
    collector.beacon(beacon_with("a", json!({}))).await;
    assert!(!collector.get("/metrics").await.text().contains("whippet_page_"));
}

#[tokio::test]
async fn a_beacon_counts_by_its_labels() {
    let collector = exporting(100);
    let first = json!({
        "release": "1.2", "device": "phone", "sampleRate": 0.5, "routes": { "/other": 3 },
        "vitals": { "LCP": { "value": 2400 }, "TTFB": { "value": 300 }, "CLS": { "value": 0.05 } },
        "timings": { "checkout": [40, 60] }, "counters": { "clicks": 4 },
        "errors": [{ "message": "x", "count": 3 }],
    });
    collector.beacon(beacon_with("v-1", first.clone())).await;
    // It arrives twice, and counts once.
    collector.beacon(beacon_with("v-1", first)).await;
    let more = json!({ "release": "1.2", "device": "phone", "sampleRate": 0.5, "view": "view-of-v-1", "sentAt": START + 1,
        "vitals": { "LCP": { "value": 2600 } } });
    collector.beacon(beacon_with("v-2", more)).await;
    let labels = r#"{app="shop",page="/items/:id",device="phone",release="1.2"}"#;
    let with = |more: &str| format!("{},{more}}}", labels.trim_end_matches('}'));
    let figure = async |name: &str| collector.figure(name).await;
    assert_eq!(figure(&format!("whippet_page_views_total{labels}")).await, 2.0);
    assert_eq!(
        figure(&format!("whippet_page_views_total{}", labels.replace("/items/:id", "/other"))).await,
        6.0
    );
    assert_eq!(figure(&format!("whippet_page_errors_total{labels}")).await, 6.0);
    assert_eq!(figure(&format!("whippet_page_counts_total{}", with(r#"name="clicks""#))).await, 8.0);
    assert_eq!(figure(&format!("whippet_page_timing_seconds_sum{}", with(r#"name="checkout""#))).await, 0.2);
    assert_eq!(
        figure(&format!("whippet_page_timing_seconds_bucket{}", with(r#"name="checkout",le="0.05""#))).await,
        2.0
    );
    assert_eq!(figure(&format!("whippet_page_ttfb_seconds_count{labels}")).await, 2.0);
    // What may grow waits until the page view is quiet.
    assert_eq!(figure(&format!("whippet_page_lcp_seconds_count{labels}")).await, 0.0);
    assert_eq!(figure("whippet_page_views_open").await, 1.0);
    collector.advance(MINUTE);
    assert_eq!(figure(&format!("whippet_page_lcp_seconds_bucket{}", with(r#"le="2.5""#))).await, 0.0);
    assert_eq!(figure(&format!("whippet_page_lcp_seconds_bucket{}", with(r#"le="3""#))).await, 2.0);
    assert_eq!(figure(&format!("whippet_page_cls_sum{labels}")).await, 0.1);
    // Later it is no more counted, and that is said.
    let late = json!({ "view": "view-of-v-1", "sentAt": START + 2, "vitals": { "LCP": { "value": 9000 } } });
    collector.beacon(beacon_with("v-3", late)).await;
    collector.advance(10 * MINUTE);
    assert_eq!(figure(&format!("whippet_page_lcp_seconds_count{labels}")).await, 2.0);
    assert_eq!(figure(r#"whippet_page_vitals_late_total{vital="LCP"}"#).await, 1.0);
    assert_eq!(
        figure(r#"whippet_page_views_total{app="shop",page="/items/:id",device="desktop"}"#).await,
        0.0
    );
}

#[tokio::test]
async fn pages_that_are_too_many_count_as_other() {
    let collector = exporting(8);
    for page in 0..40 {
        let more = json!({ "page": format!("/{page}"), "timings": { format!("t{page}"): 5 } });
        collector.beacon(beacon_with(&format!("b{page}"), more)).await;
    }
    let text = collector.get("/metrics").await.text();
    let lines = |name: &str| text.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!(lines("whippet_page_views_total{"), 9);
    let other = r#"whippet_page_views_total{app="shop",page="(other)",device="desktop"}"#;
    assert_eq!(collector.figure(other).await, 32.0);
    assert_eq!(lines("whippet_page_timing_seconds_count{"), 17);
    assert!(collector.figure("whippet_page_label_sets_folded_total").await >= 32.0);
}

#[tokio::test]
async fn the_token_guards_them_and_the_store_does_not_keep_them() {
    let collector = exporting(8);
    collector.beacon(beacon_with("a", json!({}))).await;
    collector.scraper().scrape_own().await;
    let series = "SELECT count(*) FROM series WHERE name LIKE 'whippet_page_%'".to_owned();
    assert_eq!(collector.number(series).await, 0);
}

/// Page loads of 1,000 visits, ms: a long tail.
fn loads() -> Vec<f64> {
    (0..1000).map(|visit| 400.0 * 1.0035_f64.powi((visit * 617) % 1000)).collect()
}

#[tokio::test]
async fn percentiles_in_prometheus_are_those_of_the_dashboard() {
    let Some(prometheus) = program("prometheus") else { return };
    let collector = exporting(100);
    let mut exact = loads();
    for (visit, value) in exact.iter().enumerate() {
        let release = if visit % 2 == 0 { "1" } else { "2" };
        let more = json!({ "release": release, "vitals": { "LCP": { "value": value }, "TTFB": { "value": value / 10.0 } } });
        collector.beacon(beacon_with(&format!("b{visit}"), more)).await;
    }
    collector.advance(2 * MINUTE);
    let vitals: whippet_api::Vitals = collector.chart("/api/vitals?app=shop").await;
    exact.sort_by(f64::total_cmp);

    let folder = tempfile::tempdir().unwrap();
    let backend = collector.listen().await;
    let job = json!({ "scrape_configs": [{ "job_name": "whippet", "scrape_interval": "1s", "scrape_timeout": "1s",
        "static_configs": [{ "targets": [backend] }] }] });
    let native = ["--enable-feature=native-histograms"];
    let with = Peer::prometheus(&prometheus, &folder.path().join("native"), &job, &native).await;
    let without = Peer::prometheus(&prometheus, &folder.path().join("classic"), &job, &[]).await;
    let one = |found: &[(String, f64)]| found.len() == 1;
    for (q, rank) in [(0.5, 500), (0.75, 750), (0.95, 950)] {
        let exact = exact[rank - 1] / 1000.0;
        let native = format!("histogram_quantile({q}, sum(whippet_page_lcp_seconds))");
        let native = with.query_until(&native, "", one).await[0].1;
        // Half a bucket of scale 5, and Prometheus' linear interpolation in it.
        assert!((native / exact - 1.0).abs() < 0.023, "{native} for {exact} at {q}");
        let classic = format!("histogram_quantile({q}, sum by (le) (whippet_page_lcp_seconds_bucket))");
        let classic = without.query_until(&classic, "", one).await[0].1;
        let bounds = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 20.0];
        let place = bounds.partition_point(|bound| *bound < exact);
        assert!((bounds[place - 1]..=bounds[place]).contains(&classic), "{classic} for {exact} at {q}");
        if q == 0.75 {
            let shown =
                vitals.metrics.iter().find(|vital| vital.name == "LCP").unwrap().p75.unwrap() / 1000.0;
            assert!((native / shown - 1.0).abs() < 0.034, "{native}, and {shown} on the dashboard");
        }
    }
    // The share of good page views is exact.
    let good = "sum(whippet_page_lcp_seconds_bucket{le=\"2.5\"})";
    let expected = exact.iter().filter(|value| **value <= 2500.0).count() as f64;
    assert_eq!(without.query_until(good, "", one).await, [(String::new(), expected)]);
    for (server, count) in
        [(&with, "histogram_count(whippet_page_ttfb_seconds)"), (&without, "whippet_page_ttfb_seconds_count")]
    {
        let counts = server.query_until(count, "release", |found| found.len() == 2).await;
        assert_eq!(counts, [("1".to_owned(), 500.0), ("2".to_owned(), 500.0)]);
    }
    // All of the collector's own figures are there in both formats. Some appear with the first scrapes.
    let own = "count by (__name__) ({__name__=~\"whippet_[a-oq-z].*|process_.*|http_.*_count\"})";
    let names = async |server: &Peer| {
        server.query(own, "__name__").await.into_iter().map(|found| found.0).collect::<Vec<_>>()
    };
    let mut found = (Vec::new(), Vec::new());
    for _ in 0..600 {
        found = (names(&with).await, names(&without).await);
        if found.0 == found.1 && found.0.len() > 10 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(found.0, found.1);
    assert!(found.0.len() > 10, "{found:?}");
    assert_eq!(with.query("whippet_beacons_accepted_total", "").await, [(String::new(), 1000.0)]);
    assert_eq!(
        with.query_until("sum(http_request_duration_seconds_count)", "", |found| {
            found.first().is_some_and(|found| found.1 >= 1001.0)
        })
        .await
        .len(),
        1
    );
}

#[tokio::test]
async fn each_scraper_gets_the_format_it_asks_for() {
    let collector = exporting(8);
    let get = async |accept: &str| {
        let request = Request::get("/metrics").header(header::ACCEPT, accept).body(Body::empty()).unwrap();
        let answer = collector.send(request).await;
        answer.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned()
    };
    assert_eq!(get("*/*").await, "text/plain; version=0.0.4; charset=utf-8");
    assert!(
        get(&format!("{PROTOBUF}, text/plain;q=0.3")).await.starts_with("application/vnd.google.protobuf;")
    );
    collector.advance(SECOND);
}
