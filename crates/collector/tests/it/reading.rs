//! Backends' figures from a Prometheus: the same as its own expressions give.
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde_json::{Value, json};
use whippet_api::{Backend, MetricChart, Metrics, Overview, SlowQueries, Status};
use whippet_collector::clock::Clock;
use whippet_collector::prometheus::pages::{PageFigures, PageOptions};
use whippet_collector::prometheus::reading::Reader;

use crate::harness::{Collector, HOUR, MINUTE, SECOND, START, beacon_with};
use crate::peers::{Peer, closed, program};

fn reader(address: &str, selectors: &[&str]) -> Arc<Reader> {
    let selectors = selectors.iter().map(|selector| selector.parse().unwrap()).collect();
    let taken = HashSet::from(["shop".to_owned()]);
    Arc::new(Reader::new(format!("http://{address}").parse().unwrap(), selectors, taken).unwrap())
}

fn reading(reader: &Arc<Reader>) -> Collector {
    let reader = Arc::clone(reader);
    Collector::with(|_| {}, |app| app.prometheus = Some(reader))
}

/// How long the history is, and the time between two scrapes.
const LENGTH: i64 = 50 * HOUR;
const APART: i64 = MINUTE;

/// Counters of a backend after `passed` ms of one process.
fn counters(passed: i64, instance: i64) -> Vec<(String, f64)> {
    let at = passed as f64 / 1000.0 * (1.0 + instance as f64 / 10.0);
    let mut all = Vec::new();
    for (route, rate) in [("/", 5.0), ("/items/:id", 2.0), ("/cart", 0.5)] {
        // Traffic swings by the hour.
        let requests = at * rate + 600.0 * rate * (at / 1800.0).sin();
        for (status, share) in [("200", 0.96), ("404", 0.03), ("500", 0.01)] {
            let series = format!("http_requests_total{{method=\"GET\",route=\"{route}\",status=\"{status}\"");
            all.push((series, requests * share));
        }
        for (le, share) in
            [("0.05", 0.5), ("0.1", 0.8), ("0.25", 0.94), ("0.5", 0.985), ("1", 0.998), ("+Inf", 1.0)]
        {
            let series =
                format!("http_request_duration_seconds_bucket{{method=\"GET\",route=\"{route}\",le=\"{le}\"");
            all.push((series, requests * share));
        }
        all.push((
            format!("http_request_duration_seconds_sum{{method=\"GET\",route=\"{route}\""),
            requests * 0.08,
        ));
        all.push((
            format!("http_request_duration_seconds_count{{method=\"GET\",route=\"{route}\""),
            requests,
        ));
    }
    all.push(("process_cpu_seconds_total{x=\"\"".to_owned(), at * 0.25));
    all
}

/// The history of two instances: one restarts after 20 hours, and nothing was scraped from hour 47 to 47:30.
fn history() -> String {
    let mut series: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
    for instance in 0..2 {
        let mut add = |name: &str, time: i64, value: f64| {
            let name = format!("{name},instance=\"i{instance}:80\",job=\"api\"}}");
            series.entry(name).or_default().push((time, value));
        };
        for passed in (0..=LENGTH).step_by(APART as usize) {
            let time = START + passed;
            if (47 * HOUR..47 * HOUR + 30 * MINUTE).contains(&passed) {
                continue;
            }
            let restarted = if instance == 0 && passed >= 20 * HOUR { passed - 20 * HOUR } else { passed };
            for (name, value) in counters(restarted, instance) {
                add(&name, time, value);
            }
            add("up{x=\"\"", time, 1.0);
            add("process_resident_memory_bytes{x=\"\"", time, 1e8 + instance as f64 * 1e7);
        }
    }
    let mut text = String::new();
    // Each metric in one piece; their order is free.
    for (name, samples) in series {
        for (time, value) in samples {
            writeln!(text, "{} {value} {}", name.replace("x=\"\",", ""), time / SECOND).unwrap();
        }
    }
    text + "# EOF\n"
}

async fn with_history(folder: &Path) -> Option<Peer> {
    let (prometheus, promtool) = (program("prometheus")?, program("promtool")?);
    let file = folder.join("history.txt");
    std::fs::write(&file, history()).unwrap();
    let data = folder.join("p/data");
    std::fs::create_dir_all(&data).unwrap();
    let output = Command::new(promtool)
        .args(["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=100h"])
        .args([&file, &data])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let arguments = ["--storage.tsdb.retention.time=100y"];
    let server = Peer::prometheus(&prometheus, &folder.join("p"), &json!({}), &arguments).await;
    let ready = async || server.ask("/api/v1/status/buildinfo").await.is_some();
    for _ in 0..600 {
        if ready().await {
            return Some(server);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("Prometheus does not answer within a minute");
}

/// The value of an expression of Prometheus' at a time.
async fn expression(server: &Peer, expression: &str, at: i64) -> f64 {
    let found = server.query_at(expression, "", Some(at)).await;
    assert_eq!(found.len(), 1, "{expression}: {found:?}");
    found[0].1
}

fn near(found: f64, expected: f64, what: &str) {
    assert!((found / expected - 1.0).abs() < 0.01, "{what}: {found}, and Prometheus says {expected}");
}

async fn compare(collector: &Collector, server: &Peer, from: i64, to: i64) {
    let answer = collector.get(&format!("/api/backend?target=api&from={from}&to={to}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let backend: Backend = answer.json();
    assert_eq!(backend.notes, Vec::<String>::new());
    let span = format!("{}s", (to - from) / SECOND);
    let at = async |text: &str| expression(server, &text.replace("SPAN", &span), to).await;
    for timing in &backend.routes {
        let route = timing.name.trim_start_matches("GET ");
        let of = |text: &str| text.replace("ROUTE", &format!("route=\"{route}\""));
        let count = at(&of("sum(increase(http_requests_total{ROUTE}[SPAN]))")).await;
        near(timing.count, count, route);
        let failed = at(&of("sum(increase(http_requests_total{ROUTE,status=\"500\"}[SPAN]))")).await;
        near(timing.server_errors.unwrap(), failed / count, route);
        for (q, found) in [(0.5, timing.p50), (0.95, timing.p95), (0.99, timing.p99)] {
            let text = format!(
                "histogram_quantile({q}, sum by (le) (increase(http_request_duration_seconds_bucket{{route=\"{route}\"}}[SPAN])))"
            );
            let found = found.unwrap_or_else(|| panic!("no percentile of {route}"));
            near(found, at(&text).await * 1000.0, &text);
        }
    }
    assert_eq!(backend.routes.len(), 3);
    // Each point of a chart, at its own time.
    let step = (backend.rate.times[1] - backend.rate.times[0]) / SECOND;
    let mut compared = 0;
    for (time, rate) in backend.rate.times.iter().zip(&backend.rate.lines[0].values) {
        let whole = step * SECOND;
        if time % whole != 0 || *time - whole < from || compared >= 12 {
            continue;
        }
        let gap = (START + 47 * HOUR - 6 * MINUTE..START + 48 * HOUR).contains(time);
        if gap {
            continue;
        }
        let expected =
            expression(server, &format!("sum(increase(http_requests_total[{step}s]))/{step}"), *time).await;
        let found = rate.unwrap_or_else(|| panic!("nothing at {time}"));
        // Over few scrapes Prometheus extrapolates.
        let bound = if step >= 600 { 0.01 } else { 0.03 };
        assert!((found / expected - 1.0).abs() < bound, "{found}, and Prometheus says {expected} at {time}");
        compared += 1;
    }
    assert!(compared >= 10);
    let memory = backend.memory.lines[0].values.iter().flatten().last().copied();
    near(memory.unwrap(), 2.1e8, "memory");
}

#[tokio::test]
async fn figures_are_those_of_prometheus_own_expressions() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = with_history(folder.path()).await else { return };
    let reader = reader(&server.address, &[]);
    let collector = reading(&reader);
    collector.advance(LENGTH);
    reader.poll(collector.now()).await;
    let status: Status = collector.status().await;
    let target = status.targets.iter().find(|target| target.name == "api").unwrap();
    assert_eq!((target.up, target.last_scrape, target.interval), (true, Some(START + LENGTH), MINUTE));
    assert!(target.url.ends_with("{job=\"api\"}"), "{}", target.url);

    let end = START + LENGTH;
    // Read as scraped; by increase; over the restart.
    compare(&collector, &server, end - 90 * MINUTE, end).await;
    compare(&collector, &server, end - 48 * HOUR, end).await;
    compare(&collector, &server, START + 19 * HOUR, START + 21 * HOUR).await;

    // While nothing was scraped, nothing is shown.
    let (from, to) = (START + 46 * HOUR, START + 48 * HOUR);
    let backend: Backend =
        collector.get(&format!("/api/backend?target=api&from={from}&to={to}")).await.json();
    let at = |passed: i64| {
        let place = backend.rate.times.iter().position(|time| *time >= START + passed).unwrap();
        backend.rate.lines[0].values[place]
    };
    assert!(
        at(46 * HOUR + 50 * MINUTE).is_some()
            && at(47 * HOUR + 20 * MINUTE).is_none()
            && at(47 * HOUR + 50 * MINUTE).is_some()
    );

    let metrics: Metrics = collector.get("/api/series?target=api").await.json();
    let names: Vec<&str> = metrics.metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert!(
        names.contains(&"http_request_duration_seconds") && names.contains(&"process_resident_memory_bytes")
    );
    let path =
        format!("/api/chart?target=api&metric=http_requests_total&by=status&from={}&to={end}", end - HOUR);
    let chart: MetricChart = collector.get(&path).await.json();
    let lines: Vec<&str> = chart.chart.lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(lines, ["200", "404", "500"]);

    let overview: Overview =
        collector.get(&format!("/api/overview?from={}&to={end}", end - HOUR)).await.json();
    let p95 =
        overview.levels.iter().find(|level| level.subject == "api" && level.name == "Response p95").unwrap();
    let text = "histogram_quantile(0.95, sum by (le) (increase(http_request_duration_seconds_bucket[1h])))";
    near(p95.value.unwrap(), expression(&server, text, end).await * 1000.0, "the level");
    let subject = overview.subjects.iter().find(|subject| subject.name == "api").unwrap();
    assert_eq!((subject.last, subject.stopped, subject.error.clone()), (Some(end), false, None));

    // It goes down, and the page says so instead of showing old figures.
    let address = server.address.clone();
    drop(server);
    collector.advance(MINUTE);
    reader.poll(collector.now()).await;
    let down = collector.status().await.targets.into_iter().find(|target| target.name == "api").unwrap();
    assert!(
        !down.up && down.error.unwrap().starts_with("Prometheus cannot connect"),
        "{:?}",
        down.last_scrape
    );
    let answer = collector
        .get(&format!("/api/backend?target=api&from={}&to={}", end - 2 * HOUR, collector.now()))
        .await;
    assert_eq!(answer.failure(), (502, "prometheus_failed".to_owned()));
    let overview: Overview = collector.get(&format!("/api/overview?from={}", end - HOUR)).await.json();
    let subject = overview.subjects.iter().find(|subject| subject.name == "api").unwrap();
    assert!(subject.error.is_some());

    // It comes back.
    let (program, arguments) = (program("prometheus").unwrap(), ["--storage.tsdb.retention.time=100y"]);
    let again = Peer::prometheus_at(&address, &program, &folder.path().join("p"), &json!({}), &arguments);
    for _ in 0..600 {
        if again.ask("/api/v1/status/buildinfo").await.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    reader.poll(collector.now()).await;
    assert!(collector.status().await.targets.iter().any(|target| target.name == "api" && target.up));
}

#[tokio::test]
async fn native_histograms_are_read_as_percentiles() {
    let Some(prometheus) = program("prometheus") else { return };
    // What is read back is what this collector's own pages measured.
    let exporting = Collector::with(
        |_| {},
        |app| {
            app.clock = Clock::system();
            app.page_figures = Some(Arc::new(PageFigures::new(PageOptions {
                labels: "app".parse().unwrap(),
                limit: 100,
                quiet: 1,
                min_sample_rate: 0.01,
                known_apps: Vec::new(),
            })));
        },
    );
    let folder = tempfile::tempdir().unwrap();
    let backend = exporting.listen().await;
    let job = json!({ "scrape_configs": [{ "job_name": "pages", "scrape_interval": "1s", "scrape_timeout": "1s",
        "static_configs": [{ "targets": [backend] }] }] });
    let server =
        Peer::prometheus(&prometheus, folder.path(), &job, &["--enable-feature=native-histograms"]).await;
    exporting.beacon(beacon_with("first", json!({ "vitals": { "FCP": { "value": 5 } } }))).await;
    let scraped =
        |least: f64| move |found: &[(String, f64)]| found.first().is_some_and(|found| found.1 >= least);
    server.query_until("histogram_count(whippet_page_fcp_seconds)", "", scraped(1.0)).await;
    let reader = reader(&server.address, &["pages={job=\"pages\"}"]);
    let collector = Collector::with(
        |_| {},
        |app| {
            app.prometheus = Some(Arc::clone(&reader));
            app.clock = Clock::system();
        },
    );
    // Once is enough, unless Prometheus is so late with its scrapes that none of the steps can be compared.
    for round in 0..10 {
        for visit in 1..=200 {
            let more = json!({ "vitals": { "FCP": { "value": 10 * visit } } });
            exporting.beacon(beacon_with(&format!("b{round}-{visit}"), more)).await;
        }
        let all = f64::from(200 * (round + 1) + 1);
        server.query_until("histogram_count(whippet_page_fcp_seconds)", "", scraped(all)).await;
        // Until a step of the chart has ended.
        server.query_until("count_over_time(up[1m])", "", scraped(6.0)).await;
        tokio::time::sleep(Duration::from_secs(6)).await;

        let now = collector.app.clock.now();
        reader.poll(now).await;
        let status = collector.status().await;
        let target = status.targets.into_iter().find(|target| target.name == "pages").unwrap();
        assert!(target.up && target.interval == SECOND, "{target:?}");
        if compare_percentiles(&collector, &server, now).await >= 2 {
            return;
        }
    }
    panic!("no step began with a scrape of its own");
}

/// Compares the percentiles of the last minute's steps that can be compared, and returns how many there were.
async fn compare_percentiles(collector: &Collector, server: &Peer, now: i64) -> usize {
    let histogram = "whippet_page_fcp_seconds";
    let path = format!("/api/chart?target=pages&metric={histogram}&from={}&to={now}", now - MINUTE);
    let MetricChart { shows, chart, .. } = collector.get(&path).await.json();
    assert_eq!((shows.as_str(), chart.times[1] - chart.times[0]), ("percentiles", 5 * SECOND));
    let mut compared = 0;
    for (name, q) in [("p50", 0.5), ("p95", 0.95)] {
        let line = chart.lines.iter().find(|line| line.name == name).unwrap();
        for (time, value) in chart.times.iter().zip(&line.values) {
            let Some(value) = value.filter(|_| time % (5 * SECOND) == 0) else { continue };
            // A step of five seconds grows from the last scrape before it. The first in six seconds is that one, where it is
            // alone in the first of these.
            let is_first =
                format!("count_over_time({histogram}[6s]) - count_over_time({histogram}[5s]) == 1");
            if server.query_at(&is_first, "", Some(*time)).await.is_empty() {
                continue;
            }
            let text = format!("histogram_quantile({q}, sum(increase({histogram}[6s])))");
            if let [(_, expected)] = server.query_at(&text, "", Some(*time)).await[..] {
                near(value, expected * 1000.0, &format!("{name} at {time}"));
                compared += 1;
            }
        }
    }
    compared
}

/// A server that has one counter and one gauge, and answers questions for the one alone.
async fn half_a_server() -> String {
    let answered = |data: Value| {
        json!({ "status": "success", "data": data, "warnings": ["a store is gone"] }).to_string()
    };
    let found = answered(json!([
        { "__name__": "http_requests_total", "status": "200" }, { "__name__": "process_resident_memory_bytes" },
    ]));
    let up = answered(json!({ "resultType": "matrix", "result": [
        { "metric": { "job": "x", "instance": "a" }, "values": [[START / SECOND - 60, "1"], [START / SECOND, "1"]] },
    ] }));
    let range = async |body: String| {
        match body.contains("increase") {
        true => (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "status": "error", "errorType": "timeout", "error": "query timed out" }).to_string(),
        ),
        false => (
            StatusCode::OK,
            json!({ "status": "success", "data": { "resultType": "matrix", "result": [
                { "metric": { "__name__": "process_resident_memory_bytes" },
                  "values": [[START / SECOND - 7200, "5"], [START / SECOND - 3600, "7"], [START / SECOND - 2700, "7"]] },
            ] } })
            .to_string(),
        ),
    }
    };
    let router = Router::new()
        .route("/prom/api/v1/series", post(move || async { found }))
        .route("/prom/api/v1/metadata", get(|| async { StatusCode::NOT_FOUND }))
        .route("/prom/api/v1/query", post(move || async { up }))
        .route("/prom/api/v1/query_range", post(range));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("{}/prom", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let reader = reader(&half_a_server().await, &[]);
    let collector = reading(&reader);
    reader.poll(collector.now()).await;
    // So long that counters are read by their increase.
    let path = format!("/api/backend?target=x&from={}&to={START}", START - 100 * HOUR);
    let answer = collector.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let backend: Backend = answer.json();
    let expected = ["a store is gone", "not everything could be read: Prometheus says: query timed out"];
    let mut notes = backend.notes;
    notes.sort();
    assert_eq!(notes, expected);
    assert_eq!(backend.memory.lines[0].values.iter().flatten().last(), Some(&7.0));
    // The dashboard asks for the slow queries of every backend: a server of figures lists none.
    let slow = collector.get("/api/slow_queries?target=x").await;
    assert_eq!(slow.status, StatusCode::OK, "{}", slow.text());
    assert_eq!(slow.json::<SlowQueries>(), SlowQueries::default());
}

#[tokio::test]
async fn a_server_that_is_none_is_said() {
    let (_bound, address) = closed();
    let reader = reader(&address.to_string(), &[]);
    let collector = reading(&reader);
    reader.poll(collector.now()).await;
    let status = collector.status().await;
    let target = status.targets.iter().find(|target| target.name == "prometheus").unwrap();
    assert!(target.error.as_deref().unwrap().contains("cannot connect"), "{target:?}");
    assert_eq!(status.targets.last().unwrap().name, "collector");
}
