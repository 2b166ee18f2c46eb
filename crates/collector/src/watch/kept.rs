//! An alert as the store keeps it.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use whippet_api::{About, AlertState, Place, Reading, Watches};
use whippet_store::watching::KeptState;
use whippet_watch::alerts::{Alert, Condition, State};
use whippet_watch::levels::Subject;

/// An alert, with what is said of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The rule's name.
    pub rule: String,
    /// The key of its subject.
    pub subject: String,
    /// All labels.
    pub labels: BTreeMap<String, String>,
    /// Its state.
    pub alert: Alert,
    /// The figure and its bound.
    pub reading: Reading,
    /// What is the matter.
    pub summary: String,
    /// Where the dashboard shows why.
    pub place: Place,
    /// What the rule watches.
    pub watches: Watches,
    /// When it fires, while it is pending.
    #[serde(default)]
    pub fires_at: Option<i64>,
    /// Who was told that it fires: they are to know that it is over, also where its rule is gone or names others by then.
    #[serde(default)]
    pub receivers: Vec<String>,
}

impl Kept {
    /// What it is about.
    pub fn about(&self) -> About {
        Subject::from_key(&self.subject).as_ref().map(about).unwrap_or_default()
    }

    /// Its state for the dashboard: an alert that is ok and is still kept was resolved.
    pub fn state(&self) -> AlertState {
        match self.alert.state {
            State::Ok if self.alert.resolved_at.is_some() => AlertState::Resolved,
            state => api_state(state),
        }
    }
}

/// All that the store keeps, by id. A row that cannot be read, as of another version, is left out.
pub fn states(rows: Vec<KeptState>) -> Vec<(String, Kept)> {
    rows.into_iter().filter_map(|row| Some((row.id, serde_json::from_str(&row.state).ok()?))).collect()
}

/// A state for the dashboard.
pub fn api_state(state: State) -> AlertState {
    match state {
        State::Ok => AlertState::Ok,
        State::Pending => AlertState::Pending,
        State::Firing => AlertState::Firing,
        State::NoData => AlertState::NoData,
    }
}

/// A subject for the dashboard.
pub fn about(subject: &Subject) -> About {
    About {
        name: subject.target().or(subject.app()).unwrap_or_default().to_owned(),
        backend: subject.target().is_some(),
        page: subject.page().map(str::to_owned),
    }
}

/// What a rule watches, for the dashboard.
pub fn watches(rule: &str, condition: &Condition) -> Watches {
    match condition {
        Condition::Named { .. } => Watches::Level,
        // An expression is a level that is called as the rule is.
        Condition::Level(level) if level.name == rule => Watches::Figure,
        Condition::Level(_) => Watches::Level,
        Condition::Burn { .. } => Watches::Objective,
        Condition::Down(_) => Watches::Down,
        Condition::Silent { .. } => Watches::Silent,
        Condition::NewError { .. } => Watches::NewError,
        Condition::Regression(_) | Condition::Drift(_) => Watches::Regression,
    }
}
