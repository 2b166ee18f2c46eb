//! What a look starts from.
use std::collections::HashMap;
use std::sync::Arc;

use whippet_api::{Regression, Target};
use whippet_watch::levels::HourBits;

use super::memory::Memory;
use super::rules::RuleSet;

/// What a look starts from.
pub struct Inputs {
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// All targets, and how their last scrapes went.
    pub targets: Vec<Target>,
    /// The time between two scrapes where a target has none of its own, ms.
    pub interval: i64,
    /// Regressions that last; `None` where nobody has looked.
    pub regressions: Option<Arc<Vec<Regression>>>,
    /// When this collector began to look, and when somebody did again.
    pub memory: Memory,
    /// Now, ms since the epoch.
    pub now: i64,
}

impl Inputs {
    /// The time between two scrapes of a target, ms.
    pub fn interval_of(&self, target: &str) -> i64 {
        let found = self.targets.iter().find(|known| known.name == target);
        found.map(|known| known.interval).filter(|interval| *interval > 0).unwrap_or(self.interval)
    }
}

/// The hours of objectives, by name and subject.
pub type Hours = HashMap<(String, String), Vec<(i64, HourBits)>>;
