//! The beacons of one transaction. They are added up in memory, so that each cell is written once.
use std::collections::HashMap;

use whippet_engine::beacon::{Beacon, Resource, Script, limits};
use whippet_engine::stats::{Histogram, StoredHistogram};

use crate::cells::{Origin, Place, Resources, Script as ScriptTimes, Timings, add, merge_histogram};
use crate::command::{Arrival, Ingested};
use crate::context::Context;
use crate::database::Result;
use crate::kind::Kind;
use crate::page_loads::PAGE_LOADS;
use crate::score::Client;
use crate::time::MINUTE;
use crate::weight::{scaled, weight};
use crate::{arrivals, beacon_ids, losses, page_errors, page_loads, views};

/// More views of one route than any page shows between two beacons.
const MOST_VIEWS: u64 = 1_000_000;

/// The largest sum of one beacon: counts come from clients.
const MOST: u64 = 1 << 60;

/// Adds beacons, unless their ids are known. Returns what became of each.
pub fn add_all(context: &mut Context<'_>, beacons: &[Arrival<'_>]) -> Result<Vec<Ingested>> {
    if beacons.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<(&Beacon, i64)> = beacons.iter().map(|(beacon, _, received)| (*beacon, *received)).collect();
    let fresh = beacon_ids::claim(context.database, context.hot.partitions(), &ids)?;
    let mut apps: HashMap<i64, i64> = HashMap::new();
    for ((beacon, client, received), _) in beacons.iter().zip(&fresh).filter(|(_, fresh)| **fresh) {
        context.client = *client;
        let app = add_one(context, beacon, *received)?;
        let newest = apps.entry(app).or_default();
        *newest = (*newest).max(*received);
    }
    context.hot.keep(context.database)?;
    let count = fresh.iter().filter(|fresh| **fresh).count();
    arrivals::record(context.database, context.hot.collector(), count as i64, &apps)?;
    let ingested = |fresh: bool| if fresh { Ingested::New } else { Ingested::Duplicate };
    Ok(fresh.into_iter().map(ingested).collect())
}

/// Adds one beacon. Returns its application.
fn add_one(context: &mut Context<'_>, beacon: &Beacon, received: i64) -> Result<i64> {
    let minute = received - received.rem_euclid(MINUTE);
    let app = context.name(Kind::App, 0, &beacon.app, received)?;
    let page = context.name(Kind::Page, app, &beacon.page, received)?;
    let place = Place { minute, app, page };
    let release = match beacon.release.as_deref() {
        None | Some("") => 0,
        Some(release) => context.name(Kind::Release, app, release, received)?,
    };
    let origin = origin(beacon, release, context.client);
    // All measurements are weighed like the page view.
    let weight = weight(&beacon.view, beacon.sample_rate, context.options.min_sample_rate);
    if tells_of_view(beacon) {
        views::report(context, place, (&origin, weight), beacon, received)?;
    }
    for (path, count) in &beacon.routes {
        let page = context.name(Kind::Page, app, path, received)?;
        let views = count.min(&MOST_VIEWS).saturating_mul(weight);
        let place = Place { page, ..place };
        context.hot.vitals(place, |vitals| vitals.views = vitals.views.saturating_add(views));
        context.hot.splits(place, &origin, |part| {
            part.vitals.views = part.vitals.views.saturating_add(views);
        });
    }
    add_histograms(context, place, &origin, beacon, weight, received)?;
    add_sums(context, place, beacon, weight, received)?;
    add_loading(context, place, beacon, weight, received)?;
    for error in &beacon.errors {
        page_errors::add(context, place, &origin, error, weight, received)?;
    }
    Ok(app)
}

fn origin(beacon: &Beacon, release: i64, client: Client) -> Origin {
    Origin {
        release,
        device: beacon.device as i64,
        connection: beacon.connection.map_or(0, |connection| connection as i64 + 1),
        navigation: beacon.navigation as i64,
        browser: client.browser as i64,
    }
}

/// Whether the beacon tells of a page view of the sample: it measured something, or has nothing to say but that it was there. One with
/// errors or losses alone tells of none. Errors may have a sample rate of their own: then visits outside the sample report them. Losses
/// are what other beacons lack.
pub fn tells_of_view(beacon: &Beacon) -> bool {
    let is_measured = !beacon.vitals.is_empty()
        || !beacon.timings.is_empty()
        || !beacon.histograms.is_empty()
        || !beacon.counters.is_empty()
        || !beacon.gauges.is_empty()
        || !beacon.resources.is_empty()
        || !beacon.scripts.is_empty()
        || !beacon.routes.is_empty();
    is_measured || (beacon.errors.is_empty() && beacon.dropped == 0 && beacon.drops.is_empty())
}

fn add_histograms(
    context: &mut Context<'_>,
    place: Place,
    origin: &Origin,
    beacon: &Beacon,
    weight: u64,
    received: i64,
) -> Result<()> {
    let mut all: Vec<(i64, Timings)> = Vec::with_capacity(beacon.histograms.len() + beacon.timings.len());
    let mut loads = Timings::default();
    // The places of those in `all` that the application names itself. Without any there is nothing to do for them.
    let mut custom: Vec<usize> = Vec::new();
    for (name, histogram) in &beacon.histograms {
        let timings = weighed(name, histogram, weight);
        if name == PAGE_LOADS {
            loads.merge(&timings);
        }
        let number = context.name(Kind::Histogram, place.app, name, received)?;
        if context.is_split(place.app, (name, number)) {
            custom.push(all.len());
        }
        all.push((number, timings));
    }
    for (name, values) in &beacon.timings {
        let mut timings =
            Timings { slow: page_loads::slow_among(name, values, weight), ..Timings::default() };
        for value in values {
            timings.histogram.record_many(*value, weight);
        }
        if name == PAGE_LOADS {
            loads.merge(&timings);
        }
        let number = context.name(Kind::Histogram, place.app, name, received)?;
        if context.is_split(place.app, (name, number)) {
            custom.push(all.len());
        }
        all.push((number, timings));
    }
    if !custom.is_empty() {
        context.hot.timings(place, origin, |histograms| {
            for (name, timings) in custom.iter().filter_map(|at| all.get(*at)) {
                histograms.0.entry(*name).or_default().merge(timings);
            }
        });
    }
    if !all.is_empty() {
        context.hot.histograms(place, |histograms| {
            all.iter().for_each(|(name, timings)| histograms.0.entry(*name).or_default().merge(timings));
        });
    }
    if !loads.histogram.is_empty() {
        context.hot.splits(place, origin, |part| part.loads.merge(&loads));
    }
    Ok(())
}

fn weighed(name: &str, histogram: &Histogram, weight: u64) -> Timings {
    let histogram = scaled(histogram, weight);
    let mut timings =
        Timings { slow: page_loads::slow_in(name, &histogram), histogram: StoredHistogram::new() };
    merge_histogram(&mut timings.histogram, &histogram);
    timings
}

fn add_sums(
    context: &mut Context<'_>,
    place: Place,
    beacon: &Beacon,
    weight: u64,
    received: i64,
) -> Result<()> {
    let mut counters: Vec<(i64, u64)> = Vec::with_capacity(beacon.counters.len());
    for (name, count) in &beacon.counters {
        let name = context.name(Kind::Counter, place.app, name, received)?;
        counters.push((name, count.saturating_mul(weight)));
    }
    let mut gauges: Vec<(i64, f64)> = Vec::with_capacity(beacon.gauges.len());
    for (name, value) in &beacon.gauges {
        gauges.push((context.name(Kind::Gauge, place.app, name, received)?, *value));
    }
    let losses = losses::of(beacon);
    if counters.is_empty() && gauges.is_empty() && losses.is_empty() {
        return Ok(());
    }
    context.hot.sums(place, |sums| {
        counters.iter().for_each(|(name, count)| add(&mut sums.counters, *name, *count));
        gauges.iter().for_each(|(name, value)| sums.gauges.entry(*name).or_default().record(*value, weight));
        for (kind, count) in &losses {
            // Weighed as the figures that they are missing from.
            add(&mut sums.losses, (*kind).to_owned(), count.saturating_mul(weight));
        }
    });
    Ok(())
}

fn add_loading(
    context: &mut Context<'_>,
    place: Place,
    beacon: &Beacon,
    weight: u64,
    received: i64,
) -> Result<()> {
    if beacon.resources.is_empty() && beacon.scripts.is_empty() {
        return Ok(());
    }
    let mut resources: Vec<((i64, u8), Resources)> = Vec::with_capacity(beacon.resources.len());
    for resource in &beacon.resources {
        let host = context.name(Kind::Host, place.app, &resource.host, received)?;
        resources.push(((host, resource.kind as u8), weighed_resources(resource, weight)));
    }
    let mut scripts: Vec<(i64, ScriptTimes)> = Vec::with_capacity(beacon.scripts.len());
    for script in &beacon.scripts {
        let line = |text: &str| limits::line(text, limits::URL);
        let name = format!("{}\n{}", line(&script.source), line(&script.invoker));
        let name = context.name(Kind::Script, place.app, &name, received)?;
        scripts.push((name, weighed_script(script, weight)));
    }
    context.hot.loading(place, |loading| {
        resources.iter().for_each(|(key, more)| loading.resources.entry(*key).or_default().merge(more));
        scripts.iter().for_each(|(name, more)| loading.scripts.entry(*name).or_default().merge(more));
    });
    Ok(())
}

fn weighed_resources(resource: &Resource, weight: u64) -> Resources {
    let bounded = |count: u64| count.saturating_mul(weight).min(MOST);
    Resources {
        count: bounded(resource.count),
        bytes: bounded(resource.bytes),
        cached: bounded(resource.cached),
        failed: bounded(resource.failed),
        duration: resource.duration * weight as f64,
        slowest: resource.slowest,
    }
}

fn weighed_script(script: &Script, weight: u64) -> ScriptTimes {
    ScriptTimes {
        count: script.count.saturating_mul(weight).min(MOST),
        duration: script.duration * weight as f64,
        forced: script.forced * weight as f64,
    }
}
