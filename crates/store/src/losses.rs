//! The measurements that pages report as lost, by kind.
use rusqlite::{Connection, params};
use whippet_engine::beacon::Beacon;

use crate::minute_buckets::Place;

/// The known kinds: members of a beacon, and whole beacons.
const KINDS: [&str; 11] = [
    "vitals",
    "counters",
    "timings",
    "phases",
    "gauges",
    "routes",
    "histograms",
    "resources",
    "errors",
    "scripts",
    "beacons",
];
/// The kind of losses whose kind is missing or unknown.
const OTHER: &str = "other";
/// The most losses of a kind that one beacon may report.
const MOST: u64 = 1_000_000;

/// The losses that a beacon reports. The kinds are from a fixed list, whatever the beacon says.
pub fn of(beacon: &Beacon) -> Vec<(&'static str, u64)> {
    let mut losses: Vec<(&'static str, u64)> = Vec::new();
    let mut rest = beacon.dropped;
    for (kind, count) in &beacon.drops {
        rest = rest.saturating_sub(*count);
        match KINDS.into_iter().find(|known| known == kind) {
            Some(kind) => losses.push((kind, (*count).min(MOST))),
            None => rest = rest.saturating_add(*count),
        }
    }
    losses.push((OTHER, rest.min(MOST)));
    losses.retain(|loss| loss.1 > 0);
    losses
}

/// Adds the losses of a beacon, each counted `weight` times, as the figures that they are missing from are weighed.
pub fn add(
    connection: &Connection,
    (minute, app, page): Place,
    beacon: &Beacon,
    weight: u64,
) -> rusqlite::Result<()> {
    let mut add = connection.prepare_cached(
        "INSERT INTO losses (minute, app, page, kind, count) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET count = min(count + excluded.count, 1 << 60)",
    )?;
    for (kind, count) in of(beacon) {
        add.execute(params![minute, app, page, kind, count.saturating_mul(weight) as i64])?;
    }
    Ok(())
}
