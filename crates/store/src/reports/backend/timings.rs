//! Tables of routes, queries, calls and jobs: how often, how long, how many failed.
use std::collections::{BTreeMap, BTreeSet};

use whippet_api::{SignalColumn, SignalRow, SignalTable, Timing, Unit};
use whippet_catalogue::{Class, Signal, Tags};

use super::draw::{MOST_ROWS, stat};
use crate::reports::buckets::QUANTILES;
use crate::reports::reading::{Durations, Reading};
use crate::reports::source::{Grid, Pair, Source};
use crate::reports::tagged::{Counted, Set};

/// Timings by name, and what they are computed from.
#[derive(Debug, Default)]
pub struct Named {
    /// The busiest first.
    pub timings: Vec<Timing>,
    /// The metrics.
    pub metrics: BTreeSet<String>,
    /// Whether the backend computed percentiles itself.
    pub own: bool,
}

impl Named {
    /// Reads what is told of each name. The metrics that have names may be others than those of the whole.
    pub fn read<S: Source>(
        reading: &Reading<'_, S>,
        (requests, duration): (Signal, Signal),
        name: impl Fn(&Tags) -> String,
    ) -> Result<Self, S::Error> {
        let has_codes = requests.name().starts_with("http.");
        let is_named = |tags: &Tags| !name(tags).is_empty();
        let mut counts = reading.counted(requests, |tags| is_named(tags) && tags.has_status)?;
        if counts.series.is_empty() {
            counts = reading.counted(requests, is_named)?;
        }
        let durations = reading.durations(duration, is_named)?;
        Ok(Self {
            timings: timings(reading.grid(), (&counts, has_codes), &durations, &name),
            own: durations.is_own(),
            metrics: counts.metrics.into_iter().chain(durations.metrics).collect(),
        })
    }
}

/// A row per name, the busiest first. `has_codes`: whether it matters whose fault a failure was.
fn timings(
    grid: &Grid,
    (counts, has_codes): (&Set<Counted>, bool),
    durations: &Durations,
    name: impl Fn(&Tags) -> String,
) -> Vec<Timing> {
    let Some(whole) = grid.whole else { return Vec::new() };
    // All, those of each class, and whether any status is told.
    let mut rows: BTreeMap<String, ([f64; 4], bool)> = BTreeMap::new();
    for counted in &counts.series {
        let increase = counted.increase(whole);
        let row = rows.entry(name(&counted.tags)).or_default();
        row.0[0] += increase;
        match counted.tags.class {
            Some(Class::Client) if has_codes => row.0[1] += increase,
            Some(Class::Server) if has_codes => row.0[2] += increase,
            Some(Class::Client | Class::Server | Class::Failed) => row.0[3] += increase,
            Some(Class::Good) | None => {}
        }
        row.1 |= counted.tags.has_status;
    }
    let parts = durations.split(&name);
    if counts.series.is_empty() {
        rows.extend(
            parts.iter().map(|(name, part)| (name.clone(), ([part.count(whole), 0.0, 0.0, 0.0], false))),
        );
    }
    let has_failed = !has_codes || rows.values().any(|row| row.0[3] > 0.0);
    let has_codes = rows.values().any(|row| row.0[1] > 0.0 || row.0[2] > 0.0) || !has_failed;
    let nothing = Durations::default();
    let row = |(name, ([all, client, server, failed], has_status)): (String, ([f64; 4], bool))| {
        let part = parts.get(&name).unwrap_or(&nothing);
        let share = |some: f64, is_told: bool| (all > 0.0 && has_status && is_told).then(|| some / all);
        let mut timing = Timing {
            name,
            count: all,
            rate: all / grid.seconds(whole),
            p50: None,
            p95: None,
            p99: None,
            beyond: [false; 3],
            client_errors: share(client, has_codes),
            server_errors: share(server, has_codes),
            average: part.average(whole),
            errors: share(failed, has_failed),
        };
        percentiles(part, whole, &mut timing);
        timing
    };
    let mut timings: Vec<Timing> = rows.into_iter().filter(|row| !row.0.is_empty()).map(row).collect();
    timings.retain(|timing| timing.count > 0.0 || timing.p95.is_some());
    timings.sort_by(|a, b| b.count.total_cmp(&a.count));
    timings
}

fn percentiles(durations: &Durations, whole: Pair, timing: &mut Timing) {
    if !durations.buckets.is_empty() {
        let observed = durations.buckets.observed(whole);
        let found = QUANTILES.map(|(_, q)| observed.quantile(q));
        [timing.p50, timing.p95, timing.p99] = found.map(|found| found.map(|(value, _)| value));
        timing.beyond = found.map(|found| found.is_some_and(|(_, beyond)| beyond));
        return;
    }
    // Figures of several series cannot be merged: one that stands alone is shown.
    let alone = |name: &str| {
        let mut all = durations.own.iter().filter(|own| stat(&own.tags.stat) == name);
        let first = all.next();
        if all.next().is_some() { None } else { first.and_then(|own| own.at(whole)) }
    };
    [timing.p50, timing.p95, timing.p99] = ["p50", "p95", "p99"].map(alone);
    timing.average = timing.average.or_else(|| alone("average"));
}

/// A table of timings, with the columns that any row has.
pub fn timings_table(title: &str, head: &str, count: &str, named: &Named) -> Option<SignalTable> {
    type Column = (&'static str, Unit, fn(&Timing) -> Option<f64>, usize);
    const NO: usize = usize::MAX;
    let columns: [Column; 8] = [
        ("Rate", Unit::PerSecond, |timing| Some(timing.rate), NO),
        ("Average", Unit::Ms, |timing| timing.average, NO),
        ("p50", Unit::Ms, |timing| timing.p50, 0),
        ("p95", Unit::Ms, |timing| timing.p95, 1),
        ("p99", Unit::Ms, |timing| timing.p99, 2),
        ("4xx", Unit::Ratio, |timing| timing.client_errors, NO),
        ("5xx", Unit::Ratio, |timing| timing.server_errors, NO),
        ("Errors", Unit::Ratio, |timing| timing.errors, NO),
    ];
    let timings = &named.timings;
    if timings.is_empty() {
        return None;
    }
    let left_out = timings.len().saturating_sub(MOST_ROWS);
    let timings = &timings[..timings.len() - left_out];
    let is_told = |column: &&Column| timings.iter().any(|timing| column.2(timing).is_some());
    let shown: Vec<&Column> = columns.iter().filter(is_told).collect();
    let row = |timing: &Timing| {
        let mut row =
            SignalRow { name: timing.name.clone(), values: vec![Some(timing.count)], beyond: vec![false] };
        for column in &shown {
            row.values.push(column.2(timing));
            row.beyond.push(timing.beyond.get(column.3).copied().unwrap_or(false));
        }
        if !row.beyond.contains(&true) {
            row.beyond.clear();
        }
        row
    };
    let headings =
        std::iter::once((count, Unit::Number)).chain(shown.iter().map(|column| (column.0, column.1)));
    Some(SignalTable {
        title: title.to_owned(),
        head: head.to_owned(),
        metrics: named.metrics.iter().cloned().collect(),
        own: named.own,
        columns: headings.map(|(name, unit)| SignalColumn { name: name.to_owned(), unit }).collect(),
        rows: timings.iter().map(row).collect(),
        left_out,
    })
}
