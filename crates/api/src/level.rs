//! Service levels, and whose they are.
use serde::{Deserialize, Serialize};

use crate::unit::Unit;

/// A backend or an application whose levels are measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// A target's or an app's name.
    pub name: String,
    /// Whether it is a scraped target.
    pub backend: bool,
    /// When its newest data arrived; `None` if none ever did.
    pub last: Option<i64>,
    /// Whether new data is overdue.
    pub stopped: bool,
    /// Why the last scrape failed.
    pub error: Option<String>,
}

/// One service level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// For example `Response p95`.
    pub name: String,
    /// The name of the target or app.
    pub subject: String,
    /// Whether the subject is a target: an app may have the same name.
    #[serde(default)]
    pub backend: bool,
    /// The value over the range; `None` without data.
    pub value: Option<f64>,
    /// How many page views the value is computed from; `None` for a backend.
    #[serde(default)]
    pub count: Option<u64>,
    /// The bound.
    #[serde(serialize_with = "crate::number::plain")]
    pub bound: f64,
    /// Whether the value must stay above the bound (a hit rate) or below it (all others).
    pub above: bool,
    /// Whether a value equal to the bound meets the level, as for web vitals.
    pub inclusive: bool,
    /// The unit of value and bound.
    pub unit: Unit,
    /// Whether the true value is only known to be greater than `value`: it is beyond a histogram's last finite bucket.
    #[serde(default)]
    pub beyond: bool,
}

impl Level {
    /// Whether the level is met; `None` without data. A value beyond the last bucket has no upper limit, so it is not known to
    /// stay below a bound.
    pub fn met(&self) -> Option<bool> {
        self.value.map(|value| {
            if self.beyond && !self.above {
                return false;
            }
            let beyond = if self.above { value > self.bound } else { value < self.bound };
            beyond || self.inclusive && value == self.bound
        })
    }
}
