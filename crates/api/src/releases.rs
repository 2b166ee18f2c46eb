//! The releases of applications and targets.
use serde::{Deserialize, Serialize};

use crate::compare::Verdict;
use crate::levels::About;

/// `GET /api/releases?app&target&from&to`: releases with data in the range, the one seen first last. `app` and `target` select one
/// subject each; without them those of all are listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Releases {
    /// The releases; at most 200.
    pub releases: Vec<Release>,
    /// How many are left out.
    pub left_out: usize,
    /// How many applications and backends are left out with all of their releases, as there are too many: they can be asked for one by one.
    pub subjects_left_out: usize,
    /// The share of page views in the range that do not say of which release they are, 0 to 1; `None` without page views.
    pub unnamed: Option<f64>,
}

/// A release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Release {
    /// The application or the target.
    pub about: About,
    /// Its name.
    pub name: String,
    /// When it was first seen, also before the range; ms since the epoch. As exact as what is kept of that time: to the minute,
    /// the hour or the day.
    pub first: i64,
    /// When it was last seen.
    pub last: i64,
    /// Page views in the range, or requests.
    pub views: u64,
    /// Its share of the subject's newest hour with page views, 0 to 1.
    #[serde(serialize_with = "crate::number::plain")]
    pub share: f64,
    /// The release that it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The verdict on it beside that release, by the p75 over all pages.
    pub verdict: Verdict,
    /// It in words, without a full stop: `LCP slower by 18 % to 25 %`.
    pub words: String,
    /// Whether it is still watched: new beside old in the same hours.
    pub watched: bool,
    /// The ids of the regressions that were found in it and not withdrawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regressions: Vec<String>,
}
