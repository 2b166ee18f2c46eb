//! `GET /api/packages` and `GET /api/packages/{ecosystem}/{name}/{version}`.
use super::answer::Answer;
use super::app::App;
use super::error::ApiError;
use crate::cache::Lookup;
use crate::graph::PackageId;
use crate::store::{Query, Sort};
use crate::trace::Trace;
use axum::Extension;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{self, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

const DEFAULT_LIMIT: u32 = 30;
const MAX_LIMIT: u32 = 100;
/// The longest search, in characters.
const MAX_SEARCH: usize = 200;

#[derive(Deserialize)]
pub(super) struct ListParameters {
    #[serde(default)]
    q: String,
    page: Option<u32>,
    limit: Option<u32>,
    #[serde(default)]
    sort: Sort,
}

impl ListParameters {
    fn query(self) -> Result<Query, ApiError> {
        let text = self.q.trim().to_owned();
        if text.chars().count() > MAX_SEARCH {
            return Err(ApiError::BadRequest(format!("q has more than {MAX_SEARCH} characters")));
        }
        let page = self.page.unwrap_or(1);
        if page == 0 {
            return Err(ApiError::BadRequest("page counts from 1".into()));
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(ApiError::BadRequest(format!("limit must be 1 to {MAX_LIMIT}")));
        }
        Ok(Query { text, page, limit, sort: self.sort })
    }
}

pub(super) async fn list(
    State(app): State<App>,
    Extension(trace): Extension<Trace>,
    headers: HeaderMap,
    parameters: Result<extract::Query<ListParameters>, QueryRejection>,
) -> Result<Response, ApiError> {
    let query = parameters?.0.query()?;
    let key = format!("list {} {} {:?} {}", query.page, query.limit, query.sort, query.text);
    let ticket = match app.cached(&trace, "answers", &app.answers, &key) {
        Lookup::Hit(answer) => return Ok(answer.respond(&headers)),
        Lookup::Miss(ticket) => ticket,
    };
    let page = app.database(&trace, "packages.list", move |store| store.list(&query)).await?;
    let answer = Answer::json(&page)?;
    app.answers.put(ticket, key, answer.clone());
    Ok(answer.respond(&headers))
}

pub(super) async fn details(
    State(app): State<App>,
    Extension(trace): Extension<Trace>,
    headers: HeaderMap,
    path: Result<Path<(String, String, String)>, PathRejection>,
) -> Result<Response, ApiError> {
    let id = identity(path?);
    let key = format!("details {} {} {}", id.ecosystem, id.name, id.version);
    let ticket = match app.cached(&trace, "answers", &app.answers, &key) {
        Lookup::Hit(answer) => return Ok(answer.respond(&headers)),
        Lookup::Miss(ticket) => ticket,
    };
    let details = app.database(&trace, "packages.details", move |store| store.details(&id)).await?;
    let answer = Answer::json(&details.ok_or(ApiError::NoSuchPackage)?)?;
    app.answers.put(ticket, key, answer.clone());
    Ok(answer.respond(&headers))
}

/// Parses a package's identity from the path, in which name and version are percent-encoded segments.
pub(super) fn identity(Path((ecosystem, name, version)): Path<(String, String, String)>) -> PackageId {
    PackageId { ecosystem, name, version }
}
