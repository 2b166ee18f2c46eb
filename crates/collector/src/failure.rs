//! Answers that are not a success: always JSON, always saying what to do.
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use whippet_api::{Failure as Body, Problem};
use whippet_store::StoreError;

/// An answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status.
    pub status: StatusCode,
    /// A fixed word.
    pub code: &'static str,
    /// What is wrong and what to do about it.
    pub message: String,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
}

impl Failure {
    /// An answer with that status, word and message.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// A 400: the request itself is wrong.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// Sets `Retry-After`, in seconds.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let unavailable =
            |code| Self::new(StatusCode::SERVICE_UNAVAILABLE, code, error.to_string()).retry_after(5);
        match &error {
            StoreError::Full => unavailable("queue_full"),
            // An immediate retry would take as long.
            StoreError::TooLong => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "took_too_long", error.to_string()).retry_after(60)
            }
            StoreError::Closed => unavailable("shutting_down"),
            StoreError::Failed => unavailable("not_stored"),
            _ => {
                tracing::error!(%error, "the store failed");
                // SQLite's message goes to the log only: it may name files and tables.
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "store_failed",
                    "the collector cannot read its data: see its log",
                )
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = Problem { code: self.code.to_owned(), message: self.message };
        let mut response = (self.status, Json(Body { error: problem })).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
