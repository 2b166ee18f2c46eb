//! `GET /api/activity`.
use super::answer::Answer;
use super::app::App;
use super::error::ApiError;
use crate::trace::Trace;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

const EVENTS_SHOWN: u32 = 10;

pub(super) async fn get(
    State(app): State<App>,
    Extension(trace): Extension<Trace>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let activity = app.database(&trace, "activity", |store| store.activity(EVENTS_SHOWN)).await?;
    Ok(Answer::json(&activity)?.respond(&headers))
}
