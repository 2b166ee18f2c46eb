//! `GET /api/toolkit`: what Whippet itself counts in browsers.
use std::collections::{BTreeMap, HashMap};

use whippet_api::{Counter, Line, Toolkit};

use super::buckets::QUANTILES;
use super::filter::{Filter, names};
use super::histograms::{FETCHES, histograms};
use super::steps::Steps;
use super::window::Window;
use crate::cells::{Cell, Section, Sums, add};
use crate::database::{Database, Result};
use crate::kind::{Kind, OTHER};

/// Counters, cache hit rate and fetch latency of the window.
pub fn toolkit(db: &dyn Database, steps: &Steps, filter: &Filter) -> Result<Toolkit> {
    let known = names(db, Kind::Counter)?;
    let sums: Vec<Sums> = Window::new(db, steps, filter)?.by_step(Section::Sums, steps)?;
    let hit_rate = sums.iter().map(|sums| hit_rate(&named(&known, sums)));
    let mut whole = Sums::default();
    sums.iter().for_each(|sums| whole.merge(sums));
    let totals = named(&known, &whole);
    let fetches = histograms(db, steps, filter, FETCHES)?;
    let quantiles = QUANTILES.map(|(name, q)| Line {
        name: name.to_owned(),
        values: fetches.iter().map(|histogram| histogram.quantile(q)).collect(),
        ..Line::default()
    });
    Ok(Toolkit {
        counters: totals.into_iter().map(|(name, total)| Counter { name, total }).collect(),
        hit_rate: steps.chart(vec![Line {
            name: "hit rate".to_owned(),
            values: hit_rate.collect(),
            ..Line::default()
        }]),
        fetches: steps.chart(quantiles.into()),
    })
}

/// The counters by name. Those of different applications may have the same name.
pub fn named(names: &HashMap<i64, String>, sums: &Sums) -> BTreeMap<String, u64> {
    let mut totals = BTreeMap::new();
    for (name, count) in &sums.counters {
        add(&mut totals, names.get(name).map_or(OTHER, String::as_str).to_owned(), *count);
    }
    totals
}

/// The share of cache hits, which include stale data as in the engine.
fn hit_rate(totals: &BTreeMap<String, u64>) -> Option<f64> {
    let count = |name: &str| totals.get(name).copied().unwrap_or(0) as f64;
    let served = count("query.hits") + count("query.stale_served");
    let all = served + count("query.misses");
    (all > 0.0).then(|| served / all)
}
