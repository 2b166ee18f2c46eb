//! How the collector itself is.
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::app::App;
use crate::failure::Failure;
use crate::metrics::CONTENT_TYPE;

/// `GET /metrics`
pub async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], app.metrics.text(app.store.waiting()))
}

/// `GET /healthz`: 200 when the store can be read.
pub async fn health(State(app): State<App>) -> Result<&'static str, Failure> {
    app.store.read("health", |connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await?;
    Ok("ok\n")
}
