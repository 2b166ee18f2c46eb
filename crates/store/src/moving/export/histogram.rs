//! A histogram as an object.
use serde_json::{Value, json};
use whippet_engine::stats::StoredHistogram;

/// Its count, sum and extremes, and its buckets: the exclusive lower bound, the inclusive upper one and the count of each.
pub fn object(histogram: &StoredHistogram) -> Value {
    let buckets: Vec<Value> =
        histogram.buckets().map(|bucket| json!([bucket.lower, bucket.upper, bucket.count])).collect();
    json!({
        "count": histogram.count(),
        "sum": histogram.sum(),
        "min": histogram.min(),
        "max": histogram.max(),
        "zero": histogram.zero_count(),
        "buckets": buckets,
    })
}
