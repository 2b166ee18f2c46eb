//! Databases and their connection pools.
use std::collections::BTreeSet;

use whippet_api::{Section, Unit};
use whippet_catalogue::{Signal, Tags};

use super::draw::{Draw, Lines, durations_panel, panel, share, total};
use super::timings::{Named, timings_table};
use super::traffic::Traffic;
use crate::reports::reading::Reading;
use crate::reports::source::{Pair, Source};
use crate::reports::steps::Steps;
use crate::reports::tagged::{Measured, Set};

/// The signals of database queries.
pub const DATABASE: (Signal, Signal, Signal) = (Signal::DbQueries, Signal::DbDuration, Signal::DbErrors);

fn group(tags: &Tags) -> String {
    tags.group.clone()
}

/// The name of a query: its operation, or the database where it has none.
pub fn operation(tags: &Tags) -> String {
    if tags.operation.is_empty() { tags.group.clone() } else { tags.operation.clone() }
}

/// The section on databases.
pub fn database<S: Source>(
    reading: &Reading<'_, S>,
    steps: &Steps,
    traffic: &Traffic,
    operations: &Named,
) -> Result<Section, S::Error> {
    let draw = Draw { grid: reading.grid(), steps };
    let slow = reading.counted_by_group(Signal::DbSlow)?;
    let open = reading.levels(Signal::DbConnections)?;
    let most = reading.levels(Signal::DbConnectionsMax)?;
    let size = reading.levels(Signal::DbSize)?;
    let by_group = reading.counted_by_group(Signal::DbQueries)?;
    let is_told = !traffic.by_status.series.is_empty()
        || !traffic.errors.series.is_empty() && !traffic.all.series.is_empty();
    let failures = draw.failed(|pair| failed_share(traffic, pair), is_told);
    let failed = if failures.is_empty() {
        draw.rates(&traffic.errors, group, "errors", 1.0)
    } else {
        Lines::default()
    };
    let mut connections = draw.levels(&open, group, "open");
    connections.lines.extend(draw.levels(&most, |_| String::new(), "most").lines);
    let charts = [
        panel(
            draw,
            "Queries",
            Unit::PerSecond,
            &[Signal::DbQueries],
            &[&by_group.metrics],
            draw.rates(&by_group, group, "queries", 1.0),
        ),
        durations_panel(draw, "Query time", Signal::DbDuration, &traffic.durations, operation),
        panel(
            draw,
            "Errors, of all queries",
            Unit::Ratio,
            &[Signal::DbQueries, Signal::DbErrors],
            &[&traffic.by_status.metrics, &traffic.errors.metrics],
            Lines { lines: failures, left_out: 0 },
        ),
        panel(draw, "Errors", Unit::PerSecond, &[Signal::DbErrors], &[&traffic.errors.metrics], failed),
        panel(
            draw,
            "Slow queries",
            Unit::PerSecond,
            &[Signal::DbSlow],
            &[&slow.metrics],
            draw.rates(&slow, group, "slow", 1.0),
        ),
        panel(
            draw,
            "Connections",
            Unit::Number,
            &[Signal::DbConnections, Signal::DbConnectionsMax],
            &[&open.metrics, &most.metrics],
            connections,
        ),
        panel(
            draw,
            "Size",
            Unit::Bytes,
            &[Signal::DbSize],
            &[&size.metrics],
            draw.levels(&size, group, "size"),
        ),
    ];
    let table = timings_table("Database operations", "Operation", "Queries", operations);
    Ok(Section {
        name: "Database".to_owned(),
        charts: charts.into_iter().flatten().collect(),
        tables: table.into_iter().collect(),
    })
}

/// What is told of connection pools.
#[derive(Debug)]
pub struct Pools {
    in_use: Set<Measured>,
    idle: Set<Measured>,
    open: Set<Measured>,
    size: Set<Measured>,
    waiting: Set<Measured>,
}

impl Pools {
    /// Reads it.
    pub fn read<S: Source>(reading: &Reading<'_, S>) -> Result<Self, S::Error> {
        Ok(Self {
            in_use: reading.levels(Signal::PoolInUse)?,
            idle: reading.levels(Signal::PoolIdle)?,
            open: reading.levels(Signal::PoolOpen)?,
            size: reading.levels(Signal::PoolSize)?,
            waiting: reading.levels(Signal::PoolWaiting)?,
        })
    }

    /// The names of all pools.
    pub fn names(&self) -> BTreeSet<String> {
        let all = [&self.in_use, &self.idle, &self.open, &self.size, &self.waiting];
        all.into_iter()
            .flat_map(|set| set.series.iter().map(|measured| measured.tags.group.clone()))
            .collect()
    }

    /// The share of a pool's connections that are in use: of the most that it may have, or of those that are open.
    pub fn share(&self, name: &str, pair: Pair) -> Option<f64> {
        let of = |set: &Set<Measured>| total(set, pair, |tags| tags.group == name);
        let open = || of(&self.open).or_else(|| Some(of(&self.in_use)? + of(&self.idle)?));
        let in_use = of(&self.in_use).or_else(|| Some(of(&self.open)? - of(&self.idle)?))?;
        let size = of(&self.size).filter(|size| *size > 0.0).or_else(open)?;
        (size > 0.0).then(|| in_use / size)
    }
}

/// The section on connection pools.
pub fn pools<S: Source>(reading: &Reading<'_, S>, steps: &Steps) -> Result<Section, S::Error> {
    let draw = Draw { grid: reading.grid(), steps };
    let pools = Pools::read(reading)?;
    let wait = reading.durations(Signal::PoolWait, |_| true)?;
    let timeouts = reading.counted_by_group(Signal::PoolTimeouts)?;
    let names = pools.names();
    let parts = [
        ("in use", &pools.in_use, Signal::PoolInUse),
        ("idle", &pools.idle, Signal::PoolIdle),
        ("open", &pools.open, Signal::PoolOpen),
        ("waiting", &pools.waiting, Signal::PoolWaiting),
        ("most", &pools.size, Signal::PoolSize),
    ];
    let mut lines = Lines::default();
    for (name, set, _) in &parts {
        for pool in names.iter().filter(|pool| set.series.iter().any(|one| one.tags.group == **pool)) {
            let name = if names.len() == 1 { (*name).to_owned() } else { format!("{name} {pool}") };
            let line = draw.line(&name, |pair| total(set, pair, |tags| tags.group == *pool));
            if lines.lines.len() < 2 * super::draw::MOST_LINES {
                lines.lines.push(line)
            } else {
                lines.left_out += 1
            }
        }
    }
    let metrics = parts.map(|part| &part.1.metrics);
    let used: Vec<_> = names
        .iter()
        .filter(|pool| draw.grid.steps.iter().flatten().any(|pair| pools.share(pool, *pair).is_some()))
        .collect();
    let weights = used.iter().map(|pool| ((*pool).clone(), 0.0)).collect();
    let charts = [
        panel(draw, "Connections", Unit::Number, &parts.map(|part| part.2), &metrics, lines),
        panel(
            draw,
            "In use, of all",
            Unit::Ratio,
            &[Signal::PoolInUse, Signal::PoolSize],
            &metrics,
            draw.heaviest(weights, "in use", |pool, pair| pools.share(pool, pair)),
        ),
        durations_panel(draw, "Time until a connection is given", Signal::PoolWait, &wait, group),
        panel(
            draw,
            "Waits given up",
            Unit::PerSecond,
            &[Signal::PoolTimeouts],
            &[&timeouts.metrics],
            draw.rates(&timeouts, group, "given up", 1.0),
        ),
    ];
    Ok(Section {
        name: "Connection pools".to_owned(),
        charts: charts.into_iter().flatten().collect(),
        tables: Vec::new(),
    })
}

/// The share of queries that were slow: those that took longer than `bound` ms, or that the backend calls slow.
pub fn slow_share<S: Source>(
    reading: &Reading<'_, S>,
    traffic: &Traffic,
    bound: f64,
) -> Result<Option<f64>, S::Error> {
    let Some(whole) = reading.grid().whole else { return Ok(None) };
    if !traffic.durations.buckets.is_empty() {
        return Ok(traffic.durations.buckets.observed(whole).above(bound));
    }
    let slow = reading.counted(Signal::DbSlow, |_| true)?;
    let all = traffic.all.sum(whole, |_| true);
    Ok((all > 0.0 && !slow.series.is_empty()).then(|| (slow.sum(whole, |_| true) / all).min(1.0)))
}

/// The share of failed queries.
pub fn failed_share(traffic: &Traffic, pair: Pair) -> Option<f64> {
    let is_bad = |tags: &Tags| !matches!(tags.class, None | Some(whippet_catalogue::Class::Good));
    if traffic.by_status.series.is_empty() {
        let all = traffic.all.sum(pair, |_| true);
        return (all > 0.0 && !traffic.errors.series.is_empty())
            .then(|| (traffic.errors.sum(pair, |_| true) / all).min(1.0));
    }
    share(&traffic.by_status, pair, is_bad)
}
