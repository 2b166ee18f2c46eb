//! Databases, their connection pools, and caches.
use std::collections::{BTreeMap, BTreeSet};

use whippet_api::{Section, Unit};
use whippet_catalogue::{Signal, Tags};

use super::draw::{Draw, Lines, durations_panel, panel, share, table, total};
use super::timings::{Named, timings_table};
use super::traffic::Traffic;
use crate::reports::reading::{Counted, Measured, Reading, Set};
use crate::reports::source::{Pair, Source};
use crate::reports::steps::Steps;

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
    let failures = draw.failures(&traffic.by_status, &traffic.all, &traffic.errors);
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

/// What is told of caches.
#[derive(Debug)]
pub struct Caches {
    requests: Set<Counted>,
    hits: Set<Counted>,
    misses: Set<Counted>,
    rate: Set<Measured>,
}

impl Caches {
    /// Reads it.
    pub fn read<S: Source>(reading: &Reading<'_, S>) -> Result<Self, S::Error> {
        Ok(Self {
            requests: reading.counted_by_group(Signal::CacheRequests)?,
            hits: reading.counted_by_group(Signal::CacheHits)?,
            misses: reading.counted_by_group(Signal::CacheMisses)?,
            rate: reading.levels(Signal::CacheHitRate)?,
        })
    }

    /// Whether nothing tells look-ups.
    pub fn is_empty(&self) -> bool {
        self.names().is_empty()
    }

    /// The names of all caches.
    pub fn names(&self) -> BTreeSet<String> {
        let counted = [&self.requests, &self.hits, &self.misses];
        let counted =
            counted.into_iter().flat_map(|set| &set.series).map(|counted| counted.tags.group.clone());
        counted.chain(self.rate.series.iter().map(|measured| measured.tags.group.clone())).collect()
    }

    /// Hits and all look-ups between two points, of the caches that `wanted` selects.
    pub fn looked_up(&self, pair: Pair, wanted: impl Fn(&str) -> bool) -> (f64, f64) {
        let of = |set: &Set<Counted>, hit: Option<bool>| {
            set.sum(pair, |tags| wanted(&tags.group) && (hit.is_none() || tags.hit == hit))
        };
        let (mut hits, mut misses) = (of(&self.requests, Some(true)), of(&self.requests, Some(false)));
        // What is counted by result is not counted a second time.
        let is_new = |set: &Set<Counted>| {
            let by_result: BTreeSet<&str> = self
                .requests
                .series
                .iter()
                .filter(|one| one.tags.hit.is_some())
                .map(|one| one.tags.group.as_str())
                .collect();
            set.sum(pair, |tags| wanted(&tags.group) && !by_result.contains(tags.group.as_str()))
        };
        let (more_hits, more_misses) = (is_new(&self.hits), is_new(&self.misses));
        let untold = self.requests.sum(pair, |tags| wanted(&tags.group) && tags.hit.is_none());
        hits += more_hits;
        misses += more_misses;
        let counted = hits + misses;
        // Look-ups without a result, beside hits or misses alone: the others are what is left.
        let has = |set: &Set<Counted>| set.any(|tags| wanted(&tags.group));
        match (has(&self.hits), has(&self.misses)) {
            (true, false) if untold > 0.0 => (hits, untold.max(hits)),
            (false, true) if untold > 0.0 => (untold - misses.min(untold), untold),
            (false, false) if hits + misses == 0.0 => (0.0, 0.0),
            _ => (hits, counted),
        }
    }

    /// The share of look-ups that hit, in one cache.
    pub fn hit_rate(&self, name: &str, pair: Pair) -> Option<f64> {
        let (hits, all) = self.looked_up(pair, |cache| cache == name);
        if all > 0.0 { Some(hits / all) } else { total(&self.rate, pair, |tags| tags.group == name) }
    }

    /// The same in all caches that count.
    pub fn overall(&self, pair: Pair) -> Option<f64> {
        let (hits, all) = self.looked_up(pair, |_| true);
        let own = || match self.rate.series.as_slice() {
            [one] => one.at(pair),
            _ => None,
        };
        if all > 0.0 { Some(hits / all) } else { own() }
    }

    fn metrics(&self) -> BTreeSet<String> {
        let counted = [&self.requests.metrics, &self.hits.metrics, &self.misses.metrics, &self.rate.metrics];
        counted.into_iter().flatten().cloned().collect()
    }

    /// The hit rate of each cache over time.
    pub fn lines(&self, draw: Draw<'_>) -> Lines {
        let weight = |name: String| {
            let looked_up = draw.grid.whole.map_or(0.0, |pair| self.looked_up(pair, |cache| cache == name).1);
            (name, looked_up)
        };
        draw.heaviest(self.names().into_iter().map(weight).collect(), "cache", |name, pair| {
            self.hit_rate(name, pair)
        })
    }
}

/// The section on caches.
pub fn caches<S: Source>(
    reading: &Reading<'_, S>,
    steps: &Steps,
    caches: &Caches,
) -> Result<Section, S::Error> {
    let draw = Draw { grid: reading.grid(), steps };
    let evictions = reading.counted_by_group(Signal::CacheEvictions)?;
    let [entries, bytes, limit] =
        [Signal::CacheEntries, Signal::CacheBytes, Signal::CacheLimit].map(|signal| reading.levels(signal));
    let (entries, bytes, limit) = (entries?, bytes?, limit?);
    let is_own =
        !caches.rate.series.is_empty() && caches.requests.series.is_empty() && caches.hits.series.is_empty();
    let metrics = caches.metrics();
    let rate = panel(
        draw,
        "Hit rate",
        Unit::Ratio,
        &[Signal::CacheRequests, Signal::CacheHits, Signal::CacheMisses, Signal::CacheHitRate],
        &[&metrics],
        caches.lines(draw),
    );
    let mut size = draw.levels(&bytes, group, "bytes");
    size.lines.extend(draw.levels(&limit, |_| String::new(), "most").lines);
    let charts = [
        rate.map(|chart| whippet_api::SignalChart { own: is_own, ..chart }),
        panel(
            draw,
            "Evictions",
            Unit::PerSecond,
            &[Signal::CacheEvictions],
            &[&evictions.metrics],
            draw.rates(&evictions, group, "evictions", 1.0),
        ),
        panel(
            draw,
            "Entries",
            Unit::Number,
            &[Signal::CacheEntries],
            &[&entries.metrics],
            draw.levels(&entries, group, "entries"),
        ),
        panel(
            draw,
            "Size",
            Unit::Bytes,
            &[Signal::CacheBytes, Signal::CacheLimit],
            &[&bytes.metrics, &limit.metrics],
            size,
        ),
    ];
    let mut columns: Vec<(&str, Unit, BTreeMap<String, f64>)> = Vec::new();
    if let Some(whole) = draw.grid.whole {
        let names = caches.names();
        let of = |value: &dyn Fn(&str) -> Option<f64>| -> BTreeMap<String, f64> {
            names.iter().filter_map(|name| Some((name.clone(), value(name)?))).collect()
        };
        let looked_up =
            |name: &str| Some(caches.looked_up(whole, |cache| cache == name)).filter(|found| found.1 > 0.0);
        columns.push(("Look-ups", Unit::Number, of(&|name| looked_up(name).map(|found| found.1))));
        columns.push(("Misses", Unit::Number, of(&|name| looked_up(name).map(|found| found.1 - found.0))));
        columns.push(("Hit rate", Unit::Ratio, of(&|name| caches.hit_rate(name, whole))));
        let mut dropped: BTreeMap<String, f64> = BTreeMap::new();
        for counted in &evictions.series {
            *dropped.entry(counted.tags.group.clone()).or_default() += counted.increase(whole);
        }
        columns.push(("Evictions", Unit::Number, dropped));
        columns.push(("Entries", Unit::Number, last(&entries, whole)));
        columns.push(("Size", Unit::Bytes, last(&bytes, whole)));
    }
    let all = [&metrics, &evictions.metrics, &entries.metrics, &bytes.metrics]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    Ok(Section {
        name: "Caches".to_owned(),
        charts: charts.into_iter().flatten().collect(),
        tables: table("Caches", "Cache", all, columns).into_iter().collect(),
    })
}

/// The last level of each group.
pub fn last(set: &Set<Measured>, pair: Pair) -> BTreeMap<String, f64> {
    let groups: BTreeSet<&String> = set.series.iter().map(|measured| &measured.tags.group).collect();
    let value = |group: &String| Some((group.clone(), total(set, pair, |tags| tags.group == *group)?));
    groups.into_iter().filter_map(value).collect()
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
