//! Silences: alerts that one matches notify nobody until it ends.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a silence matches: a label that has, or has not, a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// The value. A `*` stands for any text.
    pub value: String,
    /// Whether the label must have it; otherwise it must not.
    pub equal: bool,
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Identifies it.
    pub id: String,
    /// All of them must match.
    pub matchers: Vec<Matcher>,
    /// Since when, ms since the epoch.
    pub from: i64,
    /// Until when, ms since the epoch.
    pub until: i64,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub author: String,
}

impl Matcher {
    /// Whether the labels match. A label that is missing is empty.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.label).map_or("", String::as_str);
        fits(&self.value, value) == self.equal
    }
}

impl Silence {
    /// The longest silence, ms: a year.
    pub const LONGEST: i64 = 366 * 86_400_000;

    /// What the ids of those begin with that stand in the configuration file.
    pub const PLANNED: &'static str = "file:";

    /// Whether it stands in the configuration file.
    pub fn is_planned(&self) -> bool {
        self.id.starts_with(Self::PLANNED)
    }

    /// Whether it is in force. One that was made before a clock was set back is, too; one that is planned begins by the clock.
    pub fn is_active(&self, now: i64) -> bool {
        now < self.until && (!self.is_planned() || self.from <= now)
    }

    /// Whether it matches an alert.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        !self.matchers.is_empty() && self.matchers.iter().all(|matcher| matcher.matches(labels))
    }

    /// What is wrong with it.
    ///
    /// # Errors
    /// Says what to do.
    pub fn check(&self, now: i64) -> Result<(), String> {
        let (least, most) = (1, 20);
        if !(least..=most).contains(&self.matchers.len()) {
            return Err(format!("a silence has {least} to {most} matchers"));
        }
        for matcher in &self.matchers {
            if matcher.label.is_empty() || matcher.label.len() > 200 || matcher.value.len() > 500 {
                return Err("a matcher has a label of 1 to 200 bytes and a value of up to 500".to_owned());
            }
        }
        if self.matches(&BTreeMap::new()) {
            return Err("this would silence every alert: add a matcher that names a value".to_owned());
        }
        if self.reason.trim().is_empty() || self.reason.len() > 1000 {
            return Err("say why, in `reason`: up to 1,000 bytes".to_owned());
        }
        if self.author.len() > 200 {
            return Err("`author` has at most 200 bytes".to_owned());
        }
        if self.until <= now {
            return Err(
                "it would have ended already: set `until` to a time to come, ms since 1970, or `lasts`"
                    .to_owned(),
            );
        }
        if self.until - now > Self::LONGEST {
            return Err("a silence ends within a year".to_owned());
        }
        Ok(())
    }
}

/// Whether a text fits a pattern in which `*` is any text. Takes time by the product of both lengths at most.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "a"),
            ("a*c", "abc"),
            ("a*c", "ac"),
            ("*b*", "abc"),
            ("a*b*c", "axbxbc"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a", "ab"), ("a*a", "a"), ("*b", "abc"), ("a*b*c", "acb")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_silence_matches_what_all_matchers_do() {
        let matcher =
            |label: &str, value: &str, equal| Matcher { label: label.into(), value: value.into(), equal };
        let mut silence = Silence {
            id: "1".into(),
            matchers: vec![matcher("app", "shop", true), matcher("page", "/help*", false)],
            from: 0,
            until: 1000,
            reason: "deploy".into(),
            author: String::new(),
        };
        assert!(silence.matches(&labels(&[("app", "shop"), ("page", "/")])));
        assert!(silence.matches(&labels(&[("app", "shop")])));
        assert!(!silence.matches(&labels(&[("app", "shop"), ("page", "/help/me")])));
        assert!(!silence.matches(&labels(&[("app", "blog")])));
        assert!(silence.is_active(999) && !silence.is_active(1000));
        assert_eq!(silence.check(0), Ok(()));
        assert!(silence.check(1000).is_err());
        silence.matchers = vec![matcher("app", "*", true)];
        assert!(silence.check(0).unwrap_err().contains("every"));
        silence.matchers.clear();
        assert!(silence.check(0).is_err() && !silence.matches(&labels(&[])));
    }
}
