use crate::support::Server;

fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')));
    line.and_then(|line| line.rsplit_once(' '))
        .unwrap_or_else(|| panic!("no {series} in\n{text}"))
        .1
        .parse()
        .unwrap()
}

#[tokio::test]
async fn requests_are_counted_by_template_and_status() {
    let server = Server::start();
    server.get("/api/packages/cargo/serde/1.0.0").await;
    server.get("/api/packages/cargo/nobody/1.0.0").await;
    server.get("/api/packages/cargo/nobody/2.0.0").await;
    server.get("/favicon.ico").await;
    let answer = server.get("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    let route = "route=\"/api/packages/{ecosystem}/{name}/{version}\"";
    assert_eq!(value(&text, &format!("http_requests_total{{method=\"GET\",{route},status=\"200\"}}")), 1.0);
    assert_eq!(value(&text, &format!("http_requests_total{{method=\"GET\",{route},status=\"404\"}}")), 2.0);
    assert_eq!(value(&text, &format!("http_request_duration_seconds_count{{method=\"GET\",{route}}}")), 3.0);
    assert_eq!(value(&text, "http_requests_total{method=\"GET\",route=\"(site)\",status=\"404\"}"), 1.0);
    assert_eq!(value(&text, "db_query_duration_seconds_count{operation=\"packages.details\"}"), 3.0);
    assert_eq!(value(&text, "http_requests_in_flight"), 1.0);
    assert!(!text.contains("nobody"));
}

#[tokio::test]
async fn the_cache_counts_what_it_saved() {
    let server = Server::start();
    for _ in 0..3 {
        server.get("/api/packages?q=serde").await;
    }
    server.send("PUT", "/api/packages/cargo/serde/1.0.0/star").await;
    server.get("/api/packages?q=serde").await;
    let text = server.get("/metrics").await.text();
    assert_eq!(value(&text, "cache_requests_total{cache=\"answers\",result=\"hit\"}"), 2.0);
    assert_eq!(value(&text, "cache_requests_total{cache=\"answers\",result=\"miss\"}"), 2.0);
    assert_eq!(value(&text, "cache_lookup_duration_seconds_count{cache=\"answers\"}"), 4.0);
    assert_eq!(value(&text, "db_query_duration_seconds_count{operation=\"packages.list\"}"), 2.0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_process_is_measured() {
    let text = Server::start().get("/metrics").await.text();
    assert!(value(&text, "process_cpu_seconds_total") >= 0.0);
    assert!(value(&text, "process_resident_memory_bytes") > 1e6);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    let age = now - value(&text, "process_start_time_seconds");
    assert!((-2.0..3600.0).contains(&age), "{age}");
}

#[tokio::test]
async fn server_timing_tells_database_from_cache() {
    let server = Server::start();
    let miss = server.get("/api/packages").await;
    let timing = miss.header("server-timing");
    assert!(
        timing.starts_with("cache;desc=miss;dur=")
            && timing.contains(", db;dur=")
            && timing.contains("total;dur="),
        "{timing}"
    );
    let hit = server.get("/api/packages").await;
    let timing = hit.header("server-timing");
    assert!(timing.starts_with("cache;desc=hit;dur=") && !timing.contains("db;"), "{timing}");
}
