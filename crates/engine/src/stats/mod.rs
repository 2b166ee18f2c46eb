//! Exponential histograms and counters, which can be merged without loss.
//!
//! A browser records, a server merges, a dashboard asks for a quantile. As all three use this module, a percentile over a
//! million page views is that of the merged histogram, and not an average of averages.
mod buckets;
mod bytes;
mod counters;
mod dense;
mod histogram;
#[cfg(test)]
mod oracle;
mod parts;
mod refine;
mod scale;

pub use buckets::Bucket;
pub use bytes::ReadError;
pub use counters::{Counters, Deltas};
pub use dense::DenseHistogram;
pub use histogram::{ExponentialHistogram, Histogram, StoredHistogram};
pub use parts::{Parts, PartsError};
