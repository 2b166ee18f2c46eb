//! `GET /api/series` and `GET /api/chart`: what a target exposes, and any of it over time, whether a pattern knows it or not.
use std::collections::{BTreeMap, BTreeSet};

use whippet_api::{Chart, Line, MetricChart, Metrics, Unit};
use whippet_catalogue::{Kind, Metric, Told};

use super::buckets::{Observed, QUANTILES};
use super::matches::Matches;
use super::scrapes::Scrapes;
use super::source::{Counter, Gauge, Grid, Labels, Pair, Source};
use super::steps::Steps;
use crate::database::{Database, Result as Answer};

/// The most metrics that are listed.
const MOST_METRICS: usize = 5_000;
/// The most lines of a chart.
const MOST_LINES: usize = 12;
/// The line of those series that do not have the label by which a chart is grouped.
const WITHOUT: &str = "(none)";

/// The metrics of a target.
pub fn metrics(db: &dyn Database, matches: &Matches, target: &str) -> Answer<Metrics> {
    let Some(target) = Scrapes::id(db, target)? else { return Ok(Metrics::default()) };
    Ok(listed(&*matches.told(db, target)?))
}

/// The metrics of whatever tells this.
pub fn listed(told: &Told) -> Metrics {
    let signals = |metric: &Metric| {
        told.signals_of(&metric.name).into_iter().map(|signal| signal.name().to_owned()).collect()
    };
    let metric = |metric: &Metric| whippet_api::Metric {
        name: metric.name.clone(),
        kind: metric.kind().name().to_owned(),
        series: metric.series,
        labels: metric.labels().map(str::to_owned).collect(),
        signals: signals(metric),
    };
    Metrics {
        metrics: told.metrics.iter().take(MOST_METRICS).map(metric).collect(),
        left_out: told.metrics.len().saturating_sub(MOST_METRICS),
    }
}

/// A metric of a target over time; `None` where it has no such metric. `by` is a label to group by.
pub fn metric_chart(
    db: &dyn Database,
    matches: &Matches,
    (target, metric, by): (&str, &str, Option<&str>),
    steps: &Steps,
    interval: i64,
) -> Answer<Option<MetricChart>> {
    let Some(scrapes) = Scrapes::new(db, target, steps, interval)? else { return Ok(None) };
    let told = matches.told(db, scrapes.target())?;
    draw(&scrapes, &told, (metric, by), steps)
}

/// The same of any source.
pub fn draw<S: Source>(
    source: &S,
    told: &Told,
    (metric, by): (&str, Option<&str>),
    steps: &Steps,
) -> Result<Option<MetricChart>, S::Error> {
    let Ok(found) = told.metrics.binary_search_by(|known| known.name.as_str().cmp(metric)) else {
        return Ok(None);
    };
    let found = &told.metrics[found];
    let (unit, scale) = unit(&found.name, found.kind());
    let drawing = Drawing { grid: source.grid(), scale };
    let group = |labels: &Labels| by.map_or_else(String::new, |by| value(labels, by));
    let (shows, lines) = match found.kind() {
        Kind::Counter => {
            let all = source.counters(metric)?;
            ("per second", drawing.rates(&all, by))
        }
        Kind::Gauge => ("value", drawing.values(&source.gauges(metric)?, by)),
        Kind::Histogram => {
            let all = source.counters(&format!("{metric}_bucket"))?;
            ("percentiles", drawing.percentiles(&all, by.is_some(), group))
        }
        Kind::Summary => {
            let own = source.gauges(metric)?;
            if own.is_empty() {
                let sums = source.counters(&format!("{metric}_sum"))?;
                let counts = source.counters(&format!("{metric}_count"))?;
                ("average", drawing.averages(&sums, &counts, group))
            } else {
                ("quantiles of the backend", drawing.values(&own, by.filter(|by| !by.is_empty())))
            }
        }
    };
    let left_out = lines.len().saturating_sub(MOST_LINES);
    let lines: Vec<Line> = lines.into_iter().take(MOST_LINES).map(|(line, _)| line).collect();
    let chart = Chart { times: steps.ends.clone(), lines, unfinished: false };
    Ok(Some(MetricChart { shows: shows.to_owned(), unit, chart, left_out }))
}

/// The value of a label, which names a line.
fn value(labels: &Labels, by: &str) -> String {
    labels.get(by).filter(|value| !value.is_empty()).map_or(WITHOUT, String::as_str).to_owned()
}

/// The unit in which a metric is shown, and what its values are multiplied by: names end in their unit.
pub fn unit(name: &str, kind: Kind) -> (Unit, f64) {
    let stem = name.strip_suffix("_total").unwrap_or(name);
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| stem.ends_with(suffix));
    let is_rate = kind == Kind::Counter;
    if ends(&["_timestamp_seconds", "_time_seconds", "_timestamp"]) && kind == Kind::Gauge {
        (Unit::Number, 1.0)
    } else if ends(&["_seconds"]) {
        if is_rate { (Unit::Ratio, 1.0) } else { (Unit::Ms, 1000.0) }
    } else if ends(&["_milliseconds", "_ms", "_millis"]) {
        if is_rate { (Unit::Ratio, 1e-3) } else { (Unit::Ms, 1.0) }
    } else if ends(&["_bytes"]) {
        if is_rate { (Unit::BytesPerSecond, 1.0) } else { (Unit::Bytes, 1.0) }
    } else if is_rate {
        (Unit::PerSecond, 1.0)
    } else if ends(&["_ratio"]) {
        (Unit::Ratio, 1.0)
    } else {
        (Unit::Number, 1.0)
    }
}

/// Lines with their weights, the heaviest first.
type Weighted = Vec<(Line, f64)>;

struct Drawing<'a> {
    grid: &'a Grid,
    scale: f64,
}

impl Drawing<'_> {
    fn line(&self, name: &str, value: impl Fn(Pair) -> Option<f64>) -> (Line, f64) {
        let values: Vec<Option<f64>> = self.grid.steps.iter().map(|pair| pair.and_then(&value)).collect();
        let weight = values.iter().flatten().fold(0.0, |sum, value| sum + value.abs());
        (Line { name: name.to_owned(), values, beyond: Vec::new() }, weight)
    }

    /// A quantile of a histogram's buckets, and where it is only known to be greater. It has no weight.
    fn quantile(&self, name: &str, buckets: &[(f64, &Counter)], q: f64) -> (Line, f64) {
        let observed = |pair: Pair| {
            let there = buckets.iter().filter(|(_, counter)| counter.is_at(pair));
            let counts = there.map(|(bound, counter)| (*bound, counter.increase(pair)));
            Observed::of(counts.collect()).quantile(q)
        };
        let found: Vec<Option<(f64, bool)>> =
            self.grid.steps.iter().map(|pair| pair.and_then(&observed)).collect();
        let values = found.iter().map(|found| found.map(|(value, _)| value * self.scale)).collect();
        let mut beyond: Vec<bool> =
            found.iter().map(|found| found.is_some_and(|(_, beyond)| beyond)).collect();
        if !beyond.contains(&true) {
            beyond.clear();
        }
        (Line { name: name.to_owned(), values, beyond }, 0.0)
    }

    fn rates(&self, all: &[Counter], by: Option<&str>) -> Weighted {
        let groups = grouped(all, by, |counter| &counter.labels);
        let line = |(name, group): (String, Vec<&Counter>)| {
            self.line(&name, |pair| {
                let sum = group.iter().fold(0.0, |sum, counter| sum + counter.increase(pair));
                Some(sum / self.grid.seconds(pair) * self.scale)
            })
        };
        heaviest(groups.into_iter().map(line).collect())
    }

    fn values(&self, all: &[Gauge], by: Option<&str>) -> Weighted {
        let line = |(name, group): (String, Vec<&Gauge>)| {
            // What a backend computed of one series cannot be merged with that of another.
            let is_alone = group.len() == 1 || !group[0].labels.contains_key("quantile");
            self.line(&name, |pair| {
                let sum = group.iter().filter_map(|gauge| gauge.at(pair)).reduce(|a, b| a + b);
                sum.filter(|_| is_alone).map(|value| value * self.scale)
            })
        };
        let labels = |gauge: &Gauge| {
            let mut kept = Vec::new();
            kept.extend(by.map(|by| value(&gauge.labels, by)));
            kept.extend(gauge.labels.get("quantile").cloned());
            kept.join(" ")
        };
        let groups: BTreeMap<String, Vec<&Gauge>> = match by {
            None => named(all, |gauge| &gauge.labels),
            Some(_) => all.iter().fold(BTreeMap::new(), |mut groups: BTreeMap<_, Vec<_>>, gauge| {
                groups.entry(labels(gauge)).or_default().push(gauge);
                groups
            }),
        };
        heaviest(groups.into_iter().map(line).collect())
    }

    fn percentiles(&self, all: &[Counter], has_group: bool, group: impl Fn(&Labels) -> String) -> Weighted {
        let mut groups: BTreeMap<String, Vec<(f64, &Counter)>> = BTreeMap::new();
        for counter in all {
            if let Some(bound) = counter.label("le").parse::<f64>().ok().filter(|bound| !bound.is_nan()) {
                groups.entry(group(&counter.labels)).or_default().push((bound, counter));
            }
        }
        if has_group {
            // One percentile of each group, the busiest first.
            let line = |(name, buckets): (String, Vec<(f64, &Counter)>)| {
                let (line, _) = self.quantile(&format!("p95 {name}"), &buckets, 0.95);
                let grew = buckets
                    .iter()
                    .map(|bucket| self.grid.whole.map_or(0.0, |whole| bucket.1.increase(whole)));
                (line, grew.fold(0.0, f64::max))
            };
            return heaviest(groups.into_iter().map(line).collect());
        }
        let all = groups.into_values().next().unwrap_or_default();
        QUANTILES.map(|(name, q)| self.quantile(name, &all, q)).into()
    }

    fn averages(&self, sums: &[Counter], counts: &[Counter], group: impl Fn(&Labels) -> String) -> Weighted {
        let groups: BTreeSet<String> = counts.iter().map(|counter| group(&counter.labels)).collect();
        let total = |all: &[Counter], name: &str, pair| {
            let all = all.iter().filter(|counter| group(&counter.labels) == name);
            all.fold(0.0, |sum, counter| sum + counter.increase(pair))
        };
        let line = |name: &String| {
            let shown = if name.is_empty() { "average" } else { name };
            self.line(shown, |pair| {
                let count = total(counts, name, pair);
                (count > 0.0).then(|| total(sums, name, pair) / count * self.scale)
            })
        };
        heaviest(groups.iter().map(line).collect())
    }
}

fn heaviest(mut lines: Weighted) -> Weighted {
    lines.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
    lines
}

/// Series by a label, or each by the labels that tell it from the others.
fn grouped<'a, T>(
    all: &'a [T],
    by: Option<&str>,
    labels: impl Fn(&T) -> &Labels,
) -> BTreeMap<String, Vec<&'a T>> {
    let Some(by) = by else { return named(all, labels) };
    let mut groups: BTreeMap<String, Vec<&T>> = BTreeMap::new();
    for one in all {
        groups.entry(value(labels(one), by)).or_default().push(one);
    }
    groups
}

/// Each series alone, named by the labels whose values differ.
fn named<T>(all: &[T], labels: impl Fn(&T) -> &Labels) -> BTreeMap<String, Vec<&T>> {
    let differs = |label: &String| {
        let first = all.first().and_then(|one| labels(one).get(label).cloned());
        all.iter().any(|one| labels(one).get(label) != first.as_ref())
    };
    let keys: BTreeSet<String> = all.iter().flat_map(|one| labels(one).keys().cloned()).collect();
    let keys: Vec<&String> = keys.iter().filter(|key| differs(key)).collect();
    let mut groups: BTreeMap<String, Vec<&T>> = BTreeMap::new();
    for one in all {
        let told = keys.iter().filter_map(|key| Some(format!("{key}={}", labels(one).get(*key)?)));
        let name = told.collect::<Vec<_>>().join(", ");
        let name = if name.is_empty() { "value".to_owned() } else { name };
        groups.entry(name).or_default().push(one);
    }
    groups
}
