//! What is sent to a receiver: the alerts of one group, all at once. Labels and the fingerprint are Alertmanager's.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Names and values, in the order of the names.
pub type Labels = BTreeMap<String, String>;

/// Whether something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is.
    Firing,
    /// It was.
    Resolved,
}

impl Status {
    /// As the formats of receivers have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

/// The state of a group of alerts, for one receiver. It is kept as JSON until it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The name of the receiver.
    pub receiver: String,
    /// Identifies the group: the notifications of one group have the same key.
    pub group_key: String,
    /// `Firing` if any alert is.
    pub status: Status,
    /// The labels that make the group.
    pub group_labels: Labels,
    /// The labels that all alerts have, with equal values.
    pub common_labels: Labels,
    /// The annotations that all alerts have, with equal values.
    pub common_annotations: Labels,
    /// The alerts that fire, and those that were resolved since the last notification.
    pub alerts: Vec<NotifiedAlert>,
    /// How many more there are: a notification is bounded.
    #[serde(default)]
    pub truncated: u64,
}

/// An alert as a receiver sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifiedAlert {
    /// Whether it fires.
    pub status: Status,
    /// Identify it; `alertname` is among them.
    pub labels: Labels,
    /// Say more of it: `summary` and `description` are usual.
    pub annotations: Labels,
    /// Since when it fires, ms since the epoch.
    pub starts_at: i64,
    /// Until when it fired, ms since the epoch; `None` while it does.
    pub ends_at: Option<i64>,
    /// Where the dashboard shows why.
    pub generator_url: String,
    /// What [`fingerprint`] makes of its labels.
    pub fingerprint: String,
}

impl NotifiedAlert {
    /// An alert that fires since `starts_at`, or did until `ends_at`; ms since the epoch.
    pub fn new(
        labels: Labels,
        annotations: Labels,
        (starts_at, ends_at): (i64, Option<i64>),
        generator_url: String,
    ) -> Self {
        let status = if ends_at.is_some() { Status::Resolved } else { Status::Firing };
        let fingerprint = fingerprint(&labels);
        Self { status, labels, annotations, starts_at, ends_at, generator_url, fingerprint }
    }
}

impl Notification {
    /// The most alerts of a notification.
    pub const ALERTS: usize = 100;

    /// The notification of a group. What fires comes first, and the first [`Notification::ALERTS`] are sent.
    pub fn new(
        receiver: impl Into<String>,
        group_key: impl Into<String>,
        group_labels: Labels,
        mut alerts: Vec<NotifiedAlert>,
    ) -> Self {
        alerts.sort_by_key(|alert| alert.status == Status::Resolved);
        let truncated = alerts.len().saturating_sub(Self::ALERTS) as u64;
        let fires = alerts.first().is_some_and(|alert| alert.status == Status::Firing);
        let common_labels = common(alerts.iter().map(|alert| &alert.labels));
        let common_annotations = common(alerts.iter().map(|alert| &alert.annotations));
        alerts.truncate(Self::ALERTS);
        Self {
            receiver: receiver.into(),
            group_key: group_key.into(),
            status: if fires { Status::Firing } else { Status::Resolved },
            group_labels,
            common_labels,
            common_annotations,
            alerts,
            truncated,
        }
    }

    /// What fires of it, for a receiver that is not told of what is over; `None` where nothing does.
    pub fn firing(mut self) -> Option<Self> {
        let before = self.alerts.len();
        self.alerts.retain(|alert| alert.status == Status::Firing);
        match self.alerts.len() {
            0 => None,
            left if left == before => Some(self),
            // What fires comes first: where one that is over had a place, all that had none are over, too.
            _ => Some(Self::new(self.receiver, self.group_key, self.group_labels, self.alerts)),
        }
    }
}

/// The entries that all sets have with the same value.
fn common<'a>(mut sets: impl Iterator<Item = &'a Labels>) -> Labels {
    let mut common = sets.next().cloned().unwrap_or_default();
    for set in sets {
        common.retain(|name, value| set.get(name) == Some(value));
    }
    common
}

/// Identifies an alert by its labels: the number that Prometheus and Alertmanager calculate for them (FNV-1a of 64 bits over
/// names and values in order, a byte 255 behind each), in hex.
pub fn fingerprint(labels: &Labels) -> String {
    const PRIME: u64 = 0x0100_0000_01b3;
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for text in labels.iter().flat_map(|(name, value)| [name, value]) {
        for byte in text.bytes().chain([255]) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(PRIME);
        }
    }
    format!("{sum:016x}")
}

#[cfg(test)]
mod tests {
    use super::{Labels, Notification, NotifiedAlert, Status, fingerprint};

    fn labels(entries: &[(&str, &str)]) -> Labels {
        entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn alert(page: &str, ends_at: Option<i64>) -> NotifiedAlert {
        let all = labels(&[("alertname", "slow"), ("page", page)]);
        NotifiedAlert::new(all, labels(&[("summary", "slow")]), (1, ends_at), String::new())
    }

    #[test]
    fn a_group_fires_while_one_of_its_alerts_does() {
        let both =
            Notification::new("ops", "slow", Labels::new(), vec![alert("/a", Some(2)), alert("/b", None)]);
        assert_eq!(both.status, Status::Firing);
        assert_eq!(both.alerts[0].labels["page"], "/b", "what fires comes first");
        assert_eq!(both.common_labels, labels(&[("alertname", "slow")]));
        assert_eq!(both.common_annotations, labels(&[("summary", "slow")]));
        let resolved = Notification::new("ops", "slow", Labels::new(), vec![alert("/a", Some(2))]);
        assert_eq!((resolved.status, resolved.common_labels.len()), (Status::Resolved, 2));
    }

    #[test]
    fn what_is_over_is_left_out_for_those_who_are_not_told_of_it() {
        let of = |alerts| Notification::new("ops", "slow", Labels::new(), alerts);
        let both = of(vec![alert("/a", Some(2)), alert("/b", None)]);
        assert_eq!(both.firing(), Some(of(vec![alert("/b", None)])), "as if it had never been there");
        assert_eq!(of(vec![alert("/a", Some(2))]).firing(), None);
        let many = |place: usize| alert(&place.to_string(), (place >= 7).then_some(2));
        let kept = of((0..Notification::ALERTS + 9).map(many).collect()).firing().unwrap();
        assert_eq!((kept.alerts.len(), kept.truncated), (7, 0));
        let all = of((0..Notification::ALERTS + 7).map(|place| alert(&place.to_string(), None)).collect());
        assert_eq!(all.clone().firing(), Some(all));
    }

    #[test]
    fn a_notification_is_bounded_and_says_so() {
        let many = (0..Notification::ALERTS + 7).map(|place| alert(&place.to_string(), None)).collect();
        let notification = Notification::new("ops", "slow", Labels::new(), many);
        assert_eq!((notification.alerts.len(), notification.truncated), (Notification::ALERTS, 7));
    }

    #[test]
    fn a_fingerprint_is_alertmanagers() {
        // The value of no labels is FNV's own beginning; the other is what Alertmanager 0.25 answers for these labels.
        assert_eq!(fingerprint(&Labels::new()), "cbf29ce484222325");
        assert_eq!(fingerprint(&labels(&[("page", "/a"), ("alertname", "slow")])), "822501dacebb13a6");
        assert_ne!(fingerprint(&labels(&[("a", "bc")])), fingerprint(&labels(&[("ab", "c")])));
    }
}
