//! What tells one series of a target from another.
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::scrape::Sample;

/// A series' labels as a JSON object with sorted keys, and its name behind them. The object ends where its brace is closed, so two
/// series never have the same text. One buffer serves all samples of a scrape: most series are known, and looked up alone.
#[derive(Default)]
pub struct Identity {
    text: String,
    /// The length of the labels.
    labels: usize,
}

impl Identity {
    /// Makes it that of `sample`.
    pub fn set(&mut self, sample: &Sample) {
        self.text.clear();
        let pairs = sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        if sample.labels.is_sorted_by(|a, b| a.0 < b.0) {
            write_labels(&mut self.text, pairs);
        } else {
            // Of two values of one label the last counts.
            write_labels(&mut self.text, pairs.collect::<BTreeMap<&str, &str>>().into_iter());
        }
        self.labels = self.text.len();
        self.text.push_str(&sample.name);
    }

    /// The identity of a series that is stored.
    pub fn stored(name: &str, labels: &str) -> Box<str> {
        format!("{labels}{name}").into_boxed_str()
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The labels.
    pub fn labels(&self) -> &str {
        self.text.get(..self.labels).unwrap_or_default()
    }
}

/// A number for the value of the label `instance`; never 0.
pub fn hash(instance: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    instance.hash(&mut hasher);
    hasher.finish() | 1
}

/// The same for labels as they are stored; 0 where they have no such label.
pub fn instance_of(labels: &str) -> u64 {
    // Hardly any series has one, and reading JSON takes long.
    if !labels.contains("\"instance\":") {
        return 0;
    }
    let labels: BTreeMap<String, String> = serde_json::from_str(labels).unwrap_or_default();
    labels.get("instance").map_or(0, |instance| hash(instance))
}

fn write_labels<'a>(text: &mut String, labels: impl Iterator<Item = (&'a str, &'a str)>) {
    text.push('{');
    for (index, (name, value)) in labels.enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_text(text, name);
        text.push(':');
        write_text(text, value);
    }
    text.push('}');
}

/// Writes a JSON string as `serde_json` does, whose texts are stored.
fn write_text(out: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        // A text always has a JSON form.
        let _ = write!(out, "{}", serde_json::Value::from(text));
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;
    use crate::scrape::Sample;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn labels_are_those_that_serde_json_writes(
            name in "[a-z]{1,4}",
            labels in prop::collection::vec(("\\PC{0,4}", any::<String>()), 0..4),
        ) {
            let map: BTreeMap<String, String> = labels.iter().cloned().collect();
            let sample = Sample { name: name.clone(), labels, value: 0.0, counter: false, created: None };
            let mut identity = Identity::default();
            identity.set(&sample);
            let expected = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(identity.labels(), &expected);
            prop_assert_eq!(identity.as_str(), &*Identity::stored(&name, &expected));
        }
    }
}
