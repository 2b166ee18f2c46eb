//! Errors of requests to the collector.
use std::fmt;
use whippet_api::Problem;

/// Why a request failed.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiError {
    /// The collector did not respond.
    Unreachable,
    /// The request timed out.
    Slow {
        /// The timeout.
        seconds: f64,
    },
    /// The collector responded with an error.
    Refused(Problem),
    /// The response is not the collector's, or is of another version.
    Unexpected {
        /// The HTTP status.
        status: u16,
        /// Why the body could not be read.
        reason: String,
    },
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => {
                f.write_str("The collector does not answer. Is `whippet serve` still running?")
            }
            Self::Slow { seconds } => write!(
                f,
                "The collector is slow: no answer to this in {seconds} s. Choose a shorter time range, or try again."
            ),
            Self::Refused(problem) => f.write_str(&problem.message),
            Self::Unexpected { status, reason } => write!(
                f,
                "The answer (HTTP {status}) is not the collector's: {reason}. Is there a proxy in between, or \
                 is the collector of another version?"
            ),
        }
    }
}

impl std::error::Error for ApiError {}
