//! The rules that run, and who is told.
use whippet_api::WrongRule;
use whippet_watch::alerts::{AlertRule, Rules, Silence};

use crate::config;

/// Rules, receivers, and what is wrong with others.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// Levels, objectives and alerts.
    pub rules: Rules,
    /// The names of all receivers.
    pub receivers: Vec<String>,
    /// Those of them that are not told of what is over.
    pub firing_only: Vec<String>,
    /// The silences of the configuration.
    pub silences: Vec<Silence>,
    /// What was left out of the configuration.
    pub wrong: Vec<WrongRule>,
}

impl Default for RuleSet {
    /// The default levels.
    fn default() -> Self {
        let (rules, _) = Rules::new(Vec::new(), Vec::new(), Vec::new());
        Self {
            rules,
            receivers: Vec::new(),
            firing_only: Vec::new(),
            silences: Vec::new(),
            wrong: Vec::new(),
        }
    }
}

impl From<&config::Rules> for RuleSet {
    fn from(rules: &config::Rules) -> Self {
        let wrong = |fault: &config::RuleFault| WrongRule {
            name: fault.what.clone(),
            line: fault.line.map(|line| line as u64),
            message: fault.message.clone(),
        };
        let firing_only = rules.receivers.iter().filter(|receiver| !receiver.send_resolved);
        Self {
            rules: rules.watch.clone(),
            receivers: rules.receivers.iter().map(|receiver| receiver.name.clone()).collect(),
            firing_only: firing_only.map(|receiver| receiver.name.clone()).collect(),
            silences: rules.silences.clone(),
            wrong: rules.faults.iter().map(wrong).collect(),
        }
    }
}

impl RuleSet {
    /// Who is told of a rule's alerts: those that it names, or all.
    pub fn receivers<'a>(&'a self, rule: &'a AlertRule) -> &'a [String] {
        if rule.receivers.is_empty() { &self.receivers } else { &rule.receivers }
    }

    /// Whether a rule stands in the configuration and is left out, as it or its table is wrong.
    pub fn is_wrong(&self, name: &str) -> bool {
        if self.wrong.is_empty() || self.alert(name).is_some() {
            return false;
        }
        let named = [config::what("alert", Some(name)), config::what("alert", None)];
        self.wrong.iter().any(|wrong| named.contains(&wrong.name))
    }

    /// An alert by its name.
    pub fn alert(&self, name: &str) -> Option<&AlertRule> {
        self.rules.alerts.iter().find(|rule| rule.name == name)
    }
}
