//! Caches.
use std::collections::{BTreeMap, BTreeSet};

use whippet_api::{Section, SignalChart, Unit};
use whippet_catalogue::{Signal, Tags};

use super::draw::{Draw, Lines, last, panel, table, total};
use crate::reports::reading::Reading;
use crate::reports::source::{Pair, Source};
use crate::reports::steps::Steps;
use crate::reports::tagged::{Counted, Measured, Set};

fn group(tags: &Tags) -> String {
    tags.group.clone()
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
        rate.map(|chart| SignalChart { own: is_own, ..chart }),
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
