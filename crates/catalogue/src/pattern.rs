//! A pattern: which series tell a signal, and what their labels mean.
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::glob::Glob;
use crate::signal::{Shape, Signal};

/// The labels of a series.
pub type Labels = BTreeMap<String, String>;

/// What kind of metric a pattern is of, or a target exposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// `_bucket` series with `le`, `_sum` and `_count`.
    Histogram,
    /// Series with `quantile`, `_sum` and `_count`; the former may be missing.
    Summary,
}

impl Kind {
    /// All kinds with their names in patterns.
    pub const ALL: [(&'static str, Self); 4] = [
        ("counter", Self::Counter),
        ("gauge", Self::Gauge),
        ("histogram", Self::Histogram),
        ("summary", Self::Summary),
    ];

    /// Its name in patterns.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|kind| kind.1 == self).map_or("", |kind| kind.0)
    }
}

/// What a label may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// The path pattern of a request.
    Route,
    /// Its method.
    Method,
    /// How it ended.
    Status,
    /// Whether a look-up in a cache hit.
    Result,
    /// Which database, pool, cache, service, provider, disk or queue.
    Group,
    /// Which query, command, job or model.
    Operation,
    /// Which figure of many values a gauge is: a percentile, the average, the greatest.
    Stat,
}

impl Meaning {
    /// All of them with their keys in patterns.
    pub const ALL: [(&'static str, Self); 7] = [
        ("route", Self::Route),
        ("method", Self::Method),
        ("status", Self::Status),
        ("result", Self::Result),
        ("group", Self::Group),
        ("operation", Self::Operation),
        ("stat", Self::Stat),
    ];
}

/// What a series must have in one label, or must not have.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The label.
    pub label: String,
    /// Its values, any of which is enough. An empty one: the label is not there. `*` alone: it is there.
    pub values: Vec<Glob>,
}

impl Condition {
    /// Whether a label with this value meets it; an empty value is that of a label that is not there.
    pub fn takes(&self, value: &str) -> bool {
        self.values.iter().any(|glob| match glob.as_str() {
            "*" => !value.is_empty(),
            "[*]" => value == "*",
            _ => glob.matches(value).is_some(),
        })
    }

    fn met(&self, labels: &Labels) -> bool {
        self.takes(labels.get(&self.label).map_or("", String::as_str))
    }
}

/// A pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What it tells.
    pub signal: Signal,
    /// Who prints such metrics.
    pub exporter: Arc<str>,
    /// Names of metrics: a histogram's without `_bucket`.
    pub metrics: Vec<Glob>,
    /// Names that it is not of, though one of its own fits.
    pub excluded: Vec<Glob>,
    /// The kinds of metric that it is of.
    pub kinds: Vec<Kind>,
    /// Whether the pattern names its kinds itself: then a counter may also be one whose type its exporter does not declare.
    pub sure: bool,
    /// How many ms, bytes or ones its unit is.
    pub factor: f64,
    /// Labels by what they mean, the usual one first. The label `*` is what the metric's `*` stands for.
    pub labels: BTreeMap<Meaning, Vec<String>>,
    /// What is known without a label.
    pub set: BTreeMap<Meaning, String>,
    /// Conditions that all must be met.
    pub conditions: Vec<Condition>,
    /// Conditions none of which may be met.
    pub exceptions: Vec<Condition>,
    /// Conditions that no series of the metric may meet: with such a series, another pattern knows it better.
    pub absent: Vec<Condition>,
    /// Metrics one of which the target must expose, too. `*` is what the metric's `*` stands for. None: it needs no other.
    pub beside: Vec<String>,
    /// The counter that says how many durations the metric is the sum of.
    pub count: Option<String>,
    /// Patterns of one exporter and signal with the same word are parts of one whole, and are added up.
    pub sum: Option<String>,
    /// Whether it is of the configuration.
    pub own: bool,
}

impl Pattern {
    /// The kinds that are meant where a pattern names none.
    pub fn usual_kinds(signal: Signal) -> Vec<Kind> {
        match signal.shape() {
            Shape::Count => vec![Kind::Counter, Kind::Histogram, Kind::Summary],
            Shape::Level => vec![Kind::Gauge],
            Shape::Spread => vec![Kind::Histogram, Kind::Summary],
        }
    }

    /// The name pattern that `metric` matches.
    pub fn name(&self, metric: &str) -> Option<&Glob> {
        if self.excluded.iter().any(|glob| glob.matches(metric).is_some()) {
            return None;
        }
        self.metrics.iter().find(|glob| glob.matches(metric).is_some())
    }

    /// Whether one of the metrics that it needs beside `metric` is there; `exposes` says it of a name.
    pub fn is_beside(&self, metric: &str, exposes: impl Fn(&str) -> bool) -> bool {
        let star = self.name(metric).and_then(|glob| glob.matches(metric)).unwrap_or_default();
        self.beside.is_empty() || self.beside.iter().any(|name| exposes(&name.replacen('*', star, 1)))
    }

    /// Whether it is of a metric of this kind.
    pub fn is_of(&self, kind: Kind) -> bool {
        let undeclared = self.sure && kind == Kind::Gauge && self.kinds.contains(&Kind::Counter);
        self.kinds.contains(&kind) || undeclared
    }

    /// Whether it is of a series with these labels.
    pub fn takes(&self, labels: &Labels) -> bool {
        self.conditions.iter().all(|condition| condition.met(labels))
            && !self.exceptions.iter().any(|condition| condition.met(labels))
    }

    /// What the labels of a series of `metric` say for `meaning`: the value of the first label that is there.
    pub fn says<'a>(
        &'a self,
        meaning: Meaning,
        metric: &'a str,
        labels: &'a Labels,
    ) -> Option<(&'a str, &'a str)> {
        let value = |label: &'a String| match label.as_str() {
            "*" => self.name(metric).and_then(|glob| glob.matches(metric)).map(|star| ("*", star)),
            _ => labels.get(label).map(|value| (label.as_str(), value.as_str())),
        };
        let said = self.labels.get(&meaning).into_iter().flatten().find_map(value);
        said.or_else(|| self.set.get(&meaning).map(|value| ("", value.as_str())))
    }
}
