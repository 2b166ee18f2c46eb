//! Numbers as JSON can have them.
use serde::Serializer;

/// Writes a number that is always there. JSON has none that is infinite, and `null` in its place could not be read: such a one is written as the
/// greatest that there is, and what is not a number as 0.
pub(crate) fn plain<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    let number = if number.is_nan() { 0.0 } else { number.clamp(f64::MIN, f64::MAX) };
    serializer.serialize_f64(number)
}
