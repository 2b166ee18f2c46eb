//! Which metrics of a target tell which signal, the best first.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::exposed::{Exposed, Metric};
use crate::glob::Glob;
use crate::pattern::{Kind, Labels, Meaning, Pattern};
use crate::signal::{Shape, Signal};
use crate::status::{self, Class};

/// How a metric tells a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// By the increase of a counter.
    Counter,
    /// By its buckets.
    Buckets,
    /// By quantiles that the backend computed, with an average of sum and count where it has them.
    Quantiles,
    /// By an average: it is the sum of all times, and another metric says how many there were.
    Average,
    /// By the increase of the sum of its observations.
    Sum,
    /// By the increase of their number.
    Count,
    /// By its value.
    Gauge,
}

/// A metric that tells a signal.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The metric's name, a histogram's without `_bucket`.
    pub metric: String,
    /// How it tells it.
    pub form: Form,
    /// Whether it has a sum and a count.
    pub has_sum: bool,
    /// The patterns that know it, the most specific first. The first that takes a series says what its labels mean.
    pub patterns: Vec<Arc<Pattern>>,
}

impl Choice {
    /// The pattern that is of a series with these labels.
    pub fn pattern(&self, labels: &Labels) -> Option<&Pattern> {
        self.patterns.iter().find(|pattern| pattern.takes(labels)).map(|pattern| &**pattern)
    }

    /// What the labels of a series mean; `None` where no pattern takes it.
    pub fn tags(&self, labels: &Labels) -> Option<Tags> {
        let pattern = self.pattern(labels)?;
        let says = |meaning| pattern.says(meaning, &self.metric, labels);
        let text = |meaning| says(meaning).map_or_else(String::new, |said| said.1.to_owned());
        Some(Tags {
            route: text(Meaning::Route),
            method: text(Meaning::Method),
            class: says(Meaning::Status).and_then(|(label, value)| status::class(label, value)),
            has_status: says(Meaning::Status).is_some(),
            hit: says(Meaning::Result).and_then(|said| status::is_hit(said.1)),
            group: text(Meaning::Group),
            operation: text(Meaning::Operation),
            stat: text(Meaning::Stat),
            factor: pattern.factor,
        })
    }

    /// Who prints the metric.
    pub fn exporter(&self) -> &str {
        self.patterns.first().map_or("", |pattern| &pattern.exporter)
    }

    /// Whether one of its patterns has a label for `meaning`.
    pub fn has(&self, meaning: Meaning) -> bool {
        self.patterns
            .iter()
            .any(|pattern| pattern.labels.contains_key(&meaning) || pattern.set.contains_key(&meaning))
    }

    /// The word that makes several metrics parts of one whole.
    pub fn sum(&self) -> Option<&str> {
        self.patterns.first().and_then(|pattern| pattern.sum.as_deref())
    }

    /// Whether both are of one pattern whose `*` stands for a part of their names: they are added up.
    pub fn is_one_star_with(&self, other: &Self) -> bool {
        let first = |choice: &Self| choice.patterns.first().cloned();
        let Some((one, two)) = first(self).zip(first(other)) else { return false };
        let star = |choice: &Self| one.name(&choice.metric).filter(|glob| !glob.is_exact()).cloned();
        Arc::ptr_eq(&one, &two)
            && self.form == other.form
            && star(self).is_some()
            && star(self) == star(other)
    }

    /// The names of the series with the sum of the observations and with their number.
    pub fn sum_and_count(&self) -> (String, String) {
        let name = &self.metric;
        match self.patterns.first().and_then(|pattern| pattern.count.clone()) {
            Some(count) if self.form == Form::Average => (name.clone(), count),
            _ => (format!("{name}_sum"), format!("{name}_count")),
        }
    }

    /// The names of the series to read.
    pub fn series(&self) -> Vec<String> {
        let name = &self.metric;
        match self.form {
            Form::Counter | Form::Gauge => vec![name.clone()],
            Form::Buckets => vec![format!("{name}_bucket"), format!("{name}_sum"), format!("{name}_count")],
            Form::Quantiles => vec![name.clone(), format!("{name}_sum"), format!("{name}_count")],
            Form::Average => {
                let (sum, count) = self.sum_and_count();
                vec![sum, count]
            }
            Form::Sum => vec![format!("{name}_sum")],
            Form::Count => vec![format!("{name}_count")],
        }
    }
}

/// What the labels of one series mean. A text is empty where no label says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tags {
    /// The route.
    pub route: String,
    /// The method.
    pub method: String,
    /// How the request ended.
    pub class: Option<Class>,
    /// Whether any label says how it ended, in known words or not.
    pub has_status: bool,
    /// Whether a look-up hit.
    pub hit: Option<bool>,
    /// Which database, pool, cache, service or queue.
    pub group: String,
    /// Which query, command, job or model.
    pub operation: String,
    /// Which figure of many values.
    pub stat: String,
    /// How many ms, bytes or ones its unit is.
    pub factor: f64,
}

/// What a target tells.
#[derive(Clone, Debug, Default)]
pub struct Told {
    signals: BTreeMap<Signal, Vec<Choice>>,
    /// All metrics that it exposes, without the values of their labels.
    pub metrics: Vec<Metric>,
}

impl Told {
    /// Finds what `patterns` know of `exposed`.
    pub(crate) fn new(patterns: &[Arc<Pattern>], exposed: &Exposed) -> Self {
        let mut signals: BTreeMap<Signal, Vec<(Rank, Choice)>> = BTreeMap::new();
        for metric in &exposed.metrics {
            let mut found: BTreeMap<(Signal, Form), Ranked> = BTreeMap::new();
            let is_exact = |pattern: &Pattern| pattern.name(&metric.name).is_some_and(Glob::is_exact);
            // A metric that is known by its name is not told by what names usually mean, also not where its pattern leaves
            // series out.
            let is_known = patterns.iter().any(|pattern| !pattern.own && is_exact(pattern));
            let exposes = |name: &str| exposed.metrics.iter().any(|other| other.name == name);
            let is_whole = |pattern: &Pattern| {
                pattern.count.as_deref().is_none_or(exposes) && pattern.is_beside(&metric.name, exposes)
            };
            let counts = |pattern: &Pattern| pattern.own || !is_known || is_exact(pattern);
            let fitting = patterns
                .iter()
                .enumerate()
                .filter(|(_, pattern)| counts(pattern) && fits(pattern, metric) && is_whole(pattern));
            for (place, pattern) in fitting {
                for (signal, form, implied) in forms(pattern, metric) {
                    let rank = Rank::new(pattern, metric, form, implied, place);
                    found.entry((signal, form)).or_default().push((rank, Arc::clone(pattern)));
                }
            }
            for ((signal, form), mut patterns) in found {
                patterns.sort_by_key(|entry| entry.0);
                let Some(rank) = patterns.first().map(|entry| entry.0) else { continue };
                let choice = Choice {
                    metric: metric.name.clone(),
                    form,
                    has_sum: metric.has_sum() || form == Form::Average,
                    patterns: patterns.into_iter().map(|entry| entry.1).collect(),
                };
                signals.entry(signal).or_default().push((rank, choice));
            }
        }
        let best_first = |(signal, mut choices): (Signal, Vec<(Rank, Choice)>)| {
            choices.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.metric.cmp(&b.1.metric)));
            (signal, choices.into_iter().map(|choice| choice.1).collect())
        };
        let signals = signals.into_iter().map(best_first).collect();
        Self { signals, metrics: exposed.metrics.iter().map(Metric::without_values).collect() }
    }

    /// The signals that a metric tells; none where no pattern knows it.
    pub fn signals_of(&self, metric: &str) -> Vec<Signal> {
        let tells = |choices: &Vec<Choice>| choices.iter().any(|choice| choice.metric == metric);
        self.signals.iter().filter(|entry| tells(entry.1)).map(|entry| *entry.0).collect()
    }

    /// The metrics that no pattern knows.
    pub fn unknown(&self) -> impl Iterator<Item = &Metric> {
        let known: BTreeSet<&str> =
            self.signals.values().flatten().map(|choice| choice.metric.as_str()).collect();
        self.metrics.iter().filter(move |metric| !known.contains(metric.name.as_str()))
    }

    /// The metrics that tell a signal, the best first.
    pub fn choices(&self, signal: Signal) -> &[Choice] {
        self.signals.get(&signal).map_or(&[], Vec::as_slice)
    }

    /// The signals that it tells.
    pub fn signals(&self) -> impl Iterator<Item = Signal> {
        self.signals.keys().copied()
    }

    /// The names of all series that its signals are read from.
    pub fn series(&self) -> BTreeSet<String> {
        self.signals.values().flatten().flat_map(Choice::series).collect()
    }

    /// Who prints what is known of it, sorted.
    pub fn exporters(&self) -> BTreeSet<&str> {
        self.signals.values().filter_map(|choices| choices.first()).map(Choice::exporter).collect()
    }
}

/// Patterns with their ranks.
type Ranked = Vec<(Rank, Arc<Pattern>)>;

/// What counts for the order of choices, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    foreign: bool,
    implied: bool,
    form: Form,
    inexact: bool,
    fewer_conditions: std::cmp::Reverse<usize>,
    fewer_given: std::cmp::Reverse<usize>,
    listed: usize,
    place: usize,
}

impl Rank {
    fn new(pattern: &Pattern, metric: &Metric, form: Form, implied: bool, place: usize) -> Self {
        let name = pattern.name(&metric.name);
        let listed = pattern.metrics.iter().position(|glob| glob.matches(&metric.name).is_some());
        Self {
            foreign: !pattern.own,
            implied,
            form,
            inexact: name.is_none_or(|glob| !glob.is_exact()),
            fewer_conditions: std::cmp::Reverse(pattern.conditions.len()),
            // Of two exact names the longer is no better.
            fewer_given: std::cmp::Reverse(name.filter(|glob| !glob.is_exact()).map_or(0, Glob::given)),
            // Of a pattern's names, the first.
            listed: listed.unwrap_or_default(),
            place,
        }
    }
}

/// Whether a pattern is of any series of a metric.
fn fits(pattern: &Pattern, metric: &Metric) -> bool {
    pattern.name(&metric.name).is_some()
        && pattern.is_of(metric.kind())
        && pattern.conditions.iter().all(|condition| metric.may_meet(condition))
        && !pattern.exceptions.iter().any(|condition| metric.must_meet(condition))
        && !pattern.absent.iter().any(|condition| metric.may_meet(condition))
}

/// The signals that a metric tells by a pattern, how, and whether only by the way.
fn forms(pattern: &Pattern, metric: &Metric) -> Vec<(Signal, Form, bool)> {
    let (signal, kind) = (pattern.signal, metric.kind());
    let has_observations = matches!(kind, Kind::Histogram | Kind::Summary);
    let mut forms = Vec::new();
    match signal.shape() {
        Shape::Level => forms.push((signal, Form::Gauge, false)),
        Shape::Spread => forms.push((
            signal,
            match kind {
                Kind::Histogram => Form::Buckets,
                // A sum whose type nobody declares is no value of one moment.
                Kind::Gauge if pattern.count.is_some() => Form::Average,
                Kind::Gauge => Form::Gauge,
                Kind::Counter => Form::Average,
                Kind::Summary => Form::Quantiles,
            },
            false,
        )),
        Shape::Count if !has_observations => {
            let form = if kind == Kind::Counter || pattern.kinds.contains(&Kind::Counter) {
                Form::Counter
            } else {
                Form::Gauge
            };
            forms.push((signal, form, false));
        }
        Shape::Count if signal.is_sum() => {
            if metric.has_sum() {
                forms.push((signal, Form::Sum, false));
            }
        }
        Shape::Count => {
            if metric.has_count() {
                forms.push((signal, Form::Count, false));
            }
        }
    }
    if let Some(counted) = signal.counted().filter(|_| has_observations && metric.has_count()) {
        forms.push((counted, Form::Count, true));
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::{Form, Told};
    use crate::catalogue::Catalogue;
    use crate::exposed::Gather;
    use crate::pattern::Labels;
    use crate::read::mappings;
    use crate::signal::Signal;

    const FILE: &str = r#"
exporter = "x"
[[pattern]]
signal = "http.server.duration"
metric = ["new_seconds", "old_seconds"]
route = ["route", "path"]
status = "code"
[[pattern]]
signal = "http.server.requests"
metric = "asked_total"
[[pattern]]
signal = "http.server.requests"
metric = "asked_*"
unless = { kind = "own" }
[[pattern]]
signal = "http.client.requests"
metric = "asked_total"
where = { kind = ["out", "up*"] }
group = "host"
[[pattern]]
signal = "runtime.gc_time"
metric = "pause_seconds"
[[pattern]]
signal = "db.pool.idle"
metric = "links"
where = { state = "idle", gone = "" }
"#;

    type Series<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

    fn told(mapping: &str, series: &[Series<'_>]) -> Told {
        let mut gather = Gather::default();
        for (name, labels, counter) in series {
            gather.add(name, labels.iter().copied(), *counter);
        }
        let catalogue = Catalogue::of("x.toml", FILE).unwrap();
        catalogue.with_mappings(mappings("m.toml", mapping).unwrap()).told(&gather.finish())
    }

    fn choices(told: &Told, signal: Signal) -> Vec<(&str, Form)> {
        told.choices(signal).iter().map(|choice| (choice.metric.as_str(), choice.form)).collect()
    }

    fn labels(of: &[(&str, &str)]) -> Labels {
        of.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_most_specific_comes_first_and_a_count_stands_in_last() {
        let series: [Series<'_>; 5] = [
            ("asked_total", &[], true),
            ("asked_twice_total", &[], true),
            ("old_seconds_bucket", &[("le", "1")], true),
            ("old_seconds_sum", &[], true),
            ("old_seconds_count", &[], true),
        ];
        let found = told("", &series);
        let requests = [
            ("asked_total", Form::Counter),
            ("asked_twice_total", Form::Counter),
            ("old_seconds", Form::Count),
        ];
        assert_eq!(choices(&found, Signal::ServerRequests), requests);
        assert_eq!(choices(&found, Signal::ServerDuration), [("old_seconds", Form::Buckets)]);
        let own = "[[mapping]]\nsignal = \"http.server.requests\"\nmetric = \"asked_t*\"\n";
        assert_eq!(told(own, &series).choices(Signal::ServerRequests)[0].exporter(), "own mapping");
        assert_eq!(found.series().len(), 5);
    }

    #[test]
    fn of_a_list_of_names_the_first_comes_first() {
        let series: [Series<'_>; 4] = [
            ("old_seconds_bucket", &[("le", "1")], true),
            ("old_seconds_count", &[], true),
            ("new_seconds_bucket", &[("le", "1")], true),
            ("new_seconds_count", &[], true),
        ];
        let found = told("", &series);
        assert_eq!(
            choices(&found, Signal::ServerDuration),
            [("new_seconds", Form::Buckets), ("old_seconds", Form::Buckets)]
        );
    }

    #[test]
    fn conditions_decide_by_series_and_labels_say_what_they_mean() {
        let found = told(
            "",
            &[
                ("asked_total", &[("kind", "upstream"), ("host", "bank")], true),
                ("asked_total", &[("kind", "own")], true),
                ("links", &[("state", "busy")], false),
                ("links", &[("state", "idle"), ("gone", "yes")], false),
            ],
        );
        let calls = &found.choices(Signal::ClientRequests)[0];
        let tags = calls.tags(&labels(&[("kind", "upstream"), ("host", "bank")])).unwrap();
        assert_eq!((tags.group.as_str(), tags.has_status), ("bank", false));
        assert!(calls.tags(&labels(&[("kind", "own")])).is_none());
        // As a whole it may be idle without `gone`, as far as the labels of each series are remembered.
        assert!(
            found
                .choices(Signal::PoolIdle)
                .iter()
                .all(|choice| choice.tags(&labels(&[("state", "busy")])).is_none())
        );
        let unknown: Vec<&str> = found.unknown().map(|metric| metric.name.as_str()).collect();
        assert!(unknown.is_empty() || unknown == ["links"], "{unknown:?}");
    }

    #[test]
    fn a_time_of_collections_is_their_sum_and_their_number_comes_with_it() {
        let found = told("", &[("pause_seconds_sum", &[], true), ("pause_seconds_count", &[], true)]);
        assert_eq!(choices(&found, Signal::GcTime), [("pause_seconds", Form::Sum)]);
        assert_eq!(choices(&found, Signal::GcCount), [("pause_seconds", Form::Count)]);
    }

    #[test]
    fn a_route_is_the_first_label_that_is_there() {
        let found =
            told("", &[("new_seconds_bucket", &[("le", "1"), ("path", "/a"), ("code", "503")], true)]);
        let tags = found.choices(Signal::ServerDuration)[0]
            .tags(&labels(&[("path", "/a"), ("code", "503")]))
            .unwrap();
        assert_eq!(
            (tags.route.as_str(), tags.class, tags.factor),
            ("/a", Some(crate::status::Class::Server), 1000.0)
        );
    }
}
