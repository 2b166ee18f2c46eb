//! Why a request of JSON gave nothing.
use crate::{Duration, RetryHint};
use std::fmt;
use whippet_engine::beacon::retry_after;
use whippet_engine::http::may_succeed_later;
use whippet_web::query::fetch::{Answer, FetchError};

/// How much of an error's body is kept, in bytes.
const BODY_LIMIT: usize = 4096;

/// The errors of [`use_json_query`](crate::use_json_query).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// There was no response.
    NoAnswer(FetchError),
    /// The server answered, but not with success.
    Status {
        /// The HTTP status.
        status: u16,
        /// The URL of the request.
        url: String,
        /// The header `Retry-After`, unparsed.
        retry_after: Option<String>,
        /// The beginning of the body: at most 4 KiB.
        body: String,
    },
    /// The body is not JSON, or not that of the type that was asked for.
    NotJson {
        /// The URL of the request.
        url: String,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// The body of the request could not be written, so that it was not sent.
    NotSent {
        /// The URL of the request.
        url: String,
        /// What its `Serialize` says.
        reason: String,
    },
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(error) => error.fmt(f),
            Self::Status { status, url, .. } => write!(f, "HTTP {status}: {url}"),
            Self::NotJson { url, reason } => write!(
                f,
                "{url} did not give the JSON that was expected: {reason}; check the type against the body"
            ),
            Self::NotSent { url, reason } => {
                write!(f, "{url} was not asked, as the body of the request cannot be JSON: {reason}")
            }
        }
    }
}

impl std::error::Error for JsonError {}

impl JsonError {
    /// The error of an answer, or the answer, if that is a success.
    pub(crate) fn of(mut answer: Answer, url: &str) -> Result<Answer, Self> {
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let end = answer.body.floor_char_boundary(BODY_LIMIT);
        answer.body.truncate(end);
        let Answer { status, body, retry_after } = answer;
        Err(Self::Status { status, url: url.to_owned(), retry_after, body })
    }

    /// Whether the same request would fail again: a 4xx, but for 408, 425 and 429, or a body of another type.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::NoAnswer(_) => false,
            Self::Status { status, .. } => !may_succeed_later(u32::from(*status)),
            Self::NotJson { .. } | Self::NotSent { .. } => true,
        }
    }

    /// How long the server asks to be left alone (`Retry-After`).
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after: Some(text), .. } => {
                retry_after(text, crate::host::now() as u64).map(|ms| Duration::from_ms(ms as f64))
            }
            _ => None,
        }
    }
}

impl RetryHint for JsonError {
    fn is_permanent(&self) -> bool {
        Self::is_permanent(self)
    }

    fn retry_after(&self) -> Option<Duration> {
        Self::retry_after(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, retry_after: Option<&str>) -> JsonError {
        JsonError::Status {
            status,
            url: String::new(),
            retry_after: retry_after.map(str::to_owned),
            body: String::new(),
        }
    }

    #[test]
    fn an_error_says_whether_another_try_may_help() {
        assert!(status(404, None).is_permanent());
        assert!(!status(429, None).is_permanent());
        assert!(!status(503, None).is_permanent());
        assert_eq!(status(503, Some("120")).retry_after(), Some(Duration::from_ms(120_000.0)));
        assert_eq!(status(503, Some("soon")).retry_after(), None);
        assert!(status(503, Some("Wed, 01 Jan 2200 00:00:00 GMT")).retry_after().is_some());
    }

    #[test]
    fn the_body_of_an_error_is_cut_at_a_character() {
        let answer = Answer { status: 500, body: "ü".repeat(4000), retry_after: None };
        let Err(JsonError::Status { body, .. }) = JsonError::of(answer, "/") else {
            panic!("it is an error")
        };
        assert_eq!(body, "ü".repeat(2048));
    }
}
