//! Levels that are watched, and the budgets of objectives.
use serde::{Deserialize, Serialize};

use crate::level::{Level, Subject};
use crate::place::Place;
use crate::unit::Unit;

/// `GET /api/levels?app&target`: the levels as they were evaluated last, and objectives with their budgets. `app` and `target`
/// select one subject each; without them all are listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Levels {
    /// When they were evaluated, ms since the epoch; `None` before the first time.
    pub evaluated: Option<i64>,
    /// The levels, by subject and then in the order of the configuration.
    pub levels: Vec<WatchedLevel>,
    /// The objectives, those with the least budget left first.
    pub objectives: Vec<Objective>,
    /// How many levels and objectives are left out, as there are too many.
    pub left_out: usize,
}

/// A level over its own window, which ends when it was evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchedLevel {
    /// Name, subject, value and bound.
    #[serde(flatten)]
    pub level: Level,
    /// What is measured: `LCP`, `request duration`, `checkout.total`.
    pub figure: String,
    /// How: `p75`, `rate`, `mean`, `max`, …
    pub aggregate: String,
    /// The page of an application that it is of; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The length of the window, ms.
    pub window: i64,
    /// With fewer samples than this it says nothing.
    pub least: u64,
    /// Whether the configuration names it; the others are there by default.
    #[serde(default)]
    pub own: bool,
    /// Why it has no value, in words: `3 of at least 20 samples`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Where its figure is shown.
    #[serde(default)]
    pub place: Place,
}

/// A share of minutes in which a level is to be met, and what is left of the others: the error budget.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Objective {
    /// Its name in the configuration.
    pub name: String,
    /// The level's name.
    pub level: String,
    /// The name of the target or app.
    pub subject: String,
    /// Whether the subject is a target.
    pub backend: bool,
    /// The page of an application that it is of; `None` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The share of minutes in which the level is to be met, such as 0.99.
    #[serde(serialize_with = "crate::number::plain")]
    pub objective: f64,
    /// The time that it is about, ms: 30 days.
    pub window: i64,
    /// Minutes of this time in which the level was met.
    pub good: u64,
    /// Minutes in which it was not.
    pub bad: u64,
    /// Minutes that say nothing, because of too few samples or none. They count neither way.
    pub unknown: u64,
    /// The share of the budget that is left: 1 for all, 0 for none, less where it is overspent. `None` without a minute
    /// that says anything.
    pub left: Option<f64>,
    /// How fast it is spent, by pairs of windows, the fastest first.
    pub burns: Vec<Burn>,
    /// Whether one of the burn rates is at its bound.
    pub burning: bool,
    /// Where its figure is shown.
    pub place: Place,
}

/// How fast a budget is spent: 1 spends it in exactly the time of the objective. It burns where both windows reach the bound:
/// the long one says that it matters, the short one that it goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Burn {
    /// The long window, ms.
    pub long: i64,
    /// The short window, ms.
    pub short: i64,
    /// The burn rate over the long window; `None` where that says nothing.
    pub long_rate: Option<f64>,
    /// The burn rate over the short window.
    pub short_rate: Option<f64>,
    /// The bound, such as 14.4.
    #[serde(serialize_with = "crate::number::plain")]
    pub bound: f64,
    /// Whether both windows reach it.
    pub burning: bool,
}

/// A figure and its bound, as an alert has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// The value; `None` where nothing is known.
    pub value: Option<f64>,
    /// The bound; `None` where there is none, as for a target that is down.
    pub bound: Option<f64>,
    /// Whether the value must stay above the bound.
    pub above: bool,
    /// The unit of both.
    pub unit: Unit,
    /// Whether the true value is only known to be greater, as in [`Level::beyond`].
    pub beyond: bool,
    /// How many samples the value is computed from, where that is known.
    pub count: Option<u64>,
}

/// A target, an application, or one page of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// The name of the target or app.
    pub name: String,
    /// Whether it is a target: an app may have the same name.
    pub backend: bool,
    /// The page of the app; `None` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

impl From<&Subject> for About {
    fn from(subject: &Subject) -> Self {
        Self { name: subject.name.clone(), backend: subject.backend, page: None }
    }
}
