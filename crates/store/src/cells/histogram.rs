//! Histograms within cells.
use serde::{Deserialize, Serialize};
use whippet_engine::stats::{ExponentialHistogram, Parts, StoredHistogram};

/// No histogram grows beyond this many values: what a client claims must not make counts overflow.
const MAX_COUNT: u64 = 1 << 62;

/// Merges, unless the count would pass [`MAX_COUNT`].
pub fn merge<const CAP: usize>(values: &mut StoredHistogram, other: &ExponentialHistogram<CAP>) {
    if values.count().saturating_add(other.count()) < MAX_COUNT {
        values.merge(other);
    }
}

/// The same of what is stored. Most are added to nothing.
pub fn add(values: &mut StoredHistogram, other: &StoredHistogram) {
    if values.is_empty() && other.count() < MAX_COUNT {
        *values = other.clone();
    } else {
        merge(values, other);
    }
}

/// The values of `all` without those of `gone`. `None` where those were never among them.
///
/// Counts are exact. So is the largest value unless it is among those that went, which is seldom, as vitals grow; and the smallest
/// unless it is: then it lies in the first bucket, and is at least what the sum leaves for one value.
pub fn without(all: &StoredHistogram, gone: &StoredHistogram) -> Option<StoredHistogram> {
    if gone.is_empty() {
        return Some(all.clone());
    }
    let (all, gone) = (all.parts(), gone.parts());
    // What is a part of the values spans no more than they do, so its scale is the same or finer.
    let shift = u32::try_from(gone.scale - all.scale).ok()?;
    let mut counts = all.counts.to_vec();
    for (place, count) in (0..).zip(gone.counts).filter(|(_, count)| **count > 0) {
        let index = ((gone.offset + place) >> shift) - all.offset;
        let held = counts.get_mut(usize::try_from(index).ok()?)?;
        *held = held.checked_sub(*count)?;
    }
    let zero = all.zero.checked_sub(gone.zero)?;
    let count = counts.iter().fold(zero, |sum, count| sum.saturating_add(*count));
    if count == 0 {
        return Some(StoredHistogram::new());
    }
    let bounds = |place: Option<usize>| {
        let bound = |index: i32| (f64::from(index) / f64::from(1_i32 << all.scale)).exp2();
        place.map(|place| all.offset + place as i32).map(|index| (bound(index), bound(index + 1)))
    };
    let zeros = (0.0, StoredHistogram::ZERO_THRESHOLD);
    let first = bounds(counts.iter().position(|count| *count > 0)).filter(|_| zero == 0).unwrap_or(zeros);
    let last = bounds(counts.iter().rposition(|count| *count > 0)).unwrap_or(zeros);
    let sum = all.sum - gone.sum;
    let mut max = all.max.clamp(last.0, last.1);
    if gone.max >= all.max && first == last {
        max = rounded(sum / count as f64).clamp(last.0, last.1);
    }
    let left = rounded(sum - (count - 1) as f64 * max);
    let min = if all.min < gone.min { all.min } else { left.max(all.min).clamp(first.0, first.1) };
    let min = if count == 1 { max } else { min.min(max) };
    let sum = sum.clamp(min * count as f64, max * count as f64);
    let parts = Parts { counts: &counts, zero, sum, min, max, ..all };
    StoredHistogram::from_parts(&parts).ok()
}

/// To six decimals, which no page sends more of: sums of `f64` are off by less.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// Merges what [`StoredHistogram::to_bytes`] wrote. Bytes that cannot be read count as empty: one bad row must not stop the rest.
pub fn merge_bytes(values: &mut StoredHistogram, bytes: &[u8]) {
    match StoredHistogram::from_bytes(bytes) {
        Ok(held) => merge(values, &held),
        Err(error) => tracing::warn!(%error, "a stored histogram cannot be read, and is left out"),
    }
}

/// About how many bytes of memory a histogram takes.
pub fn memory(histogram: &StoredHistogram) -> usize {
    100 + 8 * histogram.parts().counts.len()
}

/// A histogram of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread(#[serde(with = "as_bytes")] pub StoredHistogram);

/// A histogram in serde's data model: the bytes of the engine.
pub mod as_bytes {
    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};
    use whippet_engine::stats::StoredHistogram;

    pub fn serialize<S: Serializer>(histogram: &StoredHistogram, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&histogram.to_bytes())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StoredHistogram, D::Error> {
        deserializer.deserialize_bytes(Bytes)
    }

    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = StoredHistogram;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the bytes of a histogram")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<StoredHistogram, E> {
            StoredHistogram::from_bytes(bytes).map_err(E::custom)
        }
    }
}
