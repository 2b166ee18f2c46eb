//! Vitals, and the application's own timings, by what page views have in common.
use serde::{Deserialize, Serialize};

/// `GET /api/splits?by&metric&timing&app&page&navigation&from&to`: the vitals and page loads of each value of a dimension.
///
/// `by` is `release`, `device`, `connection`, `navigation`, `browser`, or `release_device` for releases and classes of devices
/// together. `metric` selects one vital, `timing` names one of the application's own timings. `app`, `page` and `navigation` select as
/// in [`crate::Vitals`]. `GET /api/vitals` takes `split=device:phone`, `split=release:1.2.0` or `split=release_device:1.2.0:phone`,
/// and answers with the vitals of these page views alone; `GET /api/custom` does so with their timings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Splits {
    /// The dimension.
    pub by: String,
    /// Its values, the most viewed first. `(other)` are those beyond the bound, `(unknown)` page views that do not say.
    pub values: Vec<Split>,
    /// How many values are left out, as there are too many.
    #[serde(default)]
    pub left_out: usize,
}

/// The page views with one value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// The value, such as `phone` or `1.2.0`.
    pub value: String,
    /// The class of device, where releases are split by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Page views.
    pub views: u64,
    /// LCP, INP, CLS, FCP and TTFB, in this order, or the one that was asked for.
    pub metrics: Vec<SplitVital>,
    /// The page load times, ms; `None` where there are none, as of soft navigations.
    pub loads: Option<Quantiles>,
    /// JavaScript errors; `None` where they are not split so: releases alone have them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<u64>,
    /// The timing that was asked for; `None` where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Quantiles>,
}

/// A vital of page views with one value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SplitVital {
    /// `LCP`, `INP`, `CLS`, `FCP` or `TTFB`.
    pub name: String,
    /// The number of good, fair and poor page views.
    pub ratings: [u64; 3],
    /// How many reported it, and its percentiles. Each is on the side of the thresholds that the ratings say.
    #[serde(flatten)]
    pub quantiles: Quantiles,
}

/// How many values there are, and their percentiles; `None` without values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many.
    pub count: u64,
    /// Median.
    pub p50: Option<f64>,
    /// 75th percentile.
    pub p75: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
}
