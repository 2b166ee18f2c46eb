//! Regressions that were found.
use serde::{Deserialize, Serialize};

use crate::levels::About;
use crate::place::Place;
use crate::unit::Unit;

/// `GET /api/regressions?app&target&release&from&to`: regressions that were found in the range, and older ones that last; the newest first.
/// All but the range may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Regressions {
    /// When it was looked for some last, ms since the epoch; `None` before the first time.
    pub evaluated: Option<i64>,
    /// The regressions; at most 200.
    pub regressions: Vec<Regression>,
    /// How many are left out.
    pub left_out: usize,
    /// How many pairs of page and metric are watched.
    pub watched: u64,
}

/// A regression.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Regression {
    /// Names it.
    pub id: String,
    /// The application or the target.
    pub about: About,
    /// Whether a release brought it, or it came by itself.
    pub kind: RegressionKind,
    /// The release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The release that it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The metric, as in [`crate::Compared::metric`].
    pub metric: String,
    /// The unit of `new` and `old`.
    pub unit: Unit,
    /// The pages where it is, the worst impact first; at most 20. Empty where it is on all.
    pub pages: Vec<String>,
    /// On how many pages it is.
    pub page_count: u64,
    /// The classes of devices where it is. Empty where it is on all.
    pub devices: Vec<String>,
    /// When it was found, ms since the epoch.
    pub found: i64,
    /// When it began, as far as that can be told: when the release came, or the drift set in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began: Option<i64>,
    /// When it was withdrawn; `None` while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<i64>,
    /// Why it was withdrawn, in words: `release 1.2.0 was rolled back`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_withdrawn: Option<String>,
    /// The p75 now.
    pub new: Option<f64>,
    /// The p75 before.
    pub old: Option<f64>,
    /// `new / old − 1`.
    pub change: Option<f64>,
    /// The lower end of its confidence interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Page views of the new side, or requests.
    pub new_views: u64,
    /// Of the old side.
    pub old_views: u64,
    /// It in a sentence without a full stop: `LCP is 22 % slower on 3 pages since release 1.2.0`.
    pub words: String,
    /// Where the dashboard shows it.
    pub place: Place,
}

/// How a regression came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegressionKind {
    /// With a release.
    #[default]
    Release,
    /// Without one.
    Drift,
}
