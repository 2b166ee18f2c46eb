//! `ExportMetricsServiceRequest`.
use prost::Message;
use serde::Deserialize;

use super::common::{KeyValue, Resource, Scope};
use super::numbers;

/// The temporality of points that count since the last ones; others count since the start.
pub const DELTA: i32 = 1;

/// Whether a point says by its flags that nothing was measured, `DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK`: what its other members say is
/// no value then. An OpenTelemetry collector sends such points where a target of its own has gone.
pub fn is_without_value(flags: u64) -> bool {
    flags & 1 == 1
}

/// A request to `/v1/metrics`.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metrics {
    /// By sender.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub resource_metrics: Vec<ResourceMetrics>,
}

/// The metrics of one sender.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ResourceMetrics {
    /// The sender.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// By library.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "numbers::list")]
    pub scope_metrics: Vec<ScopeMetrics>,
}

/// The metrics of one library.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScopeMetrics {
    /// The library.
    #[prost(message, optional, tag = "1")]
    pub scope: Option<Scope>,
    /// They.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "numbers::list")]
    pub metrics: Vec<Metric>,
}

/// One metric: at most one of the kinds of data.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metric {
    /// Its name, such as `http.server.request.duration`.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its unit, in UCUM.
    #[prost(string, optional, tag = "3")]
    pub unit: Option<String>,
    /// Values that go up and down.
    #[prost(message, optional, tag = "5")]
    pub gauge: Option<Gauge>,
    /// Sums.
    #[prost(message, optional, tag = "7")]
    pub sum: Option<Sum>,
    /// Histograms with buckets of their own.
    #[prost(message, optional, tag = "9")]
    pub histogram: Option<Histogram>,
    /// Histograms with exponential buckets.
    #[prost(message, optional, tag = "10")]
    pub exponential_histogram: Option<ExponentialHistogram>,
    /// Quantiles that the sender computed.
    #[prost(message, optional, tag = "11")]
    pub summary: Option<Summary>,
}

impl Metric {
    /// How many points it has.
    pub fn points(&self) -> usize {
        self.gauge.as_ref().map_or(0, |gauge| gauge.data_points.len())
            + self.sum.as_ref().map_or(0, |sum| sum.data_points.len())
            + self.histogram.as_ref().map_or(0, |histogram| histogram.data_points.len())
            + self.exponential_histogram.as_ref().map_or(0, |histogram| histogram.data_points.len())
            + self.summary.as_ref().map_or(0, |summary| summary.data_points.len())
    }
}

/// Values that go up and down.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Gauge {
    /// By attributes.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub data_points: Vec<NumberPoint>,
}

/// Sums.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Sum {
    /// By attributes.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub data_points: Vec<NumberPoint>,
    /// [`DELTA`], or since the start.
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "numbers::temporality")]
    pub aggregation_temporality: i32,
    /// Whether it only grows.
    #[prost(bool, tag = "3")]
    pub is_monotonic: bool,
}

/// One value.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NumberPoint {
    /// Its attributes.
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "numbers::list")]
    pub attributes: Vec<KeyValue>,
    /// Since when it is counted, ns.
    #[prost(fixed64, tag = "2")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub start_time_unix_nano: u64,
    /// When it was read, ns.
    #[prost(fixed64, tag = "3")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub time_unix_nano: u64,
    /// The value, or
    #[prost(double, optional, tag = "4")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub as_double: Option<f64>,
    /// the value as an integer.
    #[prost(sfixed64, optional, tag = "6")]
    #[serde(deserialize_with = "numbers::optional_signed")]
    pub as_int: Option<i64>,
    /// Bit 0 says that nothing was measured.
    #[prost(uint64, tag = "8")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub flags: u64,
}

impl NumberPoint {
    /// The value, if there is one.
    pub fn value(&self) -> Option<f64> {
        if is_without_value(self.flags) {
            return None;
        }
        self.as_double.or_else(|| self.as_int.map(|int| int as f64))
    }
}

/// Histograms with buckets of their own.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Histogram {
    /// By attributes.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub data_points: Vec<HistogramPoint>,
    /// [`DELTA`], or since the start.
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "numbers::temporality")]
    pub aggregation_temporality: i32,
}

/// One of them.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct HistogramPoint {
    /// Its attributes.
    #[prost(message, repeated, tag = "9")]
    #[serde(deserialize_with = "numbers::list")]
    pub attributes: Vec<KeyValue>,
    /// Since when it is counted, ns.
    #[prost(fixed64, tag = "2")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub start_time_unix_nano: u64,
    /// When it was read, ns.
    #[prost(fixed64, tag = "3")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub time_unix_nano: u64,
    /// The number of values.
    #[prost(fixed64, tag = "4")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub count: u64,
    /// The sum of all values.
    #[prost(double, optional, tag = "5")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub sum: Option<f64>,
    /// How many values are in each bucket; one more than there are bounds.
    #[prost(fixed64, repeated, tag = "6")]
    #[serde(deserialize_with = "numbers::unsigned_list")]
    pub bucket_counts: Vec<u64>,
    /// The upper bounds of the buckets, which they hold.
    #[prost(double, repeated, tag = "7")]
    #[serde(deserialize_with = "numbers::double_list")]
    pub explicit_bounds: Vec<f64>,
    /// Bit 0 says that nothing was measured.
    #[prost(uint64, tag = "10")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub flags: u64,
    /// The smallest value.
    #[prost(double, optional, tag = "11")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub min: Option<f64>,
    /// The largest value.
    #[prost(double, optional, tag = "12")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub max: Option<f64>,
}

/// Histograms with exponential buckets.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExponentialHistogram {
    /// By attributes.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub data_points: Vec<ExponentialPoint>,
    /// [`DELTA`], or since the start.
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "numbers::temporality")]
    pub aggregation_temporality: i32,
}

/// One of them.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExponentialPoint {
    /// Its attributes.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub attributes: Vec<KeyValue>,
    /// Since when it is counted, ns.
    #[prost(fixed64, tag = "2")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub start_time_unix_nano: u64,
    /// When it was read, ns.
    #[prost(fixed64, tag = "3")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub time_unix_nano: u64,
    /// The number of values.
    #[prost(fixed64, tag = "4")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub count: u64,
    /// The sum of all values.
    #[prost(double, optional, tag = "5")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub sum: Option<f64>,
    /// Bucket bounds are the powers of 2^(2^-scale).
    #[prost(sint32, tag = "6")]
    pub scale: i32,
    /// How many values count as zero.
    #[prost(fixed64, tag = "7")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub zero_count: u64,
    /// The buckets of values above zero.
    #[prost(message, optional, tag = "8")]
    pub positive: Option<Buckets>,
    /// Bit 0 says that nothing was measured.
    #[prost(uint64, tag = "10")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub flags: u64,
    /// The smallest value.
    #[prost(double, optional, tag = "12")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub min: Option<f64>,
    /// The largest value.
    #[prost(double, optional, tag = "13")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub max: Option<f64>,
}

/// Consecutive buckets.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Buckets {
    /// The index of the first.
    #[prost(sint32, tag = "1")]
    pub offset: i32,
    /// How many values are in each.
    #[prost(uint64, repeated, tag = "2")]
    #[serde(deserialize_with = "numbers::unsigned_list")]
    pub bucket_counts: Vec<u64>,
}

/// Quantiles that the sender computed.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Summary {
    /// By attributes.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub data_points: Vec<SummaryPoint>,
}

/// One of them.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SummaryPoint {
    /// Its attributes.
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "numbers::list")]
    pub attributes: Vec<KeyValue>,
    /// Since when it is counted, ns.
    #[prost(fixed64, tag = "2")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub start_time_unix_nano: u64,
    /// The number of values.
    #[prost(fixed64, tag = "4")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub count: u64,
    /// The sum of all values.
    #[prost(double, optional, tag = "5")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub sum: Option<f64>,
    /// The quantiles.
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "numbers::list")]
    pub quantile_values: Vec<QuantileValue>,
    /// Bit 0 says that nothing was measured.
    #[prost(uint64, tag = "8")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub flags: u64,
}

/// One quantile.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct QuantileValue {
    /// From 0 to 1.
    #[prost(double, optional, tag = "1")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub quantile: Option<f64>,
    /// The value there.
    #[prost(double, optional, tag = "2")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub value: Option<f64>,
}
