//! What receivers are told: the alerts of one app or target together, when one of them changes or it is time to say it again.
use std::collections::BTreeMap;

use whippet_watch::alerts::AlertRule;
use whippet_watch::levels::Subject;
use whippet_watch::notification::{Labels, Notification, NotifiedAlert};

use super::kept::Kept;
use super::rules::RuleSet;
use super::words;

/// An alert as it is now.
pub struct Current<'r> {
    /// The fingerprint of its labels.
    pub id: String,
    /// The alert.
    pub kept: Kept,
    /// Its rule, if it is still there.
    pub rule: Option<&'r AlertRule>,
    /// Whether a silence matches it.
    pub silenced: bool,
}

impl Current<'_> {
    fn is_due(&self) -> bool {
        match self.rule {
            Some(rule) => self.kept.alert.is_due(rule, self.silenced),
            // Of a rule that is gone nobody is told but those who know of it.
            None => self.kept.alert.told && !self.kept.alert.open,
        }
    }

    /// Whether a receiver is to be told: all are, or the others know that it fires, and this one is named only since.
    fn is_due_for(&self, receiver: &str) -> bool {
        let Kept { alert, receivers, .. } = &self.kept;
        // An older version did not note them.
        let is_named_since = || !receivers.is_empty() && receivers.iter().all(|known| known != receiver);
        self.is_due() || alert.open && alert.told && !self.silenced && is_named_since()
    }

    /// Who is told: while it fires, those that its rule names; that it is over, those who heard that it fires, and no others.
    fn receivers<'s>(&'s self, rules: &'s RuleSet) -> Vec<&'s String> {
        let known = &self.kept.receivers;
        let named = self.rule.map(|rule| rules.receivers(rule));
        match named {
            Some(named) if self.kept.alert.open || known.is_empty() => named.iter().collect(),
            // An older version did not note them.
            None if known.is_empty() && !self.kept.alert.open => rules.receivers.iter().collect(),
            _ => {
                let named = named.unwrap_or_default();
                known.iter().filter(|name| rules.receivers.contains(name) || named.contains(name)).collect()
            }
        }
    }

    /// Notes that a receiver is told that it fires.
    fn heard(&mut self, receiver: &str) {
        let known = &mut self.kept.receivers;
        if self.kept.alert.open && known.iter().all(|known| known != receiver) {
            known.push(receiver.to_owned());
        }
    }

    /// An app with its pages, or a target.
    fn group(&self) -> Labels {
        let subject = Subject::from_key(&self.kept.subject);
        let named = |label: &str, name: &str| Labels::from([(label.to_owned(), name.to_owned())]);
        match subject {
            Some(Subject::Target(target)) => named("target", &target),
            Some(Subject::App(app) | Subject::Page { app, .. }) => named("app", &app),
            None => Labels::new(),
        }
    }

    fn notified(&self, external_url: &str) -> NotifiedAlert {
        let Kept { alert, labels, summary, place, reading, .. } = &self.kept;
        let said = self.rule.and_then(|rule| rule.summary.as_deref());
        let value = reading.value.map(|value| words::amount(value, reading.unit)).unwrap_or_default();
        let mut annotations = Labels::from([("description".to_owned(), summary.clone())]);
        let said = match said {
            Some(text) => text.replace("{value}", &value).replace(
                "{subject}",
                &Subject::from_key(&self.kept.subject).map(|of| of.to_string()).unwrap_or_default(),
            ),
            None => summary.clone(),
        };
        annotations.insert("summary".to_owned(), said);
        if !value.is_empty() {
            annotations.insert("value".to_owned(), value);
        }
        if let Some(runbook) = self.rule.and_then(|rule| rule.runbook.clone()) {
            annotations.insert("runbook_url".to_owned(), runbook);
        }
        let ends_at = if alert.open { None } else { alert.resolved_at };
        let url = format!("{external_url}{}", place.address());
        NotifiedAlert::new(labels.clone(), annotations, (alert.fired_at, ends_at), url)
    }
}

/// The notifications that are due: the receiver, and the notification as JSON. The alerts in them are told from now on.
pub fn tell(
    rules: &RuleSet,
    current: &mut [Current<'_>],
    now: i64,
    external_url: &str,
) -> Vec<(String, String)> {
    // Who heard that it fired before does not know that it does again.
    for alert in current.iter_mut().filter(|alert| alert.kept.alert.open && !alert.kept.alert.told) {
        alert.kept.receivers.clear();
    }
    let mut groups: BTreeMap<(String, Labels), Vec<usize>> = BTreeMap::new();
    for (place, alert) in current.iter().enumerate() {
        // What is well and was not told says nothing to anybody.
        if alert.is_due() || alert.kept.alert.open && !alert.silenced {
            for receiver in alert.receivers(rules) {
                groups.entry((receiver.clone(), alert.group())).or_default().push(place);
            }
        }
    }
    groups.retain(|(receiver, _), places| {
        // An end alone is nothing to a receiver that is told of none.
        let is_news = |alert: &Current<'_>| alert.kept.alert.open || !rules.firing_only.contains(receiver);
        let mut alerts = places.iter().map(|place| &current[*place]);
        alerts.any(|alert| alert.is_due_for(receiver) && is_news(alert))
    });
    let mut all = Vec::new();
    let mut told: BTreeMap<usize, usize> = BTreeMap::new();
    for ((receiver, group), places) in groups {
        let alerts = places.iter().map(|place| current[*place].notified(external_url)).collect();
        for place in places {
            current[place].heard(&receiver);
            *told.entry(place).or_default() += 1;
        }
        let key: Vec<String> = group.iter().map(|(label, value)| format!("{label}={value:?}")).collect();
        let key = format!("{{}}:{{{}}}", key.join(", "));
        let notification = Notification::new(receiver.clone(), key, group, alerts);
        if let Ok(body) = serde_json::to_string(&notification) {
            all.push((receiver, body));
        }
    }
    for (place, receivers) in told {
        // One that is told to some only because another is due is still to be told to the rest.
        if current[place].is_due() || receivers == current[place].receivers(rules).len() {
            current[place].kept.alert.tell(now);
        }
    }
    // What is over is over also where nobody is told, or nobody any more.
    for alert in current.iter_mut().filter(|alert| !alert.kept.alert.open && alert.kept.alert.told) {
        alert.kept.alert.tell(now);
    }
    all
}

/// What fires and is not silenced, by receiver.
pub fn firing(
    rules: &RuleSet,
    current: &[Current<'_>],
    external_url: &str,
) -> Vec<(String, Vec<NotifiedAlert>)> {
    let mut firing: BTreeMap<String, Vec<NotifiedAlert>> = BTreeMap::new();
    for alert in current.iter().filter(|alert| alert.kept.alert.open && !alert.silenced) {
        for receiver in alert.receivers(rules) {
            firing.entry(receiver.clone()).or_default().push(alert.notified(external_url));
        }
    }
    firing.into_iter().collect()
}
