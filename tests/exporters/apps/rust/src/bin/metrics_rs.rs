//! axum with metrics-rs and its Prometheus exporter, whose histograms are summaries unless buckets are set.
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Path, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusBuilder;

#[tokio::main]
async fn main() {
    let handle = PrometheusBuilder::new().install_recorder().unwrap();
    let process = metrics_process::Collector::default();
    process.describe();
    let app = Router::new()
        .route("/items/{id}", get(item))
        .route("/items", post(|| async { StatusCode::CREATED }))
        .route("/invalid", get(|| async { StatusCode::BAD_REQUEST }))
        .route("/fail", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_millis(300)).await }))
        .route_layer(from_fn(track))
        .route(
            "/metrics",
            get(move || async move {
                process.collect();
                handle.run_upkeep();
                handle.render()
            }),
        );
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{}", std::env::var("PORT").unwrap())).await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

/// As in axum's own example of Prometheus metrics.
async fn track(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let path = request.extensions().get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let method = request.method().to_string();
    let response = next.run(request).await;
    let labels = [("method", method), ("path", path), ("status", response.status().as_u16().to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_requests_duration_seconds", &labels).record(began.elapsed().as_secs_f64());
    response
}

async fn item(Path(id): Path<u64>) -> StatusCode {
    if id > 100 {
        return StatusCode::NOT_FOUND;
    }
    tokio::time::sleep(Duration::from_millis(3 * id)).await;
    StatusCode::OK
}
