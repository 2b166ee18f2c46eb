//! `GET` and `PUT /api/faults`, and the effect of the fault mode on other requests.
use super::app::App;
use super::error::ApiError;
use crate::faults::Mode;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

/// The fault mode as JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct Switch {
    mode: Mode,
}

pub(super) async fn get(State(app): State<App>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], Json(Switch { mode: app.faults.mode() }))
}

pub(super) async fn put(
    State(app): State<App>,
    body: Result<Json<Switch>, JsonRejection>,
) -> Result<Json<Switch>, ApiError> {
    let Json(switch) = body?;
    app.faults.set(switch.mode);
    Ok(Json(switch))
}

/// Delays requests or lets them fail, according to the fault mode.
pub(super) async fn inject(State(app): State<App>, request: Request, next: Next) -> Response {
    match app.faults.mode() {
        Mode::Normal | Mode::Refuse => {}
        Mode::Slow => tokio::time::sleep(app.config.slow).await,
        Mode::Failing => return ApiError::Failing.into_response(),
    }
    next.run(request).await
}
