//! Why bytes are no beacon.
use super::{VERSION, limits};
use crate::stats::PartsError;
use core::fmt;

/// Why bytes are no beacon. No variant holds anything that the sender chose, so it is safe to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// More bytes than a browser can send.
    TooLarge {
        /// How many there were.
        bytes: usize,
    },
    /// Not JSON, or not UTF-8.
    NotJson {
        /// Where the JSON ends to be JSON, from 1.
        line: usize,
        /// The byte in that line.
        column: usize,
    },
    /// JSON, but not an object.
    NotAnObject,
    /// Another version of the format.
    UnsupportedVersion,
    /// A member that must be there is not.
    MissingField(&'static str),
    /// A member is not what it must be.
    InvalidField {
        /// Which.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A list is too long.
    TooMany {
        /// Which.
        field: &'static str,
        /// How many entries it may have.
        limit: usize,
    },
    /// A histogram is none.
    InvalidHistogram(PartsError),
}

impl DecodeError {
    /// A fixed word for programs and for counting.
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
                    "the body is not JSON at line {line}, column {column}: send a beacon as docs/beacon.md has it"
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
                "`view` is missing: send it, or an `id` that is the page view's name, `-` and a number",
            ),
            Self::MissingField(field) => write!(f, "`{field}` is missing: every beacon must have it"),
            Self::InvalidField { field, expected } => write!(f, "`{field}` {expected}"),
            Self::TooMany { field, limit } => {
                write!(f, "`{field}` has too many entries: send at most {limit}, in several beacons")
            }
            Self::InvalidHistogram(error) => write!(f, "`histograms` holds one that is none: {error}"),
        }
    }
}

impl core::error::Error for DecodeError {}

pub(super) const fn invalid(field: &'static str, expected: &'static str) -> DecodeError {
    DecodeError::InvalidField { field, expected }
}
