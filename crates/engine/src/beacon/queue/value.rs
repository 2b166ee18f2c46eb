//! Which values, words and ids the decoder accepts.
use super::super::beacon_limits as limits;
use crate::stats::Histogram;

/// Smaller numbers are written as 0.
pub(super) const LEAST: f64 = 0.000_000_5;
/// Stands for all hosts, or routes, beyond the limit.
pub(super) const OTHER: &str = "(other)";

/// Whether a measurement can have this value.
pub(super) fn is_value(value: f64) -> bool {
    (0.0..Histogram::LIMIT).contains(&value)
}

/// `sum`, or the largest number that the decoder accepts.
pub(super) fn capped(sum: f64) -> f64 {
    if sum < Histogram::LIMIT { sum } else { limits::COUNT as f64 }
}

/// Whether there are only letters, digits, `-` and `_`.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Whether `text` can name a phase or a state.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= limits::WORD && is_plain(text)
}

/// Whether `text` can be a fingerprint.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= limits::ID && is_plain(text)
}
