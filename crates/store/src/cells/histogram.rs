//! Histograms within cells.
use serde::{Deserialize, Serialize};
use whippet_engine::stats::{ExponentialHistogram, StoredHistogram};

/// No histogram grows beyond this many values: what a client claims must not make counts overflow.
const MAX_COUNT: u64 = 1 << 62;

/// Merges, unless the count would pass [`MAX_COUNT`].
pub fn merge<const CAP: usize>(values: &mut StoredHistogram, other: &ExponentialHistogram<CAP>) {
    if values.count().saturating_add(other.count()) < MAX_COUNT {
        values.merge(other);
    }
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
