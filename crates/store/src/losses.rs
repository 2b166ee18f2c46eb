//! The measurements that pages report as lost, by kind.
use whippet_engine::beacon::Beacon;

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
    if beacon.dropped == 0 && beacon.drops.is_empty() {
        return losses;
    }
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
