//! axum with axum-prometheus, set up as its README does.
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum_prometheus::PrometheusMetricLayer;

#[tokio::main]
async fn main() {
    let (layer, handle) = PrometheusMetricLayer::pair();
    let app = Router::new()
        .route("/items/{id}", get(item))
        .route("/items", post(|| async { StatusCode::CREATED }))
        .route("/invalid", get(|| async { StatusCode::BAD_REQUEST }))
        .route("/fail", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_millis(300)).await }))
        .route("/metrics", get(|| async move { handle.render() }))
        .layer(layer);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{}", std::env::var("PORT").unwrap())).await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

async fn item(Path(id): Path<u64>) -> StatusCode {
    if id > 100 {
        return StatusCode::NOT_FOUND;
    }
    tokio::time::sleep(Duration::from_millis(3 * id)).await;
    StatusCode::OK
}
