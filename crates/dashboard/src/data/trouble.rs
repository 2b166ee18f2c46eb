//! Why there is no answer.
use std::fmt;
use whippet_api::Problem;

/// What came instead of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// The collector did not answer.
    Unreachable,
    /// It is there, but took too long.
    Slow {
        /// How long one waited.
        seconds: f64,
    },
    /// It answered, and said why not.
    Refused(Problem),
    /// Something answered, but not as the collector does.
    Unexpected {
        /// The HTTP status.
        status: u16,
        /// Why the body could not be read.
        reason: String,
    },
}

impl fmt::Display for Trouble {
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

impl std::error::Error for Trouble {}
