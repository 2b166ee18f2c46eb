//! `GET /api/loading`: navigation phases, resources, server timings and long frames.
use std::collections::HashMap;

use whippet_api::{Distribution, Loading, Resource, Script};
use whippet_engine::beacon::ResourceKind;

use super::filter::{Filter, distribution, names};
use super::histograms::{by_name, page_loads};
use super::steps::Steps;
use super::window::Window;
use crate::cells::{self, Section};
use crate::database::{Database, Result};
use crate::kind::{Kind, OTHER};
use crate::page_loads::PAGE_LOADS;

/// The most rows of a table.
const MOST: usize = 100;
/// The phases of a navigation, in the order of time.
const PHASES: [&str; 8] = ["redirect", "dns", "tcp", "tls", "request", "response", "dom", "load"];

/// Phases, resources, server timings and long frames of the window.
pub fn loading(db: &dyn Database, steps: &Steps, filter: &Filter) -> Result<Loading> {
    let histograms = by_name(db, steps, filter)?;
    let loads = page_loads(&histograms);
    let named = |name: &str| histograms.get(name).map(|timings| distribution(name, &timings.histogram));
    let loaded: cells::Loading = Window::new(db, steps, filter)?.total(Section::Loading)?;
    let phases = PHASES.iter().filter_map(|phase| {
        let timings = histograms.get(&format!("navigation.{phase}"))?;
        Some(distribution(phase, &timings.histogram))
    });
    let mut servers: Vec<Distribution> = histograms
        .iter()
        .filter_map(|(name, timings)| Some(distribution(name.strip_prefix("server.")?, &timings.histogram)))
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
        resources: resources(&names(db, Kind::Host)?, &loaded),
        servers,
        frames: named("frame.duration"),
        blocking: named("frame.blocking"),
        scripts: scripts(&names(db, Kind::Script)?, &loaded),
    })
}

/// Resources by host and kind, the longest total duration first.
fn resources(hosts: &HashMap<i64, String>, loaded: &cells::Loading) -> Vec<Resource> {
    // Hosts of different applications may have the same name.
    let mut sums: HashMap<(&str, &str), Resource> = HashMap::new();
    for ((host, kind), found) in &loaded.resources {
        let host = hosts.get(host).map_or(OTHER, String::as_str);
        let kind = ResourceKind::ALL.into_iter().find(|known| *known as u8 == *kind);
        let kind = kind.unwrap_or(ResourceKind::Other).as_str();
        let sum = sums.entry((host, kind)).or_insert_with(|| Resource {
            host: host.to_owned(),
            kind: kind.to_owned(),
            ..Resource::default()
        });
        sum.count += found.count as f64;
        sum.bytes += found.bytes as f64;
        sum.cached += found.cached as f64;
        sum.failed += found.failed as f64;
        sum.duration += found.duration;
        sum.slowest = sum.slowest.max(found.slowest);
    }
    let mut sums: Vec<Resource> = sums.into_values().collect();
    let by_name = |a: &Resource, b: &Resource| (&a.host, &a.kind).cmp(&(&b.host, &b.kind));
    sums.sort_by(|a, b| b.duration.total_cmp(&a.duration).then_with(|| by_name(a, b)));
    sums.truncate(MOST);
    sums
}

/// Scripts, the longest total duration first.
fn scripts(known: &HashMap<i64, String>, loaded: &cells::Loading) -> Vec<Script> {
    // Different applications may have the same script.
    let mut sums: HashMap<&str, Script> = HashMap::new();
    for (name, found) in &loaded.scripts {
        let name = known.get(name).map_or(OTHER, String::as_str);
        let sum = sums.entry(name).or_insert_with(|| {
            let (source, invoker) = name.split_once('\n').unwrap_or((name, ""));
            Script { source: source.to_owned(), invoker: invoker.to_owned(), ..Script::default() }
        });
        sum.count += found.count as f64;
        sum.duration += found.duration;
        sum.forced += found.forced;
    }
    let mut sums: Vec<Script> = sums.into_values().collect();
    let by_name = |a: &Script, b: &Script| (&a.source, &a.invoker).cmp(&(&b.source, &b.invoker));
    sums.sort_by(|a, b| b.duration.total_cmp(&a.duration).then_with(|| by_name(a, b)));
    sums.truncate(MOST);
    sums
}
