//! Scraping over a real connection, and what fails on the way.
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use expect_test::{Expect, expect};
use whippet_collector::scrape::Target;

use crate::harness::{Collector, SECOND};

/// A backend that answers with `body`, and its address.
async fn backend(status: StatusCode, body: impl Into<String>) -> Target {
    let body = body.into();
    let router = Router::new().route("/metrics", get(move || async move { (status, body) }));
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
    assert_eq!(collector.rows("samples").await, 2);
    assert_eq!(collector.figure("whippet_scrapes_total{target=\"shop\",result=\"success\"}").await, 1.0);
}

async fn fails(target: &Target, expected: Expect) {
    let collector = Collector::new();
    collector.scraper().scrape(target).await;
    let shop = &collector.status().await.targets[0];
    assert!(!shop.up);
    expected.assert_eq(shop.error.as_ref().unwrap());
    assert_eq!(collector.rows("samples").await + collector.rows("scrapes").await, 0);
    assert_eq!(collector.figure("whippet_scrapes_total{target=\"shop\",result=\"failure\"}").await, 1.0);
}

#[tokio::test]
async fn a_failed_scrape_says_why() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody: Target = format!("shop=http://{}/metrics", closed.local_addr().unwrap()).parse().unwrap();
    drop(closed);
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
async fn a_slow_backend_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target: Target = format!("shop=http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let collector = Collector::new();
    let mut scraper = collector.scraper();
    scraper.fetcher = whippet_collector::scrape::Fetcher::new(std::time::Duration::from_millis(1));
    scraper.scrape(&target).await;
    assert_eq!(collector.status().await.targets[0].error.as_deref(), Some("no answer within 1 ms"));
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
