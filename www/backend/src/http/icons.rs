//! `GET /icons/{ecosystem}/{name}.png`.
use super::answer::Answer;
use super::app::App;
use super::error::ApiError;
use crate::cache::Lookup;
use crate::icon;
use crate::trace::Trace;
use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

pub(super) async fn get(
    State(app): State<App>,
    Extension(trace): Extension<Trace>,
    headers: HeaderMap,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, ApiError> {
    let Path((ecosystem, file)) = path?;
    let Some(name) = file.strip_suffix(".png").map(str::to_owned) else {
        return Err(ApiError::NoSuchPackage);
    };
    let key = format!("{ecosystem} {name}");
    let ticket = match app.cached(&trace, "icons", &app.icons, &key) {
        Lookup::Hit(answer) => return Ok(answer.respond(&headers)),
        Lookup::Miss(ticket) => ticket,
    };
    // Only packages have icons: otherwise a client could fill the cache with icons of made-up names.
    let looked_up = (ecosystem.clone(), name.clone());
    let known = app
        .database(&trace, "packages.has_name", move |store| store.has_name(&looked_up.0, &looked_up.1))
        .await?;
    if !known {
        return Err(ApiError::NoSuchPackage);
    }
    let png = icon::png(&ecosystem, &name).map_err(|cause| ApiError::Internal(cause.to_string()))?;
    let answer = Answer::png(png);
    app.icons.put(ticket, key, answer.clone());
    Ok(answer.respond(&headers))
}
