//! Errors of the API: `{"error":{"code":…,"message":…}}`.
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, http};

/// Why a request failed.
#[derive(Debug, PartialEq)]
pub enum ApiError {
    /// A parameter or the body is invalid.
    BadRequest(String),
    /// No package of this identity.
    NoSuchPackage,
    /// No such path under `/api`.
    NoSuchEndpoint(String),
    /// The path exists, but not with this method.
    MethodNotAllowed(http::Method),
    /// The fault mode refuses stars.
    StarRefused,
    /// The fault mode makes all requests fail.
    Failing,
    /// An internal error. Its cause is logged, and not sent to the client.
    Internal(String),
}

impl ApiError {
    fn parts(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, "bad_request", message.clone()),
            Self::NoSuchPackage => (
                StatusCode::NOT_FOUND,
                "no_such_package",
                "There is no package of this ecosystem, name and version; find one with /api/packages?q="
                    .into(),
            ),
            Self::NoSuchEndpoint(path) => {
                (StatusCode::NOT_FOUND, "no_such_endpoint", format!("There is nothing at {path}"))
            }
            Self::MethodNotAllowed(method) => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                format!("{method} is not possible here; the Allow header names what is"),
            ),
            Self::StarRefused => (
                StatusCode::CONFLICT,
                "star_refused",
                "The server refuses stars: its fault switch says so. Set it to normal and try again.".into(),
            ),
            Self::Failing => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "failing",
                "The server fails: its fault switch says so. Set it to normal and try again.".into(),
            ),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something broke in the server; its log says what.".into(),
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Internal(cause) = &self {
            tracing::error!(cause, "request failed");
        }
        let (status, code, message) = self.parts();
        let body = serde_json::json!({ "error": { "code": code, "message": message } });
        (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

impl From<QueryRejection> for ApiError {
    fn from(cause: QueryRejection) -> Self {
        Self::BadRequest(cause.body_text())
    }
}

impl From<PathRejection> for ApiError {
    fn from(cause: PathRejection) -> Self {
        Self::BadRequest(cause.body_text())
    }
}

impl From<JsonRejection> for ApiError {
    fn from(cause: JsonRejection) -> Self {
        Self::BadRequest(cause.body_text())
    }
}

pub(super) async fn no_such_endpoint(uri: Uri) -> ApiError {
    ApiError::NoSuchEndpoint(uri.path().to_owned())
}

pub(super) async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::MethodNotAllowed(method)
}
