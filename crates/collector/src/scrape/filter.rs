//! Which metrics of a target are kept, and which labels they lose.
use std::collections::HashSet;

use whippet_store::Sample;

/// A pattern for names: `*` stands for any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// The pattern `text`.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether it stands for `name`. The time is at most the product of both lengths.
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(part) = parts.next() {
            // The last part must be the end; of the others, the first place will do.
            if parts.peek().is_none() {
                return rest.ends_with(part);
            }
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        true
    }
}

/// Which metrics are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these. Empty: all.
    pub include: Vec<Glob>,
    /// Not these.
    pub exclude: Vec<Glob>,
    /// Labels that are taken away.
    pub drop_labels: Vec<String>,
}

impl Filter {
    /// Removes what is not wanted. Series that a missing label makes alike are one: the first counts. Returns how many of
    /// them were left out for that.
    pub fn apply(&self, samples: &mut Vec<Sample>) -> usize {
        if !self.include.is_empty() || !self.exclude.is_empty() {
            samples.retain(|sample| self.keeps(&sample.name));
        }
        if self.drop_labels.is_empty() {
            return 0;
        }
        for sample in &mut *samples {
            sample.labels.retain(|(name, _)| !self.drop_labels.contains(name));
        }
        unique(samples)
    }

    fn keeps(&self, name: &str) -> bool {
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(name));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

/// Keeps the first sample of each series. Returns how many others there were. Labels must be sorted.
pub fn unique(samples: &mut Vec<Sample>) -> usize {
    let mut seen: HashSet<(&str, &[(String, String)])> = HashSet::with_capacity(samples.len());
    let first: Vec<bool> = samples.iter().map(|sample| seen.insert((&sample.name, &sample.labels))).collect();
    let before = samples.len();
    let mut first = first.into_iter();
    samples.retain(|_| first.next().unwrap_or(true));
    before - samples.len()
}

#[cfg(test)]
mod tests {
    use super::{Filter, Glob};
    use whippet_store::Sample;

    #[test]
    fn a_star_stands_for_any_text() {
        for (glob, name, expected) in [
            ("http_requests_total", "http_requests_total", true),
            ("http_requests", "http_requests_total", false),
            ("http_*", "http_requests_total", true),
            ("*_total", "http_requests_total", true),
            ("http_*_total", "http_requests_total", true),
            ("http_*_total", "http_total", false),
            ("*req*tot*", "http_requests_total", true),
            ("*tot*req*", "http_requests_total", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Glob::new(glob).matches(name), expected, "{glob} {name}");
        }
    }

    #[test]
    fn only_what_is_wanted_stays() {
        let sample = |name: &str, labels: &[(&str, &str)], value| Sample {
            name: name.to_owned(),
            labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            value,
            counter: false,
            created: None,
        };
        let mut samples = vec![
            sample("a_x", &[("id", "1"), ("k", "v")], 1.0),
            sample("a_x", &[("id", "2"), ("k", "v")], 2.0),
            sample("a_y", &[], 3.0),
            sample("b_x", &[], 4.0),
        ];
        let filter = Filter {
            include: vec![Glob::new("a_*")],
            exclude: vec![Glob::new("*_y")],
            drop_labels: vec!["id".to_owned()],
        };
        assert_eq!(filter.apply(&mut samples), 1);
        assert_eq!(samples, [sample("a_x", &[("k", "v")], 1.0)]);
    }
}
