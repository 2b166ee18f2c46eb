//! What an alert watches, and how it behaves.
use std::collections::BTreeMap;

use crate::levels::{Bound, LevelRule, Scope};

/// What is done while nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoData {
    /// It is a state of its own, which nobody is notified of.
    #[default]
    State,
    /// As if the condition held.
    Fire,
    /// As if it did not hold.
    Ok,
    /// As it was.
    Keep,
}

/// What a rule watches.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// A level by its name is not met. `Rules` has replaced it by [`Condition::Level`] of each level of that name.
    Named {
        /// The name of the level.
        level: String,
        /// For which of its subjects; all if `None`.
        scope: Option<Scope>,
    },
    /// A level, or an expression of one figure, is not met.
    Level(LevelRule),
    /// The error budget of an objective burns too fast: any of the four burn rates, or those that page, or those that do not.
    Burn {
        /// The name of the objective.
        objective: String,
        /// `Some(true)`: only those that somebody should get up for. `Some(false)`: only those that can wait.
        page: Option<bool>,
    },
    /// A target is down: its scrapes fail, or are overdue.
    Down(Scope),
    /// An app fell silent: it sends much less than is usual at this hour of the week.
    Silent {
        /// Which apps.
        scope: Scope,
        /// Over how long, ms.
        window: i64,
        /// The share of the usual page views below which it is silent.
        below: f64,
        /// With fewer usual page views in the window nothing is known.
        min_samples: u64,
    },
    /// An error that was not seen before.
    NewError {
        /// Which apps.
        scope: Scope,
        /// For how long an error is new, ms.
        window: i64,
        /// With fewer occurrences it does not count.
        min_samples: u64,
    },
    /// A release made something slower.
    Regression(Scope),
    /// Something became slower without a release.
    Drift(Scope),
}

/// An alert, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRule {
    /// Its name, which is its own.
    pub name: String,
    /// What it watches.
    pub condition: Condition,
    /// For how long the condition must hold, ms.
    pub hold: i64,
    /// For how long it must not hold before the alert ends, ms.
    pub keep_firing_for: i64,
    /// An alert that fires ends only once the figure keeps this bound.
    pub resolve: Option<Bound>,
    /// How often those who were notified are told again, ms.
    pub repeat: i64,
    /// Who is notified; the default receivers if empty.
    pub receivers: Vec<String>,
    /// `page`, `ticket` or another word, as the label `severity`.
    pub severity: String,
    /// Labels that are added to its alerts.
    pub labels: BTreeMap<String, String>,
    /// What is said with it.
    pub summary: Option<String>,
    /// Where it is said what to do.
    pub runbook: Option<String>,
    /// What is done while nothing is known.
    pub no_data: NoData,
}
