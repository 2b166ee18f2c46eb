//! What a target exposes: its metrics, with their kinds and labels, made of the names and labels of its series.
use std::collections::{BTreeMap, BTreeSet};

use crate::pattern::{Condition, Kind};

/// The most values of a label that are remembered. With more, any value may be among them.
const VALUES: usize = 40;
/// The most labels of a metric that are remembered.
const LABELS: usize = 40;

/// The values that a label takes; `None` where there are too many to remember.
type Values = Option<BTreeSet<String>>;

/// A metric of a target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metric {
    /// Its name: a histogram's or a summary's without `_bucket`, `_sum` and `_count`.
    pub name: String,
    /// Its kind; `None` never occurs once it is complete.
    kind: Option<Kind>,
    /// How many series it has.
    pub series: usize,
    labels: BTreeMap<String, (Values, usize)>,
    has_sum: bool,
    has_count: bool,
}

impl Metric {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Gauge)
    }

    /// Its labels but `le` and `quantile`.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.keys().map(String::as_str).filter(|label| !["le", "quantile"].contains(label))
    }

    /// Whether it has a sum and a count of its observations.
    pub fn has_sum(&self) -> bool {
        self.has_sum && self.has_count
    }

    /// Whether it has a count.
    pub fn has_count(&self) -> bool {
        self.has_count
    }

    /// Whether any of its series may meet the condition.
    pub fn may_meet(&self, condition: &Condition) -> bool {
        match self.labels.get(&condition.label) {
            None => condition.takes(""),
            Some((None, _)) => true,
            Some((Some(values), with)) => {
                *with < self.series && condition.takes("")
                    || values.iter().any(|value| condition.takes(value))
            }
        }
    }

    /// Whether all of its series meet the condition, as far as that is known.
    pub fn must_meet(&self, condition: &Condition) -> bool {
        match self.labels.get(&condition.label) {
            None => condition.takes(""),
            Some((None, _)) => false,
            Some((Some(values), with)) => {
                (*with == self.series || condition.takes(""))
                    && values.iter().all(|value| condition.takes(value))
            }
        }
    }

    /// Itself, with the names of its labels alone.
    pub(crate) fn without_values(&self) -> Self {
        let labels = self.labels.iter().map(|(label, (_, with))| (label.clone(), (None, *with))).collect();
        Self { labels, ..self.clone() }
    }

    fn add<'a>(&mut self, labels: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.series += 1;
        for (label, value) in labels {
            if self.labels.len() >= LABELS && !self.labels.contains_key(label) {
                continue;
            }
            let (values, with) =
                self.labels.entry(label.to_owned()).or_insert_with(|| (Some(BTreeSet::new()), 0));
            *with += 1;
            if let Some(known) = values {
                if !known.contains(value) {
                    known.insert(value.to_owned());
                }
                if known.len() > VALUES {
                    *values = None;
                }
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.series += other.series;
        for (label, (values, with)) in other.labels {
            match self.labels.entry(label) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert((values, with));
                }
                std::collections::btree_map::Entry::Occupied(mut place) => {
                    let (known, count) = place.get_mut();
                    *count += with;
                    *known = known.take().zip(values).map(|(a, b)| a.union(&b).cloned().collect());
                }
            }
        }
    }
}

/// The metrics of a target, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposed {
    /// Sorted by name.
    pub metrics: Vec<Metric>,
}

/// Gathers the series of a target.
#[derive(Debug, Default)]
pub struct Gather {
    // By name and by whether they have the label `quantile`: those of a summary without it are its sums and counts.
    names: BTreeMap<String, (Metric, bool, bool)>,
}

impl Gather {
    /// Adds a series.
    pub fn add<'a>(
        &mut self,
        name: &str,
        labels: impl IntoIterator<Item = (&'a str, &'a str)> + Clone,
        counter: bool,
    ) {
        let has = |wanted: &str| labels.clone().into_iter().any(|(label, _)| label == wanted);
        let (le, quantile) = (name.ends_with("_bucket") && has("le"), !counter && has("quantile"));
        if !self.names.contains_key(name) {
            let metric = Metric { name: name.to_owned(), ..Metric::default() };
            self.names.insert(name.to_owned(), (metric, false, counter));
        }
        if let Some((metric, is_part, is_counter)) = self.names.get_mut(name) {
            metric.add(labels);
            *is_part |= le || quantile;
            *is_counter |= counter;
            if le && counter {
                metric.kind = Some(Kind::Histogram);
            } else if quantile {
                metric.kind = Some(Kind::Summary);
            }
        }
    }

    /// The metrics.
    pub fn finish(mut self) -> Exposed {
        let mut metrics = Vec::new();
        let names: Vec<String> = self.names.keys().cloned().collect();
        let counter = |names: &BTreeMap<String, (Metric, bool, bool)>, name: &str| {
            names.get(name).is_some_and(|entry| entry.2)
        };
        for name in names {
            let Some(entry) = self.names.get(&name) else { continue };
            let stem = match entry.0.kind {
                Some(Kind::Histogram) => name.strip_suffix("_bucket"),
                Some(Kind::Summary) => Some(name.as_str()),
                // A summary without quantiles, as many libraries have it, or what is left of a histogram.
                _ => name.strip_suffix("_count").filter(|stem| {
                    entry.2
                        && counter(&self.names, &format!("{stem}_sum"))
                        && !self.names.contains_key(&format!("{stem}_bucket"))
                        && self.names.get(*stem).is_none_or(|whole| whole.0.kind != Some(Kind::Summary))
                }),
            };
            let Some(stem) = stem.map(str::to_owned) else { continue };
            let Some((mut metric, ..)) = self.names.remove(&name) else { continue };
            let kind = metric.kind.unwrap_or(Kind::Summary);
            metric.has_count = name.ends_with("_count");
            for (suffix, is_sum) in [("_sum", true), ("_count", false)] {
                let part = format!("{stem}{suffix}");
                if counter(&self.names, &part)
                    && let Some((part, ..)) = self.names.remove(&part)
                {
                    metric.merge(part);
                    if is_sum {
                        metric.has_sum = true;
                    } else {
                        metric.has_count = true;
                    }
                }
            }
            (metric.name, metric.kind) = (stem, Some(kind));
            metrics.push(metric);
        }
        // `a_created` comes before `a_total`, when that is not among the metrics yet.
        let totals: BTreeSet<String> = self
            .names
            .iter()
            .filter(|(_, entry)| entry.2)
            .filter_map(|(name, _)| name.strip_suffix("_total").map(str::to_owned))
            .collect();
        for (_, (mut metric, _, is_counter)) in self.names {
            if let Some(stem) = metric.name.strip_suffix("_created").filter(|_| !is_counter) {
                // When a counter began: no figure of its own.
                if totals.contains(stem) || metrics.iter().any(|other: &Metric| other.name == stem) {
                    continue;
                }
            }
            metric.kind = Some(if is_counter { Kind::Counter } else { Kind::Gauge });
            metrics.push(metric);
        }
        metrics.sort_by(|a, b| a.name.cmp(&b.name));
        Exposed { metrics }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exposed, Gather};
    use crate::pattern::Kind;

    type Series<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

    fn exposed(series: &[Series<'_>]) -> Exposed {
        let mut gather = Gather::default();
        for (name, labels, counter) in series {
            gather.add(name, labels.iter().copied(), *counter);
        }
        gather.finish()
    }

    #[test]
    fn parts_of_one_metric_are_put_together() {
        let found = exposed(&[
            ("a_bucket", &[("le", "1"), ("route", "/")], true),
            ("a_bucket", &[("le", "+Inf"), ("route", "/")], true),
            ("a_sum", &[("route", "/")], true),
            ("a_count", &[("route", "/")], true),
            ("b", &[("quantile", "0.5")], false),
            ("b_sum", &[], true),
            ("b_count", &[], true),
            ("c_sum", &[], true),
            ("c_count", &[], true),
            ("c_max", &[], false),
            ("d_total", &[("x", "y")], true),
            ("e_count", &[], false),
            ("f_count", &[], true),
        ]);
        let told: Vec<(&str, Kind, usize, bool)> = found
            .metrics
            .iter()
            .map(|metric| (metric.name.as_str(), metric.kind(), metric.series, metric.has_sum()))
            .collect();
        assert_eq!(
            told,
            [
                ("a", Kind::Histogram, 4, true),
                ("b", Kind::Summary, 3, true),
                ("c", Kind::Summary, 2, true),
                ("c_max", Kind::Gauge, 1, false),
                ("d_total", Kind::Counter, 1, false),
                ("e_count", Kind::Gauge, 1, false),
                ("f_count", Kind::Counter, 1, false),
            ]
        );
        assert_eq!(found.metrics[0].labels().collect::<Vec<_>>(), ["route"]);
    }

    #[test]
    fn when_a_counter_began_is_no_metric() {
        let found = exposed(&[
            ("a_created", &[("x", "y")], false),
            ("a_total", &[("x", "y")], true),
            ("b_bucket", &[("le", "+Inf")], true),
            ("b_count", &[], true),
            ("b_created", &[], false),
            ("c", &[], true),
            ("c_created", &[], false),
            ("d_created", &[], false),
            ("e_created", &[], false),
            ("e_total", &[], false),
        ]);
        let names: Vec<&str> = found.metrics.iter().map(|metric| metric.name.as_str()).collect();
        assert_eq!(names, ["a_total", "b", "c", "d_created", "e_created", "e_total"]);
    }
}
