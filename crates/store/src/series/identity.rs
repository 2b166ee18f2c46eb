//! What tells one series of a target from another.
use std::collections::BTreeMap;

use crate::scrape::Sample;

/// A series' name and labels, the labels as a JSON object with sorted keys.
#[derive(PartialEq, Eq, Hash)]
pub struct Identity {
    pub name: String,
    pub labels: String,
}

impl Identity {
    pub fn new(sample: &Sample) -> Self {
        let labels: BTreeMap<&str, &str> =
            sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        // A map of strings always has a JSON form.
        Self { name: sample.name.clone(), labels: serde_json::to_string(&labels).unwrap_or_default() }
    }
}
