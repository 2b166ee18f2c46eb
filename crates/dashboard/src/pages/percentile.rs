//! 75th percentiles of vitals, as text.
use crate::format;
use whippet_api::Vital;

/// Formats a 75th percentile so that it does not look equal to a threshold.
pub(super) fn p75(value: Option<f64>, vital: &Vital) -> String {
    let figure = |value| format::beside(value, &[vital.good, vital.poor], vital.unit);
    value.map_or_else(|| format::NOTHING.to_owned(), figure)
}
