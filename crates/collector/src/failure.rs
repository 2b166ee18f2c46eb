//! Answers that are not a success: always JSON, always saying what to do.
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use whippet_api::{Failure as Body, Problem};
use whippet_store::StoreError;
use whippet_store::database::ErrorKind;

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
            StoreError::Database(failure) if trouble(failure.kind()).is_some() => {
                tracing::error!(%error, "the store failed");
                let message = trouble(failure.kind()).unwrap_or_default();
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", message).retry_after(5)
            }
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

/// What is wrong with the database where that may pass by itself, in words that name no file, host or table.
pub fn trouble(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Full => "the database has no space left: free some on its disk, or raise --max-size",
        ErrorKind::ReadOnly => {
            "the database cannot be written: it is read-only, or a standby. The collector tries again by itself"
        }
        ErrorKind::Busy => "the database is locked by another program: the collector tries again by itself",
        ErrorKind::Unavailable => {
            "the database cannot be reached, or does not answer: the collector tries again by itself. Its log says more"
        }
        ErrorKind::Denied => "the database refuses the collector's user or password: see the collector's log",
        ErrorKind::Conflict => "two writes stood in each other's way: try again in a moment",
        _ => return None,
    })
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
