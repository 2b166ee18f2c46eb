//! An operator's own rule: which values of a document become which series.
use std::fmt;

use super::json::{Node, Type};
use super::unit::Unit;
use super::value;

/// The most steps of a path.
const STEPS: usize = 16;

/// Values at a path become series of a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    steps: Vec<Step>,
    /// The metric's name.
    pub metric: String,
    /// Whether it only grows.
    pub counter: bool,
    unit: Option<Unit>,
    labels: Vec<(String, Label)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    /// Any member of an object, or any element of a list.
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Label {
    Text(String),
    /// What a `*` of the path stands for, counted from 0.
    Star(usize),
    /// Another member of the object that holds the value.
    Sibling(String),
}

/// Why a rule is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleError {
    /// The path is none.
    Path,
    /// The metric's name is none.
    Metric,
    /// The unit is not known.
    Unit,
    /// A label's name is none, or its value refers to a `*` that is not there.
    Label,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => {
                "`path` must be names with dots between them, such as data.workers.*.done; a name with a dot in it stands in \
                 double quotes, and `*` stands for any member or element"
            }
            Self::Metric => "`metric` must be letters, digits, `_` and `:`, no digit first",
            Self::Unit => "`unit` must be one of s, ms, us, ns, min, h, d, bytes, kb, mb, gb, percent and ratio",
            Self::Label => {
                "a label needs a name of letters, digits and `_`, and as its value a text, `$1` for what the first `*` stands \
                 for, or `@name` for the member `name` beside the value"
            }
        })
    }
}

impl std::error::Error for RuleError {}

/// A value that a rule found.
pub struct Found {
    pub value: f64,
    pub labels: Vec<(String, String)>,
}

impl Rule {
    /// The rule that a configuration describes.
    pub fn new<'a>(
        path: &str,
        metric: &str,
        counter: bool,
        unit: Option<&str>,
        labels: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RuleError> {
        let steps = steps(path).filter(|steps| (1..=STEPS).contains(&steps.len())).ok_or(RuleError::Path)?;
        if !is_name(metric, true) {
            return Err(RuleError::Metric);
        }
        let unit = unit.map(|unit| Unit::symbol(unit).ok_or(RuleError::Unit)).transpose()?;
        let stars = steps.iter().filter(|step| **step == Step::Any).count();
        let label = |(name, value): (&str, &str)| {
            let star = |number: &str| {
                number.parse().ok().and_then(|n: usize| n.checked_sub(1)).filter(|n| *n < stars)
            };
            let source = if let Some(number) = value.strip_prefix('$') {
                Label::Star(star(number).ok_or(RuleError::Label)?)
            } else if let Some(member) = value.strip_prefix('@') {
                Label::Sibling(member.to_owned())
            } else {
                Label::Text(value.to_owned())
            };
            if is_name(name, false) { Ok((name.to_owned(), source)) } else { Err(RuleError::Label) }
        };
        let labels = labels.map(label).collect::<Result<_, _>>()?;
        Ok(Self { steps, metric: metric.to_owned(), counter, unit, labels })
    }

    /// The values in `root`, at most `most` members and elements of each level.
    pub fn find(&self, root: Node<'_>, most: usize) -> Vec<Found> {
        let mut found = Vec::new();
        self.walk(root, root, 0, &mut Vec::new(), most, &mut found);
        found
    }

    fn walk(
        &self,
        node: Node<'_>,
        parent: Node<'_>,
        at: usize,
        stars: &mut Vec<String>,
        most: usize,
        found: &mut Vec<Found>,
    ) {
        if found.len() >= most {
            return;
        }
        let Some(step) = self.steps.get(at) else {
            if let Some((value, unit)) = value::read(node) {
                let value = self.unit.or(unit).map_or(value, |unit| unit.base(value));
                found.push(Found { value, labels: self.labels(parent, stars, most) });
            }
            return;
        };
        match (step, node.kind()) {
            (Step::Member(name), Type::Object) => {
                let (members, _) = node.members(most);
                if let Some((_, value)) = members.into_iter().find(|member| member.0 == *name) {
                    self.walk(value, node, at + 1, stars, most, found);
                }
            }
            (Step::Any, Type::Object) => {
                for (name, value) in node.members(most).0 {
                    stars.push(name.into_owned());
                    self.walk(value, node, at + 1, stars, most, found);
                    stars.pop();
                }
            }
            (Step::Any, Type::List) => {
                for (index, value) in node.items(most).0.into_iter().enumerate() {
                    stars.push(index.to_string());
                    self.walk(value, node, at + 1, stars, most, found);
                    stars.pop();
                }
            }
            _ => {}
        }
    }

    fn labels(&self, parent: Node<'_>, stars: &[String], most: usize) -> Vec<(String, String)> {
        let mut labels = Vec::new();
        for (name, source) in &self.labels {
            let value = match source {
                Label::Text(text) => Some(text.clone()),
                Label::Star(star) => stars.get(*star).cloned(),
                Label::Sibling(member) => {
                    let (members, _) =
                        if parent.kind() == Type::Object { parent.members(most) } else { (Vec::new(), 0) };
                    members
                        .into_iter()
                        .find(|found| found.0 == *member)
                        .and_then(|(_, value)| value::text(value))
                }
            };
            super::series_key::add(&mut labels, name.clone(), &value.unwrap_or_default());
        }
        labels
    }
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix("$.").unwrap_or(path);
    loop {
        let (step, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let (name, after) = quoted.split_once('"')?;
            (Step::Member(name.to_owned()), after)
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            match name {
                "" if after.starts_with("[*]") => (Step::Any, &after[3..]),
                "" => return None,
                "*" => (Step::Any, after),
                name => (Step::Member(name.to_owned()), after),
            }
        };
        steps.push(step);
        rest = match after.as_bytes().first() {
            None => return Some(steps),
            Some(b'.') => &after[1..],
            Some(b'[') => after,
            Some(_) => return None,
        };
    }
}

fn is_name(text: &str, colons: bool) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || colons && c == ':';
    (1..=200).contains(&text.len())
        && text.chars().all(fits)
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::json::Node;
    use super::{Rule, RuleError};

    fn find(path: &str, unit: Option<&str>, labels: &[(&str, &str)], text: &str) -> Vec<(f64, String)> {
        let rule = Rule::new(path, "m", false, unit, labels.iter().copied()).unwrap();
        let found = rule.find(Node::new(text).unwrap(), 100).into_iter();
        found
            .map(|found| {
                let labels: Vec<String> =
                    found.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
                (found.value, labels.join(","))
            })
            .collect()
    }

    #[test]
    fn a_path_leads_to_values() {
        let text = r#"{"data":{"workers":[{"name":"a","done":1},{"name":"b","done":"2"},{"done":{}}],"a.b":{"c":3}}}"#;
        let own = |value: f64, labels: &str| (value, labels.to_owned());
        assert_eq!(
            find("data.workers.*.done", None, &[("worker", "@name"), ("at", "$1"), ("x", "y")], text),
            [own(1.0, "worker=a,at=0,x=y"), own(2.0, "worker=b,at=1,x=y")]
        );
        assert_eq!(find("data.workers[*].done", None, &[], text).len(), 2);
        assert_eq!(find("$.data.\"a.b\".c", Some("ms"), &[], text), [own(0.003, "")]);
        assert_eq!(find("data.nothing.here", None, &[], text), []);
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_refused() {
        let new = |path, metric, unit, label: (&'static str, &'static str)| {
            Rule::new(path, metric, true, unit, [label].into_iter()).map(drop)
        };
        let fine = ("a", "b");
        for path in ["", ".a", "a.", "a..b", "\"a", "\"a\"b", "[0]"] {
            assert_eq!(new(path, "m", None, fine), Err(RuleError::Path), "{path}");
        }
        assert_eq!(new("a", "1m", None, fine), Err(RuleError::Metric));
        assert_eq!(new("a", "m", Some("miles"), fine), Err(RuleError::Unit));
        assert_eq!(new("a.*", "m", None, ("a", "$2")), Err(RuleError::Label));
        assert_eq!(new("a.*", "m", None, ("a-b", "c")), Err(RuleError::Label));
        assert_eq!(new("a.*", "m", Some("h"), ("a", "$1")), Ok(()));
    }
}
