//! `GET /api/toolkit`: what Whippet itself counts in browsers.
use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};
use whippet_api::{Counter, Line, Toolkit};

use super::buckets::QUANTILES;
use super::filter::{Filter, MATCHES, names};
use super::histograms::{FETCHES, histograms};
use super::steps::Steps;
use crate::kind::{Kind, OTHER};
use crate::time::MINUTE;

/// Counters, cache hit rate and fetch latency of the window.
pub fn toolkit(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Toolkit> {
    let (totals, served, misses) = counters(connection, steps, filter)?;
    let fetches = histograms(connection, steps, filter, FETCHES)?;
    let hit_rate = served.iter().zip(&misses).map(|(served, misses)| {
        let all = served + misses;
        (all > 0.0).then(|| served / all)
    });
    let quantiles = QUANTILES.map(|(name, q)| Line {
        name: name.to_owned(),
        values: fetches.iter().map(|histogram| histogram.quantile(q)).collect(),
        ..Line::default()
    });
    Ok(Toolkit {
        counters: totals.into_iter().map(|(name, total)| Counter { name, total: total as u64 }).collect(),
        hit_rate: steps.chart(vec![Line {
            name: "hit rate".to_owned(),
            values: hit_rate.collect(),
            ..Line::default()
        }]),
        fetches: steps.chart(quantiles.into()),
    })
}

/// All counters over the whole window, by name.
pub fn totals(
    connection: &Connection,
    steps: &Steps,
    filter: &Filter,
) -> rusqlite::Result<BTreeMap<String, f64>> {
    Ok(counters(connection, steps, filter)?.0)
}

type Counts = (BTreeMap<String, f64>, Vec<f64>, Vec<f64>);

/// Totals by name; and for each step the cache hits, which include stale data as in the engine, and the misses.
fn counters(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Counts> {
    let names = names(connection, Kind::Counter)?;
    let (from, to) = steps.bounds(MINUTE);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT minute, name, total(total) FROM counters
         WHERE minute > :from AND minute <= :to AND {MATCHES} GROUP BY minute, name"
    ))?;
    let mut rows = statement.query(named_params! {
        ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
    })?;
    let mut totals: BTreeMap<String, f64> = BTreeMap::new();
    let (mut served, mut misses) = (vec![0.0; steps.ends.len()], vec![0.0; steps.ends.len()]);
    while let Some(row) = rows.next()? {
        let (place, total): (usize, f64) = (steps.place(row.get(0)?), row.get(2)?);
        let name = names.get(&row.get(1)?).map_or(OTHER, String::as_str);
        match name {
            "query.hits" | "query.stale_served" => served[place] += total,
            "query.misses" => misses[place] += total,
            _ => {}
        }
        *totals.entry(name.to_owned()).or_default() += total;
    }
    Ok((totals, served, misses))
}
