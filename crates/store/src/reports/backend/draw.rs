//! Lines, charts and tables of signals.
use std::collections::{BTreeMap, BTreeSet};

use whippet_api::{Chart, Line, SignalChart, SignalColumn, SignalRow, SignalTable, Unit};
use whippet_catalogue::{Class, Signal, Tags};

use crate::reports::buckets::QUANTILES;
use crate::reports::reading::Durations;
use crate::reports::source::{Grid, Pair};
use crate::reports::steps::Steps;
use crate::reports::tagged::{Counted, Measured, Set};

/// The most lines of a chart.
pub const MOST_LINES: usize = 8;
/// The most rows of a table.
pub const MOST_ROWS: usize = 200;

/// The lines of a chart, and how many there are no place for.
#[derive(Debug, Default)]
pub struct Lines {
    pub lines: Vec<Line>,
    pub left_out: usize,
}

/// Draws over one window.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'a> {
    pub grid: &'a Grid,
    pub steps: &'a Steps,
}

impl Draw<'_> {
    /// A chart of rates: all of them are of whole steps.
    pub fn chart(&self, lines: Vec<Line>) -> Chart {
        Chart { times: self.steps.ends.clone(), lines, unfinished: false }
    }

    pub fn line(&self, name: &str, value: impl Fn(Pair) -> Option<f64>) -> Line {
        let values = self.grid.steps.iter().map(|pair| pair.and_then(&value)).collect();
        Line { name: name.to_owned(), values, beyond: Vec::new() }
    }

    /// One rate per key, those that grew most first. `scale`: what the rates are multiplied by.
    pub fn rates(&self, set: &Set<Counted>, key: impl Fn(&Tags) -> String, whole: &str, scale: f64) -> Lines {
        let mut weights: BTreeMap<String, f64> = BTreeMap::new();
        for counted in &set.series {
            let grew = self.grid.whole.map_or(0.0, |pair| counted.increase(pair));
            *weights.entry(key(&counted.tags)).or_default() += grew;
        }
        self.heaviest(weights, whole, |wanted, pair| {
            let sum = set.sum(pair, |tags| key(tags) == wanted);
            Some(sum / self.grid.seconds(pair) * scale)
        })
    }

    /// One level per key, the highest first; levels of one key are added up.
    pub fn levels(&self, set: &Set<Measured>, key: impl Fn(&Tags) -> String, whole: &str) -> Lines {
        let mut weights: BTreeMap<String, f64> = BTreeMap::new();
        for measured in &set.series {
            let last = self.grid.steps.iter().rev().flatten().find_map(|pair| measured.at(*pair));
            *weights.entry(key(&measured.tags)).or_default() += last.unwrap_or(0.0).abs();
        }
        self.heaviest(weights, whole, |wanted, pair| total(set, pair, |tags| key(tags) == wanted))
    }

    /// A line per key, the heaviest first. A key that is empty is called `whole` where it is the only one.
    pub fn heaviest(
        &self,
        weights: BTreeMap<String, f64>,
        whole: &str,
        value: impl Fn(&str, Pair) -> Option<f64>,
    ) -> Lines {
        let mut keys: Vec<(String, f64)> = weights.into_iter().collect();
        keys.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let is_alone = keys.len() == 1;
        let line = |(key, _): &(String, f64)| {
            let name = match key.as_str() {
                "" if is_alone => whole,
                "" => "(other)",
                key => key,
            };
            self.line(name, |pair| value(key, pair))
        };
        let lines = keys.iter().take(MOST_LINES).map(line).collect();
        Lines { lines, left_out: keys.len().saturating_sub(MOST_LINES) }
    }

    /// The percentiles of histograms; otherwise the figures that the backend computed, each as it is; and the mean where
    /// only sums are told.
    pub fn percentiles(&self, durations: &Durations, key: impl Fn(&Tags) -> String) -> Lines {
        if !durations.buckets.is_empty() || durations.is_empty() {
            return Lines { lines: self.quantiles(durations), left_out: 0 };
        }
        let mut lines = Lines::default();
        if !durations.sums.is_empty() {
            lines.lines.push(self.line("average", |pair| durations.average(pair)));
        }
        let mut own: BTreeMap<(String, String), Vec<&Measured>> = BTreeMap::new();
        for measured in &durations.own {
            own.entry((stat(&measured.tags.stat), key(&measured.tags))).or_default().push(measured);
        }
        let keys: BTreeSet<&str> = own.keys().map(|entry| entry.1.as_str()).collect();
        let stats: BTreeSet<&str> = own.keys().map(|entry| entry.0.as_str()).collect();
        // Of several series one figure each: a high percentile says most.
        let shown = ["p95", "p99", "p90", "max"].into_iter().find(|stat| stats.contains(stat));
        let shown = shown.or(stats.last().copied());
        let wanted = own
            .iter()
            .filter(|((stat, _), all)| all.len() == 1 && (keys.len() == 1 || Some(stat.as_str()) == shown));
        let mut found: Vec<Line> = wanted
            .map(|((stat, key), all)| {
                let name = if keys.len() == 1 { stat.clone() } else { format!("{stat} {key}") };
                self.line(&name, |pair| all[0].at(pair))
            })
            .collect();
        if keys.len() > 1 {
            let last = |line: &Line| line.values.iter().rev().find_map(|value| *value).unwrap_or(f64::MIN);
            found.sort_by(|a, b| last(b).total_cmp(&last(a)));
        } else {
            found.sort_by(|a, b| order(&a.name).total_cmp(&order(&b.name)));
        }
        lines.left_out = found.len().saturating_sub(MOST_LINES);
        found.truncate(MOST_LINES);
        lines.lines.extend(found);
        lines
    }

    fn quantiles(&self, durations: &Durations) -> Vec<Line> {
        let mut lines = QUANTILES.map(|(name, _)| Line { name: name.to_owned(), ..Line::default() });
        for pair in &self.grid.steps {
            let observed = pair.map(|pair| durations.buckets.observed(pair));
            for (line, (_, q)) in lines.iter_mut().zip(QUANTILES) {
                let found = observed.as_ref().and_then(|observed| observed.quantile(q));
                line.values.push(found.map(|(value, _)| value));
                line.beyond.push(found.is_some_and(|(_, beyond)| beyond));
            }
        }
        for line in &mut lines {
            if !line.beyond.contains(&true) {
                line.beyond.clear();
            }
        }
        lines.into()
    }

    /// The share of failures where it does not matter whose fault they were.
    pub fn failed(&self, share: impl Fn(Pair) -> Option<f64>, is_told: bool) -> Vec<Line> {
        if is_told { vec![self.line("errors", share)] } else { Vec::new() }
    }

    /// The shares of failed requests: 4xx and 5xx where a status tells them, errors where it tells no more or where another
    /// counter does.
    pub fn failures(&self, requests: &Set<Counted>, all: &Set<Counted>, errors: &Set<Counted>) -> Vec<Line> {
        let has = |class| requests.any(|tags| tags.class == Some(class));
        let mut lines = Vec::new();
        if requests.any(|tags| tags.has_status) {
            if has(Class::Client) || has(Class::Server) || !has(Class::Failed) {
                for (name, class) in [("4xx", Class::Client), ("5xx", Class::Server)] {
                    lines.push(
                        self.line(name, |pair| share(requests, pair, |tags| tags.class == Some(class))),
                    );
                }
            }
            if has(Class::Failed) {
                lines.push(
                    self.line("errors", |pair| {
                        share(requests, pair, |tags| tags.class == Some(Class::Failed))
                    }),
                );
            }
        } else if !errors.series.is_empty() {
            lines.push(self.line("errors", |pair| {
                let count = all.sum(pair, |_| true);
                (count > 0.0).then(|| (errors.sum(pair, |_| true) / count).min(1.0))
            }));
        }
        lines
    }
}

/// The sum of the levels that `wanted` selects.
pub fn total(set: &Set<Measured>, pair: Pair, wanted: impl Fn(&Tags) -> bool) -> Option<f64> {
    let wanted = set.series.iter().filter(|measured| wanted(&measured.tags));
    wanted.filter_map(|measured| measured.at(pair)).reduce(|a, b| a + b)
}

/// The last level of each group.
pub fn last(set: &Set<Measured>, pair: Pair) -> BTreeMap<String, f64> {
    let groups: BTreeSet<&String> = set.series.iter().map(|measured| &measured.tags.group).collect();
    let value = |group: &String| Some((group.clone(), total(set, pair, |tags| tags.group == *group)?));
    groups.into_iter().filter_map(value).collect()
}

/// The share of the counters that `wanted` selects in the total increase; `None` where that is 0.
pub fn share(counters: &Set<Counted>, pair: Pair, wanted: impl Fn(&Tags) -> bool) -> Option<f64> {
    let all = counters.sum(pair, |_| true);
    (all > 0.0).then(|| counters.sum(pair, wanted) / all)
}

/// The name of a figure of many values: `0.95` is `p95`.
pub fn stat(told: &str) -> String {
    match (told.parse::<f64>(), told.to_ascii_lowercase().as_str()) {
        (Ok(1.0), _) => "max".to_owned(),
        (Ok(0.0), _) => "min".to_owned(),
        (Ok(q), _) if (0.0..1.0).contains(&q) => format!("p{}", (q * 1e6).round() / 1e4),
        // Some exporters write quantiles in percent.
        (Ok(q), _) if (1.0..100.0).contains(&q) => format!("p{q}"),
        (Ok(100.0), _) => "max".to_owned(),
        (_, "avg" | "mean" | "average") => "average".to_owned(),
        (_, "median") => "p50".to_owned(),
        (_, other) => other.to_owned(),
    }
}

/// Where a figure stands among others: percentiles grow, and the greatest comes last.
fn order(name: &str) -> f64 {
    match name {
        "average" => -2.0,
        "min" => -1.0,
        "max" => 101.0,
        name => name.strip_prefix('p').and_then(|rest| rest.parse().ok()).unwrap_or(102.0),
    }
}

/// A chart of signals; `None` where no metric tells any.
pub fn panel(
    draw: Draw<'_>,
    title: &str,
    unit: Unit,
    signals: &[Signal],
    metrics: &[&BTreeSet<String>],
    lines: Lines,
) -> Option<SignalChart> {
    let metrics: BTreeSet<String> = metrics.iter().flat_map(|metrics| metrics.iter().cloned()).collect();
    (!metrics.is_empty() && !lines.lines.is_empty()).then(|| SignalChart {
        title: title.to_owned(),
        signals: signals.iter().map(|signal| signal.name().to_owned()).collect(),
        metrics: metrics.into_iter().collect(),
        own: false,
        unit,
        chart: draw.chart(lines.lines),
        left_out: lines.left_out,
    })
}

/// The same, for figures that the backend may have computed itself.
pub fn durations_panel(
    draw: Draw<'_>,
    title: &str,
    signal: Signal,
    durations: &Durations,
    key: impl Fn(&Tags) -> String,
) -> Option<SignalChart> {
    let lines = draw.percentiles(durations, key);
    let chart = panel(draw, title, Unit::Ms, &[signal], &[&durations.metrics], lines)?;
    Some(SignalChart { own: durations.is_own(), ..chart })
}

/// A table of columns that name values by key; `None` where there is no row.
pub fn table(
    title: &str,
    head: &str,
    metrics: BTreeSet<String>,
    columns: Vec<(&str, Unit, BTreeMap<String, f64>)>,
) -> Option<SignalTable> {
    let keys: BTreeSet<&String> = columns.iter().flat_map(|column| column.2.keys()).collect();
    let columns: Vec<_> = columns.iter().filter(|column| !column.2.is_empty()).collect();
    let row = |key: &&String| SignalRow {
        name: if key.is_empty() { "(all)".to_owned() } else { (*key).clone() },
        values: columns.iter().map(|column| column.2.get(*key).copied()).collect(),
        beyond: Vec::new(),
    };
    (!keys.is_empty()).then(|| SignalTable {
        title: title.to_owned(),
        head: head.to_owned(),
        metrics: metrics.into_iter().collect(),
        own: false,
        columns: columns
            .iter()
            .map(|column| SignalColumn { name: column.0.to_owned(), unit: column.1 })
            .collect(),
        rows: keys.iter().take(MOST_ROWS).map(row).collect(),
        left_out: keys.len().saturating_sub(MOST_ROWS),
    })
}
