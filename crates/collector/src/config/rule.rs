//! `[[target.json]]`: a rule for one's own JSON.
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::documents::Rule;

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    path: String,
    metric: String,
    #[serde(rename = "type", default)]
    kind: Kind,
    unit: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Counter,
    #[default]
    Gauge,
}

impl RuleTable {
    /// What it means.
    ///
    /// # Errors
    /// What is wrong, and what to do about it.
    pub fn checked(&self) -> Result<Rule, String> {
        let labels = self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Rule::new(&self.path, &self.metric, self.kind == Kind::Counter, self.unit.as_deref(), labels)
            .map_err(|error| error.to_string())
    }
}
