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

    fn receivers<'s>(&'s self, rules: &'s RuleSet) -> Vec<&'s String> {
        let known = &self.kept.receivers;
        match self.rule {
            Some(rule) => rules.receivers(rule).iter().collect(),
            // An older version did not note them.
            None if known.is_empty() => rules.receivers.iter().collect(),
            // Nobody is told of the end of what they never heard of.
            None => known.iter().filter(|name| rules.receivers.contains(name)).collect(),
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
    let mut groups: BTreeMap<(String, Labels), Vec<usize>> = BTreeMap::new();
    for (place, alert) in current.iter().enumerate() {
        // What is well and was not told says nothing to anybody.
        if alert.is_due() || alert.kept.alert.open && !alert.silenced {
            for receiver in alert.receivers(rules) {
                groups.entry((receiver.clone(), alert.group())).or_default().push(place);
            }
        }
    }
    groups.retain(|_, places| places.iter().any(|place| current[*place].is_due()));
    let mut all = Vec::new();
    let mut told: BTreeMap<usize, usize> = BTreeMap::new();
    for ((receiver, group), places) in groups {
        let alerts = places.iter().map(|place| current[*place].notified(external_url)).collect();
        for place in places {
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
    // What is over is over also where nobody is told any more.
    for alert in current.iter_mut() {
        if !alert.kept.alert.open && alert.kept.alert.told && alert.receivers(rules).is_empty() {
            alert.kept.alert.tell(now);
        }
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
