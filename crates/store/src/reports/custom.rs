//! `GET /api/custom`: the measurements that an application names itself.
use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};
use whippet_api::{Counter, Custom, Gauge};

use super::filter::{Filter, MATCHES, distribution, names};
use super::histograms::by_name;
use super::steps::Steps;
use super::toolkit;
use crate::kind::{Kind, OTHER};
use crate::time::MINUTE;

/// The prefixes of Whippet's own names, which docs/beacon.md lists.
const OWN: [&str; 8] = ["query.", "json.", "lazy.", "pace.", "page.", "navigation.", "server.", "frame."];

/// Distributions, counts and gauges of the window.
pub fn custom(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Custom> {
    let is_custom = |name: &str| !OWN.iter().any(|own| name.starts_with(own));
    let histograms = by_name(connection, steps, filter)?;
    let distributions = histograms.iter().filter(|entry| is_custom(entry.0));
    let counters = toolkit::totals(connection, steps, filter)?.into_iter();
    Ok(Custom {
        distributions: distributions.map(|(name, histogram)| distribution(name, histogram)).collect(),
        counters: counters
            .filter(|entry| is_custom(&entry.0))
            .map(|(name, total)| Counter { name, total: total as u64 })
            .collect(),
        gauges: gauges(connection, steps, filter)?,
    })
}

fn gauges(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Vec<Gauge>> {
    let known = names(connection, Kind::Gauge)?;
    let (from, to) = steps.bounds(MINUTE);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT name, total(count), total(sum), min(min), max(max) FROM gauges
         WHERE minute > :from AND minute <= :to AND {MATCHES} GROUP BY name"
    ))?;
    let mut rows = statement.query(named_params! {
        ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
    })?;
    // Gauges of different applications may have the same name: count, sum, min, max.
    let mut gauges: BTreeMap<String, (f64, f64, f64, f64)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let name = known.get(&row.get(0)?).map_or(OTHER, String::as_str);
        let (count, sum, min, max): (f64, f64, f64, f64) =
            (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        let gauge = gauges.entry(name.to_owned()).or_insert((0.0, 0.0, min, max));
        *gauge = (gauge.0 + count, gauge.1 + sum, gauge.2.min(min), gauge.3.max(max));
    }
    let gauge = |(name, (count, sum, min, max)): (String, (f64, f64, f64, f64))| Gauge {
        name,
        count,
        mean: if count > 0.0 { sum / count } else { 0.0 },
        min,
        max,
    };
    Ok(gauges.into_iter().map(gauge).collect())
}
