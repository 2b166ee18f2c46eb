//! How the dashboard's files are served. A build may be without them: then only what holds for both is checked.
use std::io::Read;

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::harness::Collector;

#[tokio::test]
async fn every_page_is_the_dashboard_with_a_strict_csp() {
    let collector = Collector::new();
    let root = collector.get("/").await;
    for page in ["/backend?from=1", "/vitals", "/vitals/", "/loading", "/cache", "/custom", "/errors"] {
        let deep = collector.get(page).await;
        assert_eq!(root.status, deep.status, "{page}");
        // Addresses are relative, so that the dashboard works below any path of a proxy.
        let up = if page == "/vitals/" { "=\"../assets/" } else { "=\"assets/" };
        assert!(!deep.text().contains("=\"/"), "{page}");
        assert_eq!(root.text(), deep.text().replace(up, "=\"assets/"), "{page}");
    }
    assert!(root.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert_eq!(root.headers["x-content-type-options"], "nosniff");
    let csp = root.headers["content-security-policy"].to_str().unwrap();
    assert!(csp.contains("script-src 'self' 'wasm-unsafe-eval';"), "{csp}");
    assert!(csp.contains("frame-ancestors 'none'"), "{csp}");
    if root.status == StatusCode::SERVICE_UNAVAILABLE {
        assert!(root.text().contains("cargo xtask build"), "says how to build it");
        return;
    }
    assert_eq!(root.status, StatusCode::OK);
    let again = Request::get("/").header("if-none-match", &root.headers["etag"]).body(Body::empty()).unwrap();
    assert_eq!(collector.send(again).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_missing_file_is_404() {
    let collector = Collector::new();
    assert_eq!(collector.get("/assets/gone.js").await.failure(), (404, "not_found".to_owned()));
    assert_eq!(collector.get("/../Cargo.toml").await.failure().0, 404);
    let post = Request::post("/").body(Body::empty()).unwrap();
    assert_eq!(collector.send(post).await.failure(), (405, "method_not_allowed".to_owned()));
}

#[tokio::test]
async fn an_unknown_path_is_404() {
    let collector = Collector::new();
    for path in ["/ready", "/readyz/", "/livez", "/backend/shop", "/admin", "/.env", "//", "/vitals//"] {
        assert_eq!(collector.get(path).await.failure(), (404, "not_found".to_owned()), "{path}");
    }
    let browser = Request::get("/old/link").header("accept", "text/html,*/*").body(Body::empty()).unwrap();
    let answer = collector.send(browser).await;
    assert_eq!(answer.status, 404);
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn health_readiness_and_own_metrics_are_served() {
    let collector = Collector::new();
    assert_eq!(collector.get("/healthz").await.text(), "ok\n");
    assert_eq!(collector.get("/readyz").await.text(), "ready\n");
    assert!(collector.figure("process_resident_memory_bytes").await > 1e6);
    assert_eq!(collector.figure("whippet_build_info{version=\"0.1.0\"}").await, 1.0);
}

#[tokio::test]
async fn with_a_token_only_beacons_and_health_are_public() {
    let token = whippet_collector::token::Token::new("0123456789abcdef").unwrap();
    let collector = Collector::with(|_| {}, |app| app.token = Some(token));
    for path in ["/", "/vitals", "/api/status", "/api/errors", "/metrics", "/nothing", "/v1/beacons/"] {
        let answer = collector.get(path).await;
        assert_eq!(answer.failure(), (401, "unauthorized".to_owned()), "{path}");
        assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Basic "));
    }
    assert_eq!(collector.get("/healthz").await.status, 200);
    collector.beacon(crate::harness::beacon("a")).await;
    let request = axum::http::Request::get("/api/status").header("authorization", "Bearer 0123456789abcdef");
    let answer = collector.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.json::<whippet_api::Status>().beacons, 1);
}

/// Decodes a body, with other libraries than those that encoded it.
fn decoded(encoding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        "br" => brotli_decompressor::Decompressor::new(bytes, 4096).read_to_end(&mut plain),
        "zstd" => ruzstd::decoding::StreamingDecoder::new(bytes).unwrap().read_to_end(&mut plain),
        _ => flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain),
    }
    .unwrap();
    plain
}

#[tokio::test]
async fn files_are_answered_as_the_build_compressed_them() {
    let collector = Collector::new();
    let root = collector.get("/").await;
    if root.status == StatusCode::SERVICE_UNAVAILABLE {
        return;
    }
    assert_eq!(root.headers["cache-control"], "no-cache");
    let page = root.text();
    let files: Vec<&str> = page.split('"').filter(|part| part.starts_with("assets/")).collect();
    assert!(files.iter().any(|file| file.ends_with(".wasm")), "{files:?}");
    for file in files.into_iter().chain([""]) {
        let file = &format!("/{file}");
        let plain = collector.get(file).await;
        assert!(!plain.headers.contains_key("content-encoding"));
        if file != "/" {
            assert!(file.starts_with("/assets/"), "{file}");
            assert_eq!(plain.headers["cache-control"], "max-age=31536000, immutable", "{file}");
        }
        for (encoding, ending) in [("br", "br"), ("zstd", "zst"), ("gzip", "gz")] {
            let request = Request::get(file).header("accept-encoding", encoding).body(Body::empty()).unwrap();
            let answer = collector.send(request).await;
            assert_eq!(answer.headers["content-encoding"], encoding, "{file}");
            assert_eq!(answer.headers["content-type"], plain.headers["content-type"]);
            assert_eq!(answer.headers["etag"], plain.headers["etag"]);
            assert!(answer.body.len() < plain.body.len());
            assert!(decoded(encoding, &answer.body) == plain.body, "{file} as {encoding}");
            assert_eq!(collector.get(&format!("{file}.{ending}")).await.status, 404);
        }
    }
}
