//! The collector's own health and metrics.
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use whippet_store::StoreError;

use crate::app::App;
use crate::failure::Failure;
use crate::metrics::CONTENT_TYPE;

/// `GET /metrics`
pub async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], app.metrics.text(app.store.waiting()))
}

/// `GET /healthz`: 200 while the process works, whatever the state of the store: a restart does not help where a disk is
/// full.
pub async fn health(State(app): State<App>) -> Result<&'static str, Failure> {
    if app.store.is_running() {
        return Ok("ok\n");
    }
    Err(Failure::from(StoreError::Closed))
}

/// `GET /readyz`: 200 while beacons can be stored, 503 with the reason otherwise.
pub async fn ready(State(app): State<App>) -> Result<&'static str, Failure> {
    app.store.check_ready(app.clock.now()).await.map_err(|reason| {
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", reason).retry_after(5)
    })?;
    Ok("ready\n")
}
