//! What pages say they lost, by kind.
use rusqlite::{Connection, params};
use whippet_engine::beacon::Beacon;

use crate::minute_buckets::Place;

/// The kinds: members of a beacon, and beacons that were lost on their way.
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
/// Of no kind that is known here, or not told.
const OTHER: &str = "other";
/// More of a kind than any page loses between two beacons.
const MOST: u64 = 1_000_000;

/// What the beacon says was lost, by kind: few words, whatever it says.
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

/// Adds what was lost, of which each stands for `weight`: by so much the weighed figures of that kind fall short.
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
