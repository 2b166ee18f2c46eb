//! `PUT` and `DELETE /api/packages/{ecosystem}/{name}/{version}/star`.
use super::app::{App, now};
use super::error::ApiError;
use super::packages::identity;
use crate::faults::Mode;
use crate::store::Star;
use crate::trace::Trace;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::{Extension, Json};

type Identity = Result<Path<(String, String, String)>, PathRejection>;

pub(super) async fn put(
    app: State<App>,
    trace: Extension<Trace>,
    path: Identity,
) -> Result<Json<Star>, ApiError> {
    set(app, trace, path, true).await
}

pub(super) async fn delete(
    app: State<App>,
    trace: Extension<Trace>,
    path: Identity,
) -> Result<Json<Star>, ApiError> {
    set(app, trace, path, false).await
}

async fn set(
    State(app): State<App>,
    Extension(trace): Extension<Trace>,
    path: Identity,
    starred: bool,
) -> Result<Json<Star>, ApiError> {
    let id = identity(path?);
    if app.faults.mode() == Mode::Refuse {
        return Err(ApiError::StarRefused);
    }
    let star = app.database(&trace, "stars.set", move |store| store.set_star(&id, starred, now())).await?;
    // Any list may show the star or be ordered by it.
    app.answers.invalidate();
    star.map(Json).ok_or(ApiError::NoSuchPackage)
}
