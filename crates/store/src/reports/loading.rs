//! `GET /api/loading`: navigation phases, resources, server timings and long frames.
use std::collections::HashMap;

use rusqlite::{Connection, named_params};
use whippet_api::{Distribution, Loading, Resource, Script};
use whippet_engine::beacon::ResourceKind;

use super::filter::{Filter, MATCHES, distribution, names};
use super::histograms::{by_name, page_loads};
use super::steps::Steps;
use crate::kind::{Kind, OTHER};
use crate::page_loads::PAGE_LOADS;
use crate::time::MINUTE;

/// The most rows of a table.
const MOST: usize = 100;
/// The phases of a navigation, in the order of time.
const PHASES: [&str; 8] = ["redirect", "dns", "tcp", "tls", "request", "response", "dom", "load"];

/// Phases, resources, server timings and long frames of the window.
pub fn loading(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Loading> {
    let histograms = by_name(connection, steps, filter)?;
    let loads = page_loads(connection, steps, filter)?;
    let named = |name: &str| histograms.get(name).map(|histogram| distribution(name, histogram));
    let phases = PHASES.iter().filter_map(|phase| {
        let histogram = histograms.get(&format!("navigation.{phase}"))?;
        Some(distribution(phase, histogram))
    });
    let mut servers: Vec<Distribution> = histograms
        .iter()
        .filter_map(|(name, histogram)| Some(distribution(name.strip_prefix("server.")?, histogram)))
        .collect();
    servers.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    servers.truncate(MOST);
    Ok(Loading {
        load: (!loads.histogram.is_empty()).then(|| Distribution {
            // As the Overview rates it.
            p50: loads.quantile(0.5),
            p75: loads.quantile(0.75),
            p95: loads.quantile(0.95),
            ..distribution(PAGE_LOADS, &loads.histogram)
        }),
        phases: phases.collect(),
        resources: resources(connection, steps, filter)?,
        servers,
        frames: named("frame.duration"),
        blocking: named("frame.blocking"),
        scripts: scripts(connection, steps, filter)?,
    })
}

/// Resources by host and kind, the longest total duration first.
fn resources(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Vec<Resource>> {
    let hosts = names(connection, Kind::Host)?;
    let (from, to) = steps.bounds(MINUTE);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT host, kind, total(count), total(bytes), total(cached), total(failed), total(duration), max(slowest)
         FROM resources WHERE minute > :from AND minute <= :to AND {MATCHES} GROUP BY host, kind"
    ))?;
    let mut rows = statement.query(named_params! {
        ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
    })?;
    // Hosts of different applications may have the same name.
    let mut sums: HashMap<(&str, &str), Resource> = HashMap::new();
    while let Some(row) = rows.next()? {
        let host = hosts.get(&row.get(0)?).map_or(OTHER, String::as_str);
        let kind: i64 = row.get(1)?;
        let kind = ResourceKind::ALL.into_iter().find(|known| *known as i64 == kind);
        let kind = kind.unwrap_or(ResourceKind::Other).as_str();
        let sum = sums.entry((host, kind)).or_insert_with(|| Resource {
            host: host.to_owned(),
            kind: kind.to_owned(),
            ..Resource::default()
        });
        sum.count += row.get::<_, f64>(2)?;
        sum.bytes += row.get::<_, f64>(3)?;
        sum.cached += row.get::<_, f64>(4)?;
        sum.failed += row.get::<_, f64>(5)?;
        sum.duration += row.get::<_, f64>(6)?;
        sum.slowest = sum.slowest.max(row.get(7)?);
    }
    let mut sums: Vec<Resource> = sums.into_values().collect();
    sums.sort_by(|a, b| b.duration.total_cmp(&a.duration));
    sums.truncate(MOST);
    Ok(sums)
}

/// Scripts, the longest total duration first.
fn scripts(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Vec<Script>> {
    let known = names(connection, Kind::Script)?;
    let (from, to) = steps.bounds(MINUTE);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT script, total(count), total(duration), total(forced) FROM scripts
         WHERE minute > :from AND minute <= :to AND {MATCHES} GROUP BY script"
    ))?;
    let mut rows = statement.query(named_params! {
        ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
    })?;
    // Different applications may have the same script.
    let mut sums: HashMap<&str, Script> = HashMap::new();
    while let Some(row) = rows.next()? {
        let name = known.get(&row.get(0)?).map_or(OTHER, String::as_str);
        let sum = sums.entry(name).or_insert_with(|| {
            let (source, invoker) = name.split_once('\n').unwrap_or((name, ""));
            Script { source: source.to_owned(), invoker: invoker.to_owned(), ..Script::default() }
        });
        sum.count += row.get::<_, f64>(1)?;
        sum.duration += row.get::<_, f64>(2)?;
        sum.forced += row.get::<_, f64>(3)?;
    }
    let mut sums: Vec<Script> = sums.into_values().collect();
    sums.sort_by(|a, b| b.duration.total_cmp(&a.duration));
    sums.truncate(MOST);
    Ok(sums)
}
