//! JSON documents of backends, from their address to the reports.
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Value, json};
use whippet_api::{Errors, SlowQueries};
use whippet_collector::scrape::Target;

use crate::harness::{Collector, HOUR, MINUTE, SECOND, START};

/// What a backend answers at each path: status, type and body.
type Pages = Arc<Mutex<Vec<(&'static str, StatusCode, &'static str, String)>>>;

/// A backend with these pages, as a target that has all of them as documents.
async fn backend(pages: &Pages) -> Target {
    let answers = Arc::clone(pages);
    let answer = move |path: axum::http::Uri| {
        let found = answers.lock().unwrap().iter().find(|page| page.0 == path.path()).cloned();
        async move {
            let Some((_, status, kind, body)) = found else { return StatusCode::NOT_FOUND.into_response() };
            (status, [(header::CONTENT_TYPE, kind)], body).into_response()
        }
    };
    let router = Router::new().fallback(get(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let paths: Vec<&str> = pages.lock().unwrap().iter().map(|page| page.0).collect();
    let targets = paths.iter().map(|path| format!("shop=http://{address}{path}").parse::<Target>().unwrap());
    targets.reduce(|all, next| all.join(next).unwrap()).unwrap()
}

fn pages(documents: &[(&'static str, &'static str, String)]) -> Pages {
    let pages = documents.iter().map(|(path, kind, body)| (*path, StatusCode::OK, *kind, body.clone()));
    Arc::new(Mutex::new(pages.collect()))
}

fn change(pages: &Pages, path: &str, status: StatusCode, body: &Value) {
    let mut pages = pages.lock().unwrap();
    let page = pages.iter_mut().find(|page| page.0 == path).unwrap();
    (page.1, page.3) = (status, body.to_string());
}

async fn series(collector: &Collector) -> Vec<String> {
    let read = |connection: &rusqlite::Connection| {
        connection
            .prepare("SELECT name || labels || counter FROM series ORDER BY 1")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()
    };
    collector.app.store.read("test", read).await.unwrap()
}

#[tokio::test]
async fn documents_of_one_target_are_one_scrape() {
    let pages = pages(&[
        ("/metrics", "text/plain", "# TYPE up gauge\nup 1\nhttp_requests_total 5\n".to_owned()),
        ("/performance", "application/json", json!({"cpu": {"usage_percent": 20}, "ok": true}).to_string()),
        ("/api/cache/stats", "application/json", json!({"hits": 9, "misses": 1}).to_string()),
    ]);
    let collector = Collector::new();
    let target = backend(&pages).await;
    let scraper = collector.scraper();
    scraper.scrape(&target).await;
    assert_eq!(
        series(&collector).await,
        [
            "cache_hits_total{}1",
            "cache_misses_total{}1",
            "cpu_usage_ratio{}0",
            "http_requests_total{}1",
            "service_up{}0",
            "up{}0"
        ]
    );
    assert_eq!(collector.rows("scrapes").await, 1);
    let shop = collector.status().await.targets[0].clone();
    assert_eq!((shop.up, shop.samples, shop.documents.len(), shop.note), (true, 6, 3, None));
    assert!(shop.times.is_some_and(|times| times.last <= times.longest));

    // One fails: its own values are gone, the others stay, and the status says which.
    collector.advance(5 * SECOND);
    change(&pages, "/performance", StatusCode::INTERNAL_SERVER_ERROR, &json!({}));
    scraper.scrape(&target).await;
    let shop = collector.status().await.targets[0].clone();
    assert!(shop.up && shop.error.is_none());
    let failure = &shop.failures[0];
    assert_eq!((failure.time, shop.failures.len()), (collector.now(), 1));
    let wanted = "/performance: answered 500 Internal Server Error instead of 200: is the path right?";
    assert!(failure.error.ends_with(wanted) && shop.note.unwrap().ends_with(wanted), "{}", failure.error);
    assert_eq!(shop.documents[1].error.as_deref(), wanted.strip_prefix("/performance: "));
    let samples = collector.samples().await;
    let is_gone = |sample: &&whippet_store::Kept| {
        sample.value.is_none() && ["cpu_usage_ratio", "service_up"].contains(&sample.name.as_str())
    };
    assert_eq!(samples.iter().filter(is_gone).count(), 2);

    // All fail: so does the scrape.
    change(&pages, "/metrics", StatusCode::NOT_FOUND, &json!({}));
    change(&pages, "/api/cache/stats", StatusCode::NOT_FOUND, &json!({}));
    scraper.scrape(&target).await;
    let shop = collector.status().await.targets[0].clone();
    assert!(!shop.up && shop.error.unwrap().contains("/api/cache/stats: answered 404"));
    assert_eq!(collector.rows("scrapes").await, 2);
}

#[tokio::test]
async fn ten_failures_are_remembered() {
    let pages = pages(&[("/metrics", "application/json", "[".to_owned())]);
    let collector = Collector::new();
    let target = backend(&pages).await;
    for _ in 0..12 {
        collector.scraper().scrape(&target).await;
        collector.advance(5 * SECOND);
    }
    let shop = collector.status().await.targets[0].clone();
    assert_eq!((shop.failures.len(), shop.failures[0].time), (10, collector.now() - 5 * SECOND));
    assert!(
        shop.failures[9].error.starts_with("the answer is neither metrics text nor JSON"),
        "{:?}",
        shop.failures[9]
    );
}

fn error(at: i64, message: &str) -> Value {
    json!({"timestamp": at, "message": message, "path": "/items/1042", "method": "GET"})
}

async fn errors(collector: &Collector) -> Vec<(String, String, u64)> {
    let errors: Errors = collector.chart("/api/errors").await;
    errors.backends.into_iter().map(|error| (error.message, error.route, error.count)).collect()
}

#[tokio::test]
async fn an_error_that_a_backend_lists_is_counted_once() {
    let list = |errors: Value| json!({"success": true, "data": {"counters": {}, "recent_errors": errors}});
    let pages = pages(&[("/metrics", "application/json", list(json!([])).to_string())]);
    let mut collector = Collector::new();
    let target = backend(&pages).await;
    let now = START + HOUR;
    collector.advance(HOUR);
    let scrape = async |collector: &Collector, errors: Value| {
        change(&pages, "/metrics", StatusCode::OK, &list(errors));
        collector.scraper().scrape(&target).await;
        collector.advance(5 * SECOND);
    };
    let (a, b) = (error(now - MINUTE, "no stock for item 7"), error(now - 2 * MINUTE, "no stock for item 8"));
    let route = "GET /items/:id".to_owned();
    for _ in 0..3 {
        scrape(&collector, json!([a, b, "it broke"])).await;
    }
    let message = "no stock for item 7".to_owned();
    let broke = ("it broke".to_owned(), String::new());
    // Ids in messages make no new errors. The first that was counted gives its text.
    assert_eq!(
        errors(&collector).await.iter().map(|error| error.2).collect::<Vec<_>>(),
        [2, 1],
        "{:?}",
        errors(&collector).await
    );
    // A restart of the collector counts nothing again.
    collector = collector.restart().await;
    scrape(&collector, json!([error(now, "no stock for item 9"), a, "it broke", "it broke"])).await;
    let found = errors(&collector).await;
    assert_eq!(found[0].2, 3);
    assert!(found[0].0.starts_with("no stock for item") && found[0].1 == route, "{found:?} {message}");
    assert_eq!(found[1], (broke.0.clone(), broke.1.clone(), 2));
    // What left the list and comes back is new, if it has no time.
    scrape(&collector, json!([])).await;
    scrape(&collector, json!([a, "it broke"])).await;
    assert_eq!(errors(&collector).await.iter().map(|error| error.2).collect::<Vec<_>>(), [3, 3]);
    // A running total counts by its increase.
    scrape(&collector, json!([{"message": "slow", "count": 5}])).await;
    scrape(&collector, json!([{"message": "slow", "count": 7}])).await;
    scrape(&collector, json!([{"message": "slow", "count": 1}])).await;
    assert_eq!(errors(&collector).await[0], ("slow".to_owned(), String::new(), 8));
    let none: Errors = collector.chart("/api/errors?target=nobody").await;
    assert!(none.backends.is_empty());
}

#[tokio::test]
async fn errors_of_a_backend_are_bounded() {
    let many: Vec<Value> =
        (0..900).map(|n| json!({"message": format!("broke in {}", "x".repeat(n % 300)), "id": n})).collect();
    let pages = pages(&[("/metrics", "application/json", json!({"recent_errors": many}).to_string())]);
    let collector = Collector::with(|options| options.limits.errors = 20, |_| {});
    let target = backend(&pages).await;
    collector.scraper().scrape(&target).await;
    assert_eq!(collector.rows("backend_events").await, 21);
    let found = errors(&collector).await;
    assert_eq!(found.iter().map(|error| error.2).sum::<u64>(), 900);
    assert_eq!(found[0].0, "(other)");
}

#[tokio::test]
async fn slow_queries_are_kept_without_their_parameters() {
    let queries = json!({"slow_queries": [
        {"query": "SELECT * FROM users WHERE email = 'alice@example.org'", "duration_ms": 1500, "timestamp": START},
        {"query": "SELECT * FROM users WHERE email = 'bob@example.org'", "duration_ms": 500, "timestamp": START + 1},
        {"sql": "DELETE FROM t WHERE id = 5", "duration": 1},
    ]});
    let pages = pages(&[("/performance", "application/json", queries.to_string())]);
    let collector = Collector::new();
    let target = backend(&pages).await;
    collector.advance(MINUTE);
    for _ in 0..2 {
        collector.scraper().scrape(&target).await;
        collector.advance(5 * SECOND);
    }
    let report: SlowQueries = collector.chart("/api/slow_queries?target=shop").await;
    let [users, delete] = report.queries.as_slice() else { panic!("{report:?}") };
    assert_eq!(users.query, "SELECT * FROM users WHERE email = ?");
    assert_eq!(
        (users.count, users.mean, users.slowest, users.last),
        (2, Some(1000.0), Some(1500.0), START + 1)
    );
    assert_eq!(
        (delete.query.as_str(), delete.count, delete.mean),
        ("DELETE FROM t WHERE id = ?", 1, Some(1000.0))
    );
    assert_eq!(collector.get("/api/slow_queries").await.failure(), (400, "bad_query".to_owned()));
    // Nothing of a parameter is on the disk.
    let (folder, parts) = (collector.folder().to_owned(), ["alice", "bob@"]);
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for part in parts {
            assert!(!bytes.windows(part.len()).any(|window| window == part.as_bytes()), "{part}");
        }
    }
}

#[tokio::test]
async fn a_document_tells_signals() {
    let at = |count: u64| {
        json!({"success": true, "data": {
            "counters": {
                "http.requests:method=GET:path=/x": count,
                "http.responses:method=GET:path=/x:status=200": count - 10,
                "http.responses:method=GET:path=/x:status=500": 10,
            },
            "timings": {"http.request.duration": {"count": count, "avg": 0.2, "p50": 0.1, "p95": 0.456, "p99": 0.789}},
            "cache": {"hits": 3 * count, "misses": count, "hit_rate": 75},
            "memory": {"rss": 1048576}, "cpu": {"usage_percent": 50},
        }})
    };
    let pages = pages(&[("/metrics", "application/json", at(100).to_string())]);
    let collector = Collector::new();
    let target = backend(&pages).await;
    for count in [100, 150] {
        change(&pages, "/metrics", StatusCode::OK, &at(count));
        collector.scraper().scrape(&target).await;
        collector.advance(5 * SECOND);
    }
    let report: whippet_api::Backend = collector.chart("/api/backend?target=shop").await;
    // 50 requests, told by two counters, are 50.
    let [route] = report.routes.as_slice() else { panic!("{:?}", report.routes) };
    assert_eq!((route.name.as_str(), route.count, route.server_errors), ("GET /x", 50.0, Some(0.0)));
    let last = |chart: &whippet_api::Chart, line: &str| {
        let line = chart.lines.iter().find(|candidate| candidate.name.starts_with(line));
        line.and_then(|line| line.values.iter().rev().flatten().next().copied())
    };
    assert_eq!(last(&report.latency, "p95"), Some(456.0), "{:?}", report.latency);
    assert_eq!(last(&report.caches, ""), Some(0.75), "{:?}", report.caches);
    assert_eq!(last(&report.memory, ""), Some(1_048_576.0), "{:?}", report.memory);
    assert_eq!(last(&report.cpu, ""), Some(0.5), "{:?}", report.cpu);
}
