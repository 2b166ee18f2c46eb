//! Two sets of page views, compared.
use serde::{Deserialize, Serialize};

use crate::unit::Unit;

/// `GET /api/compare?app&target&page&navigation&quantile&split&from&to&with_split&with_from&with_to`: two sets of page views of an
/// application, or of requests to a target, per page and metric.
///
/// The one side has `split` (such as `release:1.2.0` or `device:phone`) in the range `from` to `to`; the other `with_split` in
/// `with_from` to `with_to`. What the other side does not say is as on the one, except that
///
/// - without `with_split`, `with_from` and `with_to`, a release is compared with the one before it, in the same range;
/// - and anything else with the span of the same length before.
///
/// `app` or `target` must be there. `quantile` is `p50`, `p75` (where it is missing), `p90`, `p95` or `p99`. `page` selects one
/// page, or one route of a target.
///
/// Requests to a target are told apart by `release` alone. Where little of its old release was left when the new one came, that is compared in
/// the range of the same length before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Comparison {
    /// `p50`, `p75`, `p90`, `p95` or `p99`.
    pub quantile: String,
    /// How sure the intervals are: 0.95.
    #[serde(serialize_with = "crate::number::plain")]
    pub confidence: f64,
    /// The one side, usually the newer one.
    pub new: Side,
    /// The side that it is compared with; `None` where there is none, such as before a first release.
    pub old: Option<Side>,
    /// The verdict over all pages and metrics.
    pub verdict: Verdict,
    /// It in a sentence with a full stop, also where there is nothing to compare with.
    pub words: String,
    /// The mix of devices that both sides are weighed by.
    pub devices: Vec<DeviceShare>,
    /// All pages together: LCP, INP, CLS, FCP, TTFB and page loads; for a target, the durations of its requests and its errors. Those that
    /// neither side has are left out.
    pub metrics: Vec<Compared>,
    /// By page, the worst impact first; for a target, by route.
    pub pages: Vec<ComparedPage>,
    /// How many pages are left out, as there are too many.
    pub left_out: usize,
}

/// One side of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Side {
    /// The dimension and value, as `split` has them; `None` for all page views.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// The start of its range, ms since the epoch.
    pub from: i64,
    /// The end.
    pub to: i64,
    /// Page views, or requests.
    pub views: u64,
}

/// The share of a class of devices in the mix that is held equal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceShare {
    /// `desktop`, `phone`, `tablet`, `(unknown)`.
    pub device: String,
    /// 0 to 1.
    #[serde(serialize_with = "crate::number::plain")]
    pub share: f64,
    /// Page views of the new side.
    pub new_views: u64,
    /// Page views of the old side.
    pub old_views: u64,
}

/// A metric of both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Compared {
    /// `LCP`, …, or `page load`.
    pub metric: String,
    /// The unit of `new`, `old` and `impact`.
    pub unit: Unit,
    /// The quantile of the new side, with the mix of devices held equal.
    pub new: Option<f64>,
    /// That of the old side.
    pub old: Option<f64>,
    /// How many values the new side has.
    pub new_count: u64,
    /// How many the old side has.
    pub old_count: u64,
    /// `new / old − 1`: 0.2 is a fifth more. `None` where one of both is unknown, or `old` is 0.
    pub change: Option<f64>,
    /// The lower end of its confidence interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
    /// It in words, without a full stop: `slower by 18 % to 25 %`.
    pub words: String,
    /// What it costs all visitors together: the difference times the values of the new side. Negative where they gain.
    #[serde(serialize_with = "crate::number::plain")]
    pub impact: f64,
}

/// A page of both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComparedPage {
    /// The page, or the route of a target.
    pub page: String,
    /// Page views of the new side, or requests.
    pub new_views: u64,
    /// Of the old side.
    pub old_views: u64,
    /// The verdict over its metrics: worse or better where one of them is for sure, worse first; else the same where one of them is.
    pub verdict: Verdict,
    /// Its metrics, in the order of [`Comparison::metrics`].
    pub metrics: Vec<Compared>,
}

/// What a comparison says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is nothing to compare, or too little to say anything.
    #[default]
    Unknown,
    /// Better: the whole interval is below 0, and by enough.
    Better,
    /// No difference that matters: the whole interval is within the threshold.
    Same,
    /// It may be either: the interval reaches over the threshold.
    Unclear,
    /// Worse: the whole interval is above 0, and by enough.
    Worse,
}
