//! Scrapes over a real connection, and how they fail.
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::routing::get;
use expect_test::{Expect, expect};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use whippet_collector::scrape::{Fetcher, Target};

use crate::harness::{Collector, SECOND};
use crate::peers::closed;

/// A backend that answers with `body`, and its address.
async fn backend(status: StatusCode, body: impl Into<String>) -> Target {
    backend_of(status, &[], body.into().into_bytes()).await
}

/// The same, with status and headers.
async fn backend_of(status: StatusCode, headers: &[(HeaderName, &str)], body: Vec<u8>) -> Target {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
    let router = Router::new().route("/metrics", get(move || async move { (status, headers, body) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("shop=http://{address}/metrics").parse().unwrap()
}

#[tokio::test]
async fn a_scraped_backend_is_up_and_its_figures_are_kept() {
    let collector = Collector::new();
    let target =
        backend(StatusCode::OK, "# TYPE http_requests_total counter\nhttp_requests_total 5\nmemory 1.5\n")
            .await;
    collector.scraper().scrape(&target).await;
    let shop = &collector.status().await.targets[0];
    assert_eq!((shop.up, shop.last_scrape, &shop.error), (true, Some(collector.now()), &None));
    assert_eq!(collector.samples().await.len(), 2);
    assert_eq!(collector.figure("whippet_scrapes_total{target=\"shop\",result=\"success\"}").await, 1.0);
}

#[tokio::test]
async fn series_beyond_the_limit_are_said() {
    let collector = Collector::with(|options| options.limits.series = 2, |_| {});
    let target = backend(StatusCode::OK, "a 1\nb 2\nc 3\nd 4\n").await;
    for _ in 0..2 {
        collector.advance(SECOND);
        collector.scraper().scrape(&target).await;
        let shop = &collector.status().await.targets[0];
        assert!(shop.up);
        let expected = expect![
            "2 new series are left out: a target has at most 10000, with names of at most 500 bytes. `exclude`, `include` and `drop_labels` make them fewer"
        ];
        expected.assert_eq(shop.note.as_ref().unwrap());
    }
}

async fn fails(target: &Target, expected: Expect) {
    let collector = Collector::new();
    collector.scraper().scrape(target).await;
    let shop = &collector.status().await.targets[0];
    assert!(!shop.up);
    expected.assert_eq(shop.error.as_ref().unwrap());
    assert_eq!(collector.samples().await.len() as i64 + collector.rows("scrapes").await, 0);
    assert_eq!(collector.figure("whippet_scrapes_total{target=\"shop\",result=\"failure\"}").await, 1.0);
}

#[tokio::test]
async fn a_failed_scrape_says_why() {
    let (_bound, address) = closed();
    let nobody: Target = format!("shop=http://{address}/metrics").parse().unwrap();
    fails(
        &nobody,
        expect!["cannot connect: Connection refused (os error 111). Is the backend running at this address?"],
    )
    .await;
    fails(
        &backend(StatusCode::NOT_FOUND, "").await,
        expect!["answered 404 Not Found instead of 200: is the path right?"],
    )
    .await;
    fails(
        &backend(StatusCode::OK, "<!doctype html>\n").await,
        expect!["the answer is no metrics text, line 1: expected a metric name: letters, digits, `_` and `:`, no digit first"],
    )
    .await;
    fails(
        &backend(StatusCode::OK, "x".repeat(17 << 20)).await,
        expect!["the metrics are larger than 16 MiB"],
    )
    .await;
}

#[tokio::test]
async fn a_scrape_of_a_slow_backend_times_out() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target: Target = format!("shop=http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let collector = Collector::new();
    let mut scraper = collector.scraper();
    scraper.fetcher = whippet_collector::scrape::Fetcher::new(std::time::Duration::from_millis(1));
    scraper.scrape(&target).await;
    assert_eq!(collector.status().await.targets[0].error.as_deref(), Some("no answer within 1 ms"));
}

#[tokio::test]
async fn a_kept_connection_that_the_backend_closes_is_no_outage() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target: Target = format!("shop=http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let accepted = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            accepted.fetch_add(1, Relaxed);
            let mut request = [0; 1024];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\na 1\n";
            stream.write_all(answer.as_bytes()).await.unwrap();
            // The next request on this connection is read, and not answered.
            assert!(stream.read(&mut request).await.unwrap() > 0);
        }
    });
    let collector = Collector::new();
    let scraper = collector.scraper();
    for _ in 0..3 {
        scraper.scrape(&target).await;
        assert_eq!(collector.status().await.targets[0].error, None);
        collector.advance(SECOND);
    }
    assert_eq!(connections.load(Relaxed), 3);
}

#[tokio::test]
async fn the_collector_records_itself_without_http() {
    let collector = Collector::new();
    let scraper = collector.scraper();
    collector.get("/api/status").await;
    scraper.scrape_own().await;
    collector.advance(5 * SECOND);
    for _ in 0..10 {
        collector.get("/api/status").await;
    }
    scraper.scrape_own().await;
    let own: whippet_api::Backend = collector.chart("/api/backend?target=collector").await;
    let status = own.routes.iter().find(|route| route.name == "GET /api/status").unwrap();
    assert_eq!((status.count, status.rate), (10.0, 2.0));
    assert!(status.p95.is_some());
    assert!(own.operations.iter().any(|operation| operation.name == "read_status"));
    assert!(own.memory.lines[0].values.iter().flatten().any(|bytes| *bytes > 1e6));
}

#[tokio::test]
async fn an_invalid_line_is_left_out_counted_and_shown() {
    let collector = Collector::new();
    let text = "http_requests_total 5\nmemory one\n<p>\nmemory 1.5\nmemory 1.5\ncaf\u{e9} 1\nup 1";
    let target = backend(StatusCode::OK, text).await;
    let scraper = collector.scraper();
    for _ in 0..2 {
        scraper.scrape(&target).await;
        collector.advance(5 * SECOND);
    }
    let shop = collector.status().await.targets[0].clone();
    assert!(shop.up && shop.error.is_none());
    expect![
        "3 lines cannot be read and are left out, the first of them line 2: expected a number, `NaN`, `+Inf` or `-Inf` as the value; one series comes twice: its second sample is left out"
    ]
    .assert_eq(&shop.note.unwrap());
    assert_eq!(collector.rows("series").await, 3);
    let left_out = async |reason: &str| {
        let name = "whippet_scrape_lines_left_out_total";
        collector.figure(&format!("{name}{{target=\"shop\",reason=\"{reason}\"}}")).await
    };
    assert_eq!((left_out("bad").await, left_out("repeated").await), (6.0, 2.0));
    // After a valid scrape the note is gone.
    scraper.scrape(&Target { addresses: backend(StatusCode::OK, "up 1\n").await.addresses, ..target }).await;
    assert_eq!(collector.status().await.targets[0].note, None);
}

#[tokio::test]
async fn gzip_that_was_not_asked_for_is_read_within_the_size_limit() {
    let gzip = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let collector = Collector::new();
    let small = gzip(b"up 1\nmemory 2\n");
    for headers in [&[(header::CONTENT_ENCODING, "gzip")][..], &[(header::CONTENT_ENCODING, "x-GZIP")], &[]] {
        let target = backend_of(StatusCode::OK, headers, small.clone()).await;
        collector.scraper().scrape(&target).await;
        assert_eq!(collector.status().await.targets[0].error, None);
    }
    assert_eq!(collector.rows("series").await, 2);
    let headers = [(header::CONTENT_ENCODING, "gzip")];
    let target = backend_of(StatusCode::OK, &headers, gzip(&vec![b'#'; 20 << 20])).await;
    fails(&target, expect!["the metrics are larger than 16 MiB"]).await;
    let target = backend_of(StatusCode::OK, &headers, b"\x1f\x8bno".to_vec()).await;
    fails(&target, expect!["the answer broke off: unexpected end of file"]).await;
    let target = backend_of(StatusCode::OK, &[(header::CONTENT_ENCODING, "br")], b"x".to_vec()).await;
    fails(
        &target,
        expect![
            "the answer is compressed, and neither as gzip nor as deflate: have the backend send it plain"
        ],
    )
    .await;
}

#[tokio::test]
async fn openmetrics_without_its_end_mark_is_refused() {
    let headers = [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    let target = backend_of(StatusCode::OK, &headers, b"# TYPE a counter\na_total 5\n".to_vec()).await;
    fails(&target, expect!["the answer is no metrics text, line 3: an OpenMetrics text must end with `# EOF`: this one was cut off"])
        .await;
}

#[tokio::test]
async fn an_exporter_is_told_how_long_it_has() {
    let answer = |headers: HeaderMap| async move {
        let seconds = headers.get("x-prometheus-scrape-timeout-seconds");
        format!("seconds{{told=\"{}\"}} 1\n", seconds.map_or("", |value| value.to_str().unwrap()))
    };
    let router = Router::new().route("/metrics", get(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut target: Target =
        format!("shop=http://{}/metrics", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let told = async |target: &Target, seconds: &str| {
        let text = target_text(target).await;
        assert_eq!(text, format!("seconds{{told=\"{seconds}\"}} 1\n"));
    };
    told(&target, "60").await;
    Arc::make_mut(&mut target.settings).timeout = Some(Duration::from_millis(2_500));
    told(&target, "2.5").await;
}

/// What is fetched of a target whose scrapes may take 60 s where it says nothing.
async fn target_text(target: &Target) -> String {
    let fetcher = Fetcher::new(Duration::from_secs(60));
    let text = fetcher.get(&target.addresses[0], &target.settings).await.unwrap();
    String::from_utf8(text.bytes).unwrap()
}
