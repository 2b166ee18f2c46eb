//! The collector's own health and metrics.
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use whippet_store::StoreError;

use crate::app::App;
use crate::failure::Failure;
use crate::metrics::CONTENT_TYPE;
use crate::prometheus::exposition;

/// `GET /metrics`
pub async fn metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    let own = app.metrics.text(app.store.waiting());
    let (pages, now) = (app.page_figures.as_deref(), app.clock.now());
    let mut response = match exposition::prefers_protobuf(&headers) {
        true => {
            let body = exposition::protobuf(&own, pages, now);
            ([(header::CONTENT_TYPE, exposition::PROTOBUF)], body).into_response()
        }
        false => ([(header::CONTENT_TYPE, CONTENT_TYPE)], exposition::text(own, pages, now)).into_response(),
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
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
