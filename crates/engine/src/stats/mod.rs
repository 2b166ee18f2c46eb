//! Exponential histograms and counters: figures that add up exactly, wherever they are added.
//!
//! A browser records, a server merges, a dashboard asks for a quantile; all three use this module, so a
//! percentile over a million page views is the percentile of the merged histogram, not an average of
//! averages.
mod buckets;
mod bytes;
mod counters;
mod histogram;
#[cfg(test)]
mod oracle;
mod parts;
mod refine;
mod scale;

pub use buckets::Bucket;
pub use bytes::ReadError;
pub use counters::{Counters, Deltas};
pub use histogram::{ExponentialHistogram, Histogram, StoredHistogram};
pub use parts::{Parts, PartsError};
