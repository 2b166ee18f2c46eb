//! The reports that the dashboard asks for.
use serde_json::json;
use whippet_api::{Backend, Errors, MetricChart, Overview, Resource, Toolkit, Unit, Vitals};
use whippet_store::Scrape;

use crate::harness::{Collector, MINUTE, SECOND, START, beacon_with};

/// The values of a line, rounded to three decimals; `null` as `None`.
fn values(chart: &whippet_api::Chart, line: &str) -> Vec<Option<f64>> {
    let line = chart.lines.iter().find(|candidate| candidate.name == line).unwrap();
    assert_eq!(line.values.len(), chart.times.len());
    line.values.iter().map(|value| value.map(|value| (value * 1000.0).round() / 1000.0)).collect()
}

#[tokio::test]
async fn without_data_all_reports_are_empty() {
    let collector = Collector::new();
    collector.advance(MINUTE);
    let status = collector.status().await;
    assert_eq!((status.beacons, status.last_beacon, status.apps.len()), (0, None, 0));
    let vitals: Vitals = collector.chart("/api/vitals").await;
    let names: Vec<&str> = vitals.metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(names, ["LCP", "INP", "CLS", "FCP", "TTFB"]);
    assert!(vitals.metrics.iter().all(|metric| metric.count == 0 && metric.p75.is_none()));
    assert_eq!(collector.chart::<Backend>("/api/backend?target=shop").await, Backend::default());
    assert_eq!(collector.chart::<Errors>("/api/errors").await, Errors::default());
    assert!(collector.chart::<Toolkit>("/api/toolkit").await.counters.is_empty());
    let overview: Overview = collector.chart("/api/overview").await;
    assert!(overview.levels.iter().all(|level| level.value.is_none() && level.met().is_none()));
}

#[tokio::test]
async fn an_invalid_window_is_refused() {
    let collector = Collector::new();
    for (query, code) in [
        ("from=tomorrow&to=yesterday", "bad_query"),
        ("from=1.5", "bad_query"),
        ("from=99999999999999999999", "bad_query"),
        ("from=5&to=5", "bad_range"),
        ("from=6&to=5", "bad_range"),
        ("from=-1&to=5", "bad_range"),
        ("to=-9223372036854775808", "bad_range"),
        ("from=0&to=9223372036854775807", "bad_range"),
        ("from=9223372036854775806&to=9223372036854775807", "bad_range"),
    ] {
        for path in ["overview", "vitals", "toolkit", "errors", "backend"] {
            let answer = collector.get(&format!("/api/{path}?target=shop&{query}")).await;
            assert_eq!(answer.failure(), (400, code.to_owned()), "{path}?{query}");
        }
    }
    assert_eq!(collector.get("/api/backend").await.failure(), (400, "bad_query".to_owned()));
    assert_eq!(
        collector.get("/api/backend?target=nobody").await.failure(),
        (400, "unknown_target".to_owned())
    );
}

#[tokio::test]
async fn a_vital_counts_once_per_page_view_with_its_newest_value() {
    let collector = Collector::new();
    let report = |id: &str, view: &str, sent: i64, lcp: f64| {
        beacon_with(
            id,
            json!({ "view": view, "sentAt": sent, "vitals": { "LCP": { "value": lcp, "rating": "good" } } }),
        )
    };
    collector.beacon(report("1", "a", START, 1000.0)).await;
    collector.beacon(report("2", "a", START + 2, 3000.0)).await;
    // Sent before the second report, and received after it.
    collector.beacon(report("3", "a", START + 1, 2000.0)).await;
    collector.beacon(report("4", "b", START, 5000.0)).await;
    collector.beacon(beacon_with("5", json!({ "view": "c" }))).await;
    collector.advance(MINUTE);
    let vitals: Vitals = collector.chart("/api/vitals").await;
    let lcp = &vitals.metrics[0];
    assert_eq!(
        (lcp.count, lcp.ratings, lcp.p75),
        (2, [0, 1, 1], Some(5000.0)),
        "ratings are the collector's own"
    );
    assert_eq!((lcp.good, lcp.poor, lcp.unit), (2500.0, 4000.0, Unit::Ms));
    assert_eq!(values(&lcp.chart, "p75"), [Some(5000.0)]);
    assert_eq!((vitals.pages[0].page.as_str(), vitals.pages[0].views), ("/items/:id", 3));
    assert_eq!(vitals.pages[0].p75, [Some(5000.0), None, None, None, None]);
}

#[tokio::test]
async fn vitals_can_be_filtered_by_app_and_page() {
    let collector = Collector::new();
    for (id, app, page, cls) in [("1", "a", "/x", 0.05), ("2", "a", "/y", 0.2), ("3", "b", "/x", 0.4)] {
        let vitals = json!({ "CLS": { "value": cls, "rating": "good" } });
        collector.beacon(beacon_with(id, json!({ "app": app, "page": page, "vitals": vitals }))).await;
    }
    for (query, counts) in [
        ("/api/vitals", [1, 1, 1]),
        ("/api/vitals?app=a", [1, 1, 0]),
        ("/api/vitals?app=a&page=/x", [1, 0, 0]),
        ("/api/vitals?page=/x", [1, 0, 1]),
        ("/api/vitals?app=&page=", [1, 1, 1]),
        ("/api/vitals?navigation=&split=&app=a", [1, 1, 0]),
        ("/api/vitals?app=nobody", [0, 0, 0]),
    ] {
        collector.advance(1);
        let vitals: Vitals = collector.chart(query).await;
        assert_eq!(vitals.metrics[2].ratings, counts, "{query}");
    }
}

#[tokio::test]
async fn counters_and_fetches_of_the_toolkit_are_summed() {
    let collector = Collector::new();
    for (id, hits, stale, misses) in [("1", 8, 0, 2), ("2", 1, 2, 7)] {
        let fetch =
            json!({ "scale": 1, "offset": 13, "counts": [3, 1], "sum": 450.0, "min": 100.0, "max": 150.0 });
        let more = json!({
            "counters": { "query.hits": hits, "query.stale_served": stale, "query.misses": misses },
            "histograms": { "query.fetch": fetch },
        });
        collector.beacon(beacon_with(id, more)).await;
        collector.advance(MINUTE);
    }
    collector.advance(MINUTE);
    let toolkit: Toolkit = collector.chart("/api/toolkit?app=shop").await;
    let totals: Vec<(&str, u64)> =
        toolkit.counters.iter().map(|counter| (counter.name.as_str(), counter.total)).collect();
    assert_eq!(totals, [("query.hits", 9), ("query.misses", 9), ("query.stale_served", 2)]);
    assert_eq!(values(&toolkit.hit_rate, "hit rate"), [Some(0.8), Some(0.3), None]);
    assert_eq!(values(&toolkit.fetches, "p99"), [Some(150.0), Some(150.0), None]);
}

#[tokio::test]
async fn errors_are_listed_by_fingerprint() {
    let collector = Collector::new();
    let error =
        |message: &str, count: u64| json!([{ "message": message, "source": "app.js:1:2", "count": count }]);
    collector
        .beacon(beacon_with("1", json!({ "page": "/a", "errors": error("item 17 is missing", 2) })))
        .await;
    collector.advance(2 * MINUTE);
    collector
        .beacon(beacon_with("2", json!({ "page": "/b", "errors": error("item 4 is missing", 3) })))
        .await;
    collector.beacon(beacon_with("3", json!({ "errors": error("<img src=x onerror=alert(1)>", 1) }))).await;
    let errors = collector.chart::<Errors>("/api/errors").await.errors;
    assert_eq!(errors.len(), 2);
    assert_eq!(
        (errors[0].message.as_str(), errors[0].page.as_str(), errors[0].count),
        ("item 17 is missing", "/b", 5)
    );
    assert_eq!((errors[0].first, errors[0].last), (START, START + 2 * MINUTE));
    assert_eq!(errors[0].app, "shop");
    assert_eq!(
        errors[1].message, "<img src=x onerror=alert(1)>",
        "told as it is; whoever shows it escapes it"
    );
}

const OK: &str = "http_requests_total{method=\"GET\",route=\"/a\",status=\"200\"}";
const BROKEN: &str = "http_requests_total{method=\"GET\",route=\"/a\",status=\"500\"}";

#[tokio::test]
async fn rates_are_computed_from_increases_of_counters() {
    let collector = Collector::new();
    for scrape in 0..7 {
        collector.scraped(&[(OK, 100.0 + 10.0 * f64::from(scrape))]).await;
        collector.advance(5 * SECOND);
    }
    let backend: Backend = collector.chart("/api/backend?target=shop").await;
    // Two requests per second, from the second scrape on.
    assert_eq!(values(&backend.rate, "requests"), [Some(2.0); 7]);
    assert_eq!((backend.routes[0].name.as_str(), backend.routes[0].count), ("GET /a", 60.0));
    assert_eq!(backend.routes[0].rate, 2.0);
}

#[tokio::test]
async fn a_window_into_the_future_ends_now() {
    let collector = Collector::new();
    for _ in 0..3 {
        collector.scraped(&[(OK, 100.0)]).await;
        collector.advance(5 * SECOND);
    }
    let ahead = collector.now() + MINUTE;
    let backend: Backend =
        collector.get(&format!("/api/backend?target=shop&from={START}&to={ahead}")).await.json();
    assert_eq!(backend.rate.times, [START + 5 * SECOND, START + 10 * SECOND, START + 15 * SECOND]);
    let answer = collector.get(&format!("/api/backend?target=shop&from={ahead}&to={}", ahead + MINUTE)).await;
    assert!(answer.json::<Backend>().rate.lines[0].values.iter().all(Option::is_none));
}

#[tokio::test]
async fn charts_have_a_gap_while_a_target_is_down() {
    let collector = Collector::new();
    for (value, pause) in [(0.0, 5), (10.0, 5), (20.0, 60), (80.0, 5), (90.0, 5)] {
        collector.scraped(&[(OK, value), ("process_resident_memory_bytes", 7.0)]).await;
        collector.advance(pause * SECOND);
    }
    let backend: Backend = collector.chart("/api/backend?target=shop").await;
    let rates = values(&backend.rate, "requests");
    let memory = values(&backend.memory, "resident");
    assert_eq!(rates[..4], [Some(2.0); 4]);
    assert!(rates[4..13].iter().all(Option::is_none), "{rates:?}");
    assert!(memory[4..13].iter().all(Option::is_none), "{memory:?}");
    assert_eq!(rates[14..], [Some(2.0); 2]);
    assert_eq!(backend.routes[0].count, 90.0, "over the whole window, nothing is lost");
}

#[tokio::test]
async fn a_backend_has_quantiles_hit_rates_and_levels() {
    let collector = Collector::new();
    let bucket =
        |name: &str, le: &str| format!("{name}_bucket{{operation=\"find\",route=\"/a\",le=\"{le}\"}}");
    let names: Vec<String> = ["http_request_duration_seconds", "db_query_duration_seconds"]
        .iter()
        .flat_map(|name| ["0.1", "0.2", "+Inf"].map(|le| bucket(name, le)))
        .collect();
    let hit = "cache_requests_total{cache=\"pages\",result=\"hit\"}";
    let miss = "cache_requests_total{cache=\"pages\",result=\"miss\"}";
    for scrape in [0.0, 1.0] {
        let mut samples: Vec<(&str, f64)> = Vec::new();
        for (name, count) in names.iter().zip([50.0, 100.0, 100.0, 0.0, 10.0, 10.0]) {
            samples.push((name, count * scrape));
        }
        samples.extend([(hit, 9.0 * scrape), (miss, scrape), (OK, 99.0 * scrape), (BROKEN, scrape)]);
        samples.push(("process_cpu_seconds_total", 2.5 * scrape));
        collector.scraped(&samples).await;
        collector.advance(5 * SECOND);
    }
    let backend: Backend = collector.chart("/api/backend?target=shop").await;
    assert_eq!(values(&backend.latency, "p50")[1], Some(100.0));
    assert_eq!(values(&backend.latency, "p95")[1], Some(190.0));
    assert_eq!(values(&backend.database, "p50")[1], Some(150.0));
    assert_eq!(values(&backend.caches, "pages")[1], Some(0.9));
    assert_eq!(values(&backend.cpu, "cpu")[1], Some(0.5));
    assert_eq!((backend.operations[0].name.as_str(), backend.operations[0].count), ("find", 10.0));
    assert_eq!(backend.operations[0].client_errors, None);

    let overview: Overview = collector.chart("/api/overview").await;
    let level = |name: &str| {
        overview.levels.iter().find(|level| level.subject == "shop" && level.name == name).unwrap()
    };
    assert_eq!((level("Response p50").value, level("Response p50").met()), (Some(100.0), Some(true)));
    assert_eq!(
        (level("Server errors (5xx)").value, level("Server errors (5xx)").met()),
        (Some(0.01), Some(false))
    );
    assert_eq!((level("Database query p95").bound, level("Database query p95").met()), (100.0, Some(false)));
    assert_eq!((level("Cache hit rate").above, level("Cache hit rate").met()), (true, Some(true)));
}

#[tokio::test]
async fn the_overview_rates_applications_too() {
    let collector = Collector::new();
    let vitals = json!({ "LCP": { "value": 2600.0, "rating": "good" }, "CLS": { "value": 0.02, "rating": "poor" }, "FCP": { "value": 1800 } });
    let load =
        json!({ "scale": 1, "offset": 23, "counts": [1], "sum": 3000.0, "min": 3000.0, "max": 3000.0 });
    let more = json!({ "vitals": vitals, "histograms": { "page.load": load }, "dropped": 2 });
    collector.beacon(beacon_with("1", more)).await;
    assert_eq!(collector.figure("whippet_measurements_lost_total{kind=\"other\"}").await, 2.0);
    collector.advance(1);
    let overview: Overview = collector.chart("/api/overview").await;
    let levels: Vec<_> = overview.levels.iter().filter(|level| level.subject == "shop").collect();
    let level = |name: &str| levels.iter().find(|level| level.name == name).unwrap().met();
    assert_eq!((level("LCP p75"), level("CLS p75"), level("INP p75")), (Some(false), Some(true), None));
    assert_eq!(level("FCP p75"), Some(true), "a threshold belongs to the better side");
    assert_eq!(level("Page load p95"), Some(false));
}

#[tokio::test]
async fn a_chart_of_any_metric_names_its_lines_and_says_what_lies_beyond_the_last_bound() {
    let collector = Collector::new();
    for scrape in 0..3_u32 {
        let text = format!(
            "# TYPE zz_wait_seconds histogram\nzz_wait_seconds_bucket{{le=\"1\"}} {}\nzz_wait_seconds_bucket{{le=\"+Inf\"}} {}\n\
             # TYPE zz_done_total counter\nzz_done_total {}\nzz_done_total{{kind=\"x\"}} {}\n",
            scrape * 6,
            scrape * 10,
            scrape * 10,
            scrape * 5,
        );
        let samples = whippet_collector::scrape::parse(&text).unwrap();
        let time = collector.now();
        let scraped = Scrape { target: "shop".to_owned(), time, samples, instance: None };
        collector.app.store.record_scrape(scraped).await.unwrap();
        collector.advance(5 * SECOND);
    }
    let wait: MetricChart = collector.chart("/api/chart?target=shop&metric=zz_wait_seconds").await;
    let beyond: Vec<(&str, Option<bool>)> =
        wait.chart.lines.iter().map(|line| (line.name.as_str(), line.beyond.last().copied())).collect();
    assert_eq!(beyond, [("p50", None), ("p95", Some(true)), ("p99", Some(true))]);
    assert_eq!(values(&wait.chart, "p95").last(), Some(&Some(1000.0)));
    let done: MetricChart = collector.chart("/api/chart?target=shop&metric=zz_done_total&by=kind").await;
    let names: Vec<&str> = done.chart.lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["(none)", "x"], "the greatest first");
}

#[test]
fn numbers_that_json_does_not_have_can_be_read_all_the_same() {
    let sent =
        Resource { count: f64::INFINITY, bytes: f64::NEG_INFINITY, cached: f64::NAN, ..Resource::default() };
    let read: Resource = serde_json::from_str(&serde_json::to_string(&sent).unwrap()).unwrap();
    assert_eq!((read.count, read.bytes, read.cached), (f64::MAX, f64::MIN, 0.0));
}
