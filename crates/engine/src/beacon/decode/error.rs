//! Errors of the decoder.
use super::super::beacon_limits as limits;
use super::super::event::VERSION;
use crate::stats::PartsError;
use core::fmt;

/// Why a beacon is refused. No variant holds anything that the sender chose, so all are safe to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The beacon has more bytes than a browser can send.
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The bytes are not JSON, or not UTF-8.
    NotJson {
        /// The line of the error, from 1.
        line: usize,
        /// The byte in that line, from 1.
        column: usize,
    },
    /// The JSON is not an object.
    NotAnObject,
    /// `v` is another version of the format.
    UnsupportedVersion,
    /// A required member is missing.
    MissingField(&'static str),
    /// A member is invalid.
    InvalidField {
        /// Its name.
        field: &'static str,
        /// What is valid.
        expected: &'static str,
    },
    /// An array or an object has too many entries.
    TooMany {
        /// Its name.
        field: &'static str,
        /// The most entries that it may have.
        limit: usize,
    },
    /// A histogram's members do not fit together.
    InvalidHistogram(PartsError),
}

impl DecodeError {
    /// A fixed word, for programs and for metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::NotJson { .. } => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::UnsupportedVersion => "unsupported_version",
            Self::MissingField(_) => "missing_field",
            Self::InvalidField { .. } => "invalid_field",
            Self::TooMany { .. } => "too_many",
            Self::InvalidHistogram(_) => "invalid_histogram",
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => {
                write!(
                    f,
                    "the beacon has {bytes} bytes: send at most {}, in several beacons",
                    limits::READ_BYTES
                )
            }
            Self::NotJson { line, column } => {
                write!(
                    f,
                    "the body is not JSON at line {line}, column {column}: send a beacon as docs/beacon.md describes it"
                )
            }
            Self::NotAnObject => f.write_str("the body must be a JSON object: send one beacon per request"),
            Self::UnsupportedVersion => {
                write!(
                    f,
                    "this collector reads beacons with \"v\":{VERSION}: use the same release of Whippet on both sides"
                )
            }
            Self::MissingField("view") => f.write_str(
                "`view` is missing: send it, or an `id` that is the page view's id, `-` and a number",
            ),
            Self::MissingField(field) => write!(f, "`{field}` is missing: every beacon must have it"),
            Self::InvalidField { field, expected } => write!(f, "`{field}` {expected}"),
            Self::TooMany { field, limit } => {
                write!(f, "`{field}` has too many entries: send at most {limit}, in several beacons")
            }
            Self::InvalidHistogram(error) => write!(f, "`histograms` holds an invalid histogram: {error}"),
        }
    }
}

impl core::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::InvalidHistogram(error) => Some(error),
            _ => None,
        }
    }
}

pub(super) const fn invalid(field: &'static str, expected: &'static str) -> DecodeError {
    DecodeError::InvalidField { field, expected }
}
