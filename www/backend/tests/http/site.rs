use crate::support::Server;
use axum::body::Body;
use axum::http::Request;

#[tokio::test]
async fn the_page_may_run_wasm_and_reach_the_collector_and_nothing_else() {
    let page = Server::start().get("/").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval'"), "{policy}");
    assert!(policy.contains("connect-src 'self' http://collector.test:7300"), "{policy}");
    assert_eq!(page.header("cache-control"), "no-cache");
}

#[tokio::test]
async fn scripts_are_compressed_and_kept_for_good() {
    let server = Server::start();
    let request = Request::get("/main-ABC.js").header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    let script = server.ask(request).await;
    assert_eq!(
        (script.header("content-type"), script.header("content-encoding")),
        ("text/javascript", "gzip")
    );
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn the_page_is_told_where_the_collector_is() {
    let config = Server::start().get("/config.json").await;
    assert_eq!(config.json()["collector"], "http://collector.test:7300");
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let server = Server::start();
    for path in ["/../data/demo.sqlite", "/%2e%2e/data/demo.sqlite", "/nothing.js"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (404, "no-cache"), "{path}");
    }
}
