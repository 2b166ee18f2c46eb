//! Remote write, to servers that take it.
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::json;
use whippet_collector::clock::Clock;
use whippet_collector::prometheus::pages::{PageFigures, PageOptions};
use whippet_collector::prometheus::remote_write::{self, RemoteWriteOptions, RemoteWriter};

use crate::harness::{Collector, beacon_with};
use crate::peers::{Peer, closed, free_address, program};

/// Real servers refuse samples of another time than now.
fn collector() -> Collector {
    Collector::with(
        |_| {},
        |app| {
            app.clock = Clock::system();
            app.page_figures = Some(Arc::new(PageFigures::new(PageOptions {
                labels: "app,page".parse().unwrap(),
                limit: 100,
                quiet: 1,
                min_sample_rate: 0.01,
                known_apps: Vec::new(),
            })));
        },
    )
}

fn options(url: &str) -> RemoteWriteOptions {
    RemoteWriteOptions {
        endpoint: url.parse().unwrap(),
        interval: Duration::from_millis(200),
        queue: 4_000_000,
        labels: vec![("job".to_owned(), "whippet".to_owned()), ("instance".to_owned(), "here:1".to_owned())],
        native: false,
        scraped: false,
    }
}

fn writer(collector: &Collector, options: RemoteWriteOptions) -> Arc<RemoteWriter> {
    let figures = Arc::clone(&collector.app.metrics.remote_write);
    Arc::new(RemoteWriter::new(options, collector.folder(), figures).unwrap())
}

async fn beacons(collector: &Collector) {
    for visit in 1..=100 {
        let more = json!({ "vitals": { "FCP": { "value": 20 * visit } } });
        collector.beacon(beacon_with(&format!("b{visit}"), more)).await;
    }
}

/// A receiver that gives one answer after the other, and what it got.
type Got = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

async fn receiver(answers: &'static [(u16, &'static str)]) -> (String, Got) {
    let (got, at): (Got, _) = (Arc::default(), AtomicUsize::new(0));
    let (kept, at) = (Arc::clone(&got), Arc::new(at));
    let answer = move |headers: HeaderMap, body: Bytes| {
        let (status, wish) = answers[at.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)];
        kept.lock().unwrap().push((headers, body));
        async move { (StatusCode::from_u16(status).unwrap(), [("retry-after", wish)], "said") }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/write", post(answer))).await });
    (format!("http://{address}/write"), got)
}

#[tokio::test]
async fn prometheus_takes_it_also_after_it_was_down() {
    let Some(prometheus) = program("prometheus") else { return };
    let (collector, folder, address) = (collector(), tempfile::tempdir().unwrap(), free_address().await);
    beacons(&collector).await;
    let mut options = options(&format!("http://{address}/api/v1/write"));
    options.native = true;
    {
        // Nobody listens: it waits on disk, and the collector ends.
        let writer = writer(&collector, options.clone());
        writer.gather(&collector.app.shown());
        assert!(format!("{:?}", writer.send_first(collector.now()).await).contains("Failed"));
    }
    // What comes from here on is counted in later samples only.
    collector.beacon(beacon_with("later", json!({}))).await;
    let arguments = ["--web.enable-remote-write-receiver", "--enable-feature=native-histograms"];
    let server = Peer::prometheus_at(&address, &prometheus, folder.path(), &json!({}), &arguments);
    let writer = writer(&collector, options);
    let mut tasks = tokio::task::JoinSet::new();
    remote_write::start(&mut tasks, &writer, collector.app.shown());
    let some = |found: &[(String, f64)]| !found.is_empty();
    let newest = |found: &[(String, f64)]| found == [("here:1".to_owned(), 101.0)];
    server.query_until("whippet_beacons_accepted_total", "instance", newest).await;
    let classic = "histogram_quantile(0.75, whippet_page_fcp_seconds_bucket)";
    let classic = server.query_until(classic, "app", some).await;
    assert!(classic[0].0 == "shop" && (classic[0].1 - 1.5).abs() < 0.4, "{classic:?}");
    let native = server.query_until("histogram_quantile(0.75, whippet_page_fcp_seconds)", "page", some).await;
    assert!(native[0].0 == "/items/:id" && (native[0].1 / 1.5 - 1.0).abs() < 0.023, "{native:?}");
    // What was gathered while it was down is there.
    let first = server.query("min_over_time(whippet_beacons_accepted_total[10m])", "instance").await;
    assert_eq!(first, [("here:1".to_owned(), 100.0)]);
    drop(tasks);
    assert!(collector.figure("whippet_remote_write_samples_sent_total").await > 100.0);
    assert_eq!(collector.figure("whippet_remote_write_samples_dropped_total{reason=\"refused\"}").await, 0.0);
}

#[tokio::test]
async fn victoria_metrics_takes_it() {
    let Some(victoria) = program("victoria-metrics") else { return };
    let (collector, folder) = (collector(), tempfile::tempdir().unwrap());
    beacons(&collector).await;
    let server = Peer::victoria_metrics(&victoria, folder.path()).await;
    let writer = writer(&collector, options(&format!("http://{}/api/v1/write", server.address)));
    let mut tasks = tokio::task::JoinSet::new();
    remote_write::start(&mut tasks, &writer, collector.app.shown());
    let some = |found: &[(String, f64)]| !found.is_empty();
    let classic = "histogram_quantile(0.75, whippet_page_fcp_seconds_bucket)";
    let classic = server.query_until(classic, "app", some).await;
    assert!(classic[0].0 == "shop" && (classic[0].1 - 1.5).abs() < 0.4, "{classic:?}");
    let views = server.query_until("whippet_page_views_total", "instance", some).await;
    assert_eq!(views, [("here:1".to_owned(), 100.0)]);
    drop(tasks);
}

#[tokio::test]
async fn what_is_scraped_is_sent_on() {
    let Some(victoria) = program("victoria-metrics") else { return };
    let (collector, folder) = (collector(), tempfile::tempdir().unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let backend = listener.local_addr().unwrap().to_string();
    let page = axum::routing::get(async || "# TYPE orders counter\norders{job=\"x\"} 7\n");
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/metrics", page)).await });
    let server = Peer::victoria_metrics(&victoria, folder.path()).await;
    let mut options = options(&format!("http://{}/api/v1/write", server.address));
    options.scraped = true;
    let writer = writer(&collector, options);
    let mut scraper = collector.scraper();
    scraper.forward = writer.forwarding();
    let shop = format!("shop=http://{backend}/metrics").parse().unwrap();
    let (_bound, refusing) = closed();
    let gone = format!("gone=http://{refusing}/metrics").parse().unwrap();
    for target in [&shop, &gone] {
        scraper.scrape(target).await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    remote_write::start(&mut tasks, &writer, collector.app.shown());
    let orders = server.query_until("orders", "instance", |found| !found.is_empty()).await;
    assert_eq!(orders, [(backend, 7.0)]);
    let up = server.query_until("up", "job", |found| found.len() == 2).await;
    assert_eq!(up, [("gone".to_owned(), 0.0), ("shop".to_owned(), 1.0)]);
    assert_eq!(server.query("orders", "exported_job").await, [("x".to_owned(), 7.0)]);
    drop(tasks);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_may_not_is_dropped() {
    let (url, got) = receiver(&[(503, "0"), (429, "0"), (204, ""), (400, ""), (204, "")]).await;
    let collector = collector();
    let mut options = options(&url);
    options.endpoint.headers.insert("x-scope-orgid", "shop".parse().unwrap());
    let writer = writer(&collector, options);
    let send = async || format!("{:?}", writer.send_first(0).await);
    assert_eq!(send().await, "None");
    writer.gather(&collector.app.shown());
    writer.gather(&collector.app.shown());
    assert!(send().await.contains("Failed"));
    assert!(send().await.contains("Failed"));
    assert_eq!(send().await, "Some(Sent)");
    assert!(send().await.contains("Refused(\"answered 400 Bad Request: said\")"));
    assert_eq!(send().await, "None");
    let got = got.lock().unwrap().clone();
    let (headers, body) = &got[0];
    assert_eq!((&got[1].1, &got[2].1), (body, body), "the same again");
    assert_ne!(&got[3].1, body);
    for (name, value) in [
        ("content-type", "application/x-protobuf"),
        ("content-encoding", "snappy"),
        ("x-prometheus-remote-write-version", "0.1.0"),
        ("x-scope-orgid", "shop"),
    ] {
        assert_eq!(headers[name], value);
    }
    assert!(collector.figure("whippet_remote_write_samples_dropped_total{reason=\"refused\"}").await > 0.0);
    assert_eq!(collector.figure("whippet_remote_write_requests_total{status=\"503\"}").await, 1.0);
    assert_eq!(collector.figure("whippet_remote_write_queue_samples").await, 0.0);
}
