//! All rules together: what one names must be there, and names are unique. A rule that is wrong is left out, and the rest run.
use std::collections::HashSet;
use std::fmt;

use super::rule::{AlertRule, Condition};
use crate::levels::{LevelRule, ObjectiveRule, defaults};

/// The most rules of each kind.
const MOST: usize = 5_000;

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `level`, `objective` or `alert`.
    pub kind: &'static str,
    /// The name of the rule.
    pub name: String,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[[{}]] '{}': {}", self.kind, self.name, self.message)
    }
}

/// The rules that run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// The default levels, then one's own. One's own of the same name stands in for a default one.
    pub levels: Vec<LevelRule>,
    /// Objectives.
    pub objectives: Vec<ObjectiveRule>,
    /// Alerts. Their named levels are resolved.
    pub alerts: Vec<AlertRule>,
}

impl Rules {
    /// Puts rules together, and says what is wrong with those that are left out.
    pub fn new(
        levels: Vec<LevelRule>,
        objectives: Vec<ObjectiveRule>,
        alerts: Vec<AlertRule>,
    ) -> (Self, Vec<Fault>) {
        let mut faults = Vec::new();
        let own = unique("level", levels, |level| level.name.clone(), &mut faults);
        let mut levels = defaults();
        levels.retain(|level| own.iter().all(|other| other.name != level.name));
        levels.extend(own);
        let mut objectives = unique("objective", objectives, |objective| objective.name.clone(), &mut faults);
        objectives.retain(|objective| {
            let found = levels.iter().any(|level| level.name == objective.level);
            if !found {
                faults.push(missing("objective", &objective.name, "level", &objective.level));
            }
            found
        });
        let alerts = unique("alert", alerts, |alert| alert.name.clone(), &mut faults);
        let resolve = |mut alert: AlertRule| {
            match &alert.condition {
                Condition::Named { level, scope } => {
                    let Some(found) = levels.iter().find(|known| known.name == *level) else {
                        faults.push(missing("alert", &alert.name, "level", level));
                        return None;
                    };
                    let mut found = found.clone();
                    if let Some(scope) = scope {
                        if scope.is_target() != found.scope.is_target() {
                            let message =
                                format!("the level '{level}' is not of what `target` or `app` name");
                            faults.push(Fault { kind: "alert", name: alert.name, message });
                            return None;
                        }
                        found.scope = scope.clone();
                    }
                    alert.condition = Condition::Level(found);
                }
                Condition::Burn { objective, .. }
                    if objectives.iter().all(|known| known.name != *objective) =>
                {
                    faults.push(missing("alert", &alert.name, "objective", objective));
                    return None;
                }
                _ => {}
            }
            Some(alert)
        };
        let alerts = alerts.into_iter().filter_map(resolve).collect();
        (Self { levels, objectives, alerts }, faults)
    }

    /// A level by its name.
    pub fn level(&self, name: &str) -> Option<&LevelRule> {
        self.levels.iter().find(|level| level.name == name)
    }
}

fn missing(kind: &'static str, name: &str, what: &str, wanted: &str) -> Fault {
    let message = format!("there is no {what} '{wanted}', or it is wrong: see the names in /api/levels");
    Fault { kind, name: name.to_owned(), message }
}

/// The rules whose names are their own, as many as may be.
fn unique<T>(
    kind: &'static str,
    rules: Vec<T>,
    name: impl Fn(&T) -> String,
    faults: &mut Vec<Fault>,
) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for rule in rules {
        let name = name(&rule);
        let message = if kept.len() >= MOST {
            format!("there are more than {MOST} rules of its kind: it is left out")
        } else if !seen.insert(name.clone()) {
            "another one has this name: give each its own".to_owned()
        } else {
            kept.push(rule);
            continue;
        };
        faults.push(Fault { kind, name, message });
    }
    kept
}
