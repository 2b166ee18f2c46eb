//! Alerts: what fires, what fired, and what is silenced.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::levels::{About, Reading};
use crate::place::Place;

/// `GET /api/alerts?app&target`: the alerts that are not ok, and what goes wrong in watching. `app` and `target` select one
/// subject each; without them all are listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerts {
    /// When the rules were evaluated last, ms since the epoch; `None` before the first time. They are every 30 s.
    pub evaluated: Option<i64>,
    /// How many rules are evaluated.
    pub rules: usize,
    /// The alerts that are firing, pending or without data; and those that were resolved within the last hour. Firing ones
    /// first, the oldest first among them.
    pub alerts: Vec<Alert>,
    /// How many of them are left out, as there are too many.
    pub left_out: usize,
    /// How many there are, those that are left out included.
    pub counts: AlertCounts,
    /// The silences that have not ended, and those that ended within the last day; the newest first.
    pub silences: Vec<Silence>,
    /// The names of the receivers. Where there is none, nothing is sent.
    pub receivers: Vec<String>,
    /// Notifications that could not be sent, the newest first; at most 100.
    pub undelivered: Vec<Undelivered>,
    /// Rules, levels, objectives and receivers of the configuration that are wrong, and are left out.
    pub wrong: Vec<WrongRule>,
}

/// How many alerts there are by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertCounts {
    /// Firing, without the silenced ones.
    pub firing: u64,
    /// Pending.
    pub pending: u64,
    /// Without data.
    pub no_data: u64,
    /// Firing and silenced.
    pub silenced: u64,
}

/// An alert: a rule for one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alert {
    /// Names it in the history and in notifications: the fingerprint of its labels, in hex.
    pub id: String,
    /// The rule's name.
    pub rule: String,
    /// What the rule watches.
    pub watches: Watches,
    /// What it is about.
    pub about: About,
    /// Its state.
    pub state: AlertState,
    /// Since when it is in this state, ms since the epoch.
    pub since: i64,
    /// When a pending alert fires if nothing changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fires_at: Option<i64>,
    /// The figure and its bound.
    #[serde(flatten)]
    pub reading: Reading,
    /// What is the matter, in a sentence without a full stop: `LCP p75 of shop is 3.1 s, above 2.5 s`.
    pub summary: String,
    /// All labels, which silences match. `alertname`, and `app` or `target`, are always there.
    pub labels: BTreeMap<String, String>,
    /// The ids of the silences that match it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silenced_by: Vec<String>,
    /// When the last notification about it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notified: Option<i64>,
    /// Where the dashboard shows why.
    pub place: Place,
}

/// The state of an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// All is well.
    #[default]
    Ok,
    /// Its condition holds, but not yet for long enough.
    Pending,
    /// Its condition has held for long enough.
    Firing,
    /// Its condition held, and does no longer.
    Resolved,
    /// Nothing is known.
    NoData,
}

/// What a rule watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watches {
    /// A level.
    #[default]
    Level,
    /// The budget of an objective.
    Objective,
    /// An expression of one figure.
    Figure,
    /// Whether a target can be scraped.
    Down,
    /// Whether an application reports.
    Silent,
    /// Errors that were not seen before in this release.
    NewError,
    /// Regressions.
    Regression,
}

/// `GET /api/alerts/history?app&target&rule&id&from&to`: what alerts did in the range, the newest first. All but the range may be
/// left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertHistory {
    /// The changes of state; at most 500.
    pub events: Vec<AlertEvent>,
    /// How many older ones in the range are left out.
    pub left_out: usize,
}

/// A change of an alert's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertEvent {
    /// When, ms since the epoch.
    pub time: i64,
    /// The alert's id.
    pub id: String,
    /// The rule's name.
    pub rule: String,
    /// What the alert is about.
    pub about: About,
    /// The state before.
    pub before: AlertState,
    /// The state from then on.
    pub state: AlertState,
    /// How long it was in the state before, ms; `None` where nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasted: Option<i64>,
    /// The figure and its bound at that time.
    #[serde(flatten)]
    pub reading: Reading,
    /// As [`Alert::summary`].
    pub summary: String,
    /// Whether it was silenced, so that nobody was told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub silenced: bool,
    /// Where the dashboard shows why.
    pub place: Place,
}

/// A silence: alerts that it matches notify nobody until it ends. `GET /api/alerts/silences` lists those that [`Alerts`] does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Silence {
    /// Names it in `DELETE /api/alerts/silences/ID`.
    pub id: String,
    /// It matches alerts that all of these match.
    pub matchers: Vec<Matcher>,
    /// When it was made, ms since the epoch.
    pub from: i64,
    /// When it ends, or ended.
    pub until: i64,
    /// Why.
    pub reason: String,
    /// Who made it, as far as they said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// How many alerts that are not ok it matches now.
    pub alerts: u64,
}

/// What a silence matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matcher {
    /// A label's name.
    pub label: String,
    /// Its value. A `*` stands for any text.
    pub value: String,
    /// Whether the label must have the value; otherwise it must not. A label that is missing is empty.
    #[serde(default = "yes")]
    pub equal: bool,
}

impl Matcher {
    /// Whether it matches these labels.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.label).map_or("", String::as_str);
        is_like(value, &self.value) == self.equal
    }

    /// Whether it matches where the label is missing.
    pub fn matches_nothing(&self) -> bool {
        self.matches(&BTreeMap::new())
    }
}

/// Whether `text` is `pattern`, in which a `*` stands for any text.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    // The first place of each part leaves the most for those after it.
    for part in parts {
        let Some(place) = left.find(part) else { return false };
        left = &left[place + part.len()..];
    }
    left.ends_with(last)
}

const fn yes() -> bool {
    true
}

/// The body of `POST /api/alerts/silences`, which answers 201 with the [`Silence`]. With `id` it replaces a silence that has not
/// ended. `DELETE /api/alerts/silences/ID` ends one now, and answers 204.
///
/// Both are refused with 403 where `Sec-Fetch-Site` or `Origin` say that a page of another site asks, and with 415 where the
/// body of a POST is not `application/json`, which such a page cannot send without asking first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewSilence {
    /// The silence that it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// At least one, and one that no empty value matches: nothing may silence everything by mistake.
    pub matchers: Vec<Matcher>,
    /// When it ends, ms since the epoch. This or `lasts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// How long it lasts from now on, ms: by the collector's clock, which the browser's may not follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts: Option<i64>,
    /// Why; not empty.
    pub reason: String,
    /// Who makes it, as a text that is shown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
}

/// A notification that could not be sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Undelivered {
    /// The receiver's name.
    pub receiver: String,
    /// What it is about: `LCP is slow, shop`.
    pub about: String,
    /// How many alerts it has.
    pub alerts: u64,
    /// Whether it says that they fire; otherwise that they are resolved.
    pub firing: bool,
    /// When it was first tried, ms since the epoch.
    pub first: i64,
    /// When it was last tried.
    pub last: i64,
    /// How often it was tried.
    pub attempts: u64,
    /// Whether it is tried no more.
    pub given_up: bool,
    /// When it is tried again, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
    /// Why it could not be sent. No secret is in it.
    pub error: String,
}

/// A part of the configuration that is wrong; the rest is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WrongRule {
    /// What it is and what it is called: `alert "slow checkout"`.
    pub name: String,
    /// The line in the file, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What is wrong with it, and what to do.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (text, pattern) in [
            ("", ""),
            ("", "*"),
            ("shop", "*"),
            ("shop", "s*p"),
            ("shop", "*ho*"),
            ("a/b/c", "a*b*c"),
            ("aab", "*ab"),
            ("shop", "shop*"),
        ] {
            assert!(is_like(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [
            ("shop", ""),
            ("", "a*"),
            ("shop", "s*x"),
            ("ab", "ab*b"),
            ("a", "a*a"),
            ("acb", "a*b*c"),
            ("Shop", "shop"),
        ] {
            assert!(!is_like(text, pattern), "{text} {pattern}");
        }
    }

    #[test]
    fn a_missing_label_is_empty() {
        let labels = BTreeMap::from([("app".to_owned(), "shop".to_owned())]);
        let matcher = |label: &str, value: &str, equal| Matcher {
            label: label.to_owned(),
            value: value.to_owned(),
            equal,
        };
        assert!(matcher("app", "sh*", true).matches(&labels));
        assert!(!matcher("app", "shop", false).matches(&labels));
        assert!(
            matcher("page", "", true).matches(&labels) && matcher("page", "/cart", false).matches(&labels)
        );
        assert!(
            matcher("page", "*", true).matches_nothing() && !matcher("app", "shop", true).matches_nothing()
        );
    }
}
