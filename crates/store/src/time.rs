//! Spans of time, ms.

/// The length of a bucket of beacon figures, ms.
pub const MINUTE: i64 = 60_000;
/// The length of a bucket once [`crate::Options::detail`] has passed, ms.
pub const HOUR: i64 = 60 * MINUTE;
/// A day, ms.
pub const DAY: i64 = 24 * HOUR;
