//! Statistics of a cache: `{"hits": 930, "misses": 70, "hit_rate": 93.0, "entries": 512, "memory_mb": 12}`. Whatever they are called,
//! they become the same series, `cache_hits_total` and so on, with the cache's name as a label.
use super::json::Node;
use super::output::Output;
use super::place::{Members, Place};
use super::unit::Unit;
use super::{series_key, value, words};

/// What a member tells of a cache.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Figure {
    Hits,
    Misses,
    HitRatio,
    MissRatio,
    Entries,
    MaxEntries,
    Bytes,
    MaxBytes,
    Evictions,
    Expirations,
}

use Figure::{
    Bytes, Entries, Evictions, Expirations, HitRatio, Hits, MaxBytes, MaxEntries, MissRatio, Misses,
};

/// Names of members, as words joined by `_`, without a unit.
const NAMES: &[(&str, Figure)] = &[
    ("hits", Hits),
    ("hit", Hits),
    ("hit_count", Hits),
    ("total_hits", Hits),
    ("cache_hits", Hits),
    ("keyspace_hits", Hits),
    ("misses", Misses),
    ("miss", Misses),
    ("miss_count", Misses),
    ("total_misses", Misses),
    ("cache_misses", Misses),
    ("keyspace_misses", Misses),
    ("hit_rate", HitRatio),
    ("hit_ratio", HitRatio),
    ("hit", HitRatio),
    ("cache_hit_rate", HitRatio),
    ("miss_rate", MissRatio),
    ("miss_ratio", MissRatio),
    ("entries", Entries),
    ("entry_count", Entries),
    ("entries_count", Entries),
    ("total_entries", Entries),
    ("size", Entries),
    ("current_size", Entries),
    ("count", Entries),
    ("keys", Entries),
    ("key_count", Entries),
    ("total_keys", Entries),
    ("items", Entries),
    ("item_count", Entries),
    ("length", Entries),
    ("max_entries", MaxEntries),
    ("max_size", MaxEntries),
    ("max_items", MaxEntries),
    ("capacity", MaxEntries),
    ("memory", Bytes),
    ("memory_usage", Bytes),
    ("memory_used", Bytes),
    ("used_memory", Bytes),
    ("total_memory", Bytes),
    ("bytes", Bytes),
    ("size_bytes", Bytes),
    ("max_memory", MaxBytes),
    ("memory_limit", MaxBytes),
    ("max_bytes", MaxBytes),
    ("evictions", Evictions),
    ("evicted", Evictions),
    ("evicted_keys", Evictions),
    ("eviction_count", Evictions),
    ("total_evictions", Evictions),
    ("expirations", Expirations),
    ("expired", Expirations),
    ("expired_keys", Expirations),
];

/// Names that say no more than that it is a cache.
const PLAIN: &[&str] = &["cache", "caches", "caching"];

/// What a member tells, and its unit.
fn figure(name: &str) -> Option<(Figure, Option<Unit>)> {
    let mut words = words::words(name);
    let find = |words: &[String]| {
        let key = words.join("_");
        NAMES.iter().find(|known| known.0 == key).map(|known| known.1)
    };
    if let Some(figure) = find(&words) {
        return Some((figure, None));
    }
    let unit = Unit::word(words.last()?)?;
    words.pop();
    let figure = match (find(&words)?, unit.suffix()) {
        // `size_mb`, `hit_percent`
        (Entries, "bytes") => Bytes,
        (MaxEntries, "bytes") => MaxBytes,
        (Hits, "ratio") => HitRatio,
        (Misses, "ratio") => MissRatio,
        (figure, _) => figure,
    };
    Some((figure, Some(unit)))
}

/// Whether an object has the statistics of a cache: hits, with misses or a share.
pub fn is_cache(members: &Members<'_>) -> bool {
    let has = |wanted: &[Figure]| {
        members.iter().any(|(name, node)| {
            !node.is_container() && figure(name).is_some_and(|(figure, _)| wanted.contains(&figure))
        })
    };
    has(&[Hits]) && has(&[Misses, HitRatio, MissRatio])
        || has(&[HitRatio]) && has(&[Misses, Entries, Bytes, Evictions])
}

/// Reads the statistics. Returns the places of the members that belong to them.
pub fn read(output: &mut Output, members: &Members<'_>, place: &Place) -> Vec<usize> {
    let mut labels = place.labels.clone();
    let name: Vec<&str> =
        place.path.iter().map(String::as_str).filter(|word| !PLAIN.contains(word)).collect();
    if !labels.iter().any(|label| label.0 == "cache") {
        series_key::add(&mut labels, "cache".to_owned(), &name.join("_"));
    }
    let number = |wanted: Figure| {
        let found = members.iter().find(|(name, _)| figure(name).is_some_and(|found| found.0 == wanted));
        found.and_then(|(_, node)| value::read(*node)).map(|found| found.0)
    };
    let share = match (number(Hits), number(Misses)) {
        (Some(hits), Some(misses)) if hits + misses > 0.0 => Some(hits / (hits + misses)),
        _ => None,
    };
    let mut taken = Vec::new();
    let mut told: Vec<Figure> = Vec::new();
    for (at, (name, node)) in members.iter().enumerate() {
        let Some((figure, unit)) = figure(name).filter(|_| !node.is_container()) else { continue };
        taken.push(at);
        if told.contains(&figure) {
            continue;
        }
        match sample(*node, figure, unit, share) {
            Some((name, value, counter)) => {
                told.push(figure);
                output.add(name.to_owned(), labels.clone(), value, counter);
            }
            None if node.kind() == super::json::Type::Null => {}
            None => output.leave_out(1),
        }
    }
    taken
}

/// The series of a figure, its value, and whether it only grows.
fn sample(
    node: Node<'_>,
    figure: Figure,
    unit: Option<Unit>,
    share: Option<f64>,
) -> Option<(&'static str, f64, bool)> {
    let (value, written) = value::read(node)?;
    let unit = written.or(unit);
    let bytes = unit.map_or(value, |unit| unit.base(value));
    Some(match figure {
        Hits => ("cache_hits_total", value, true),
        Misses => ("cache_misses_total", value, true),
        Evictions => ("cache_evictions_total", value, true),
        Expirations => ("cache_expirations_total", value, true),
        // `"size": "12 MB"`
        Entries if unit.is_some() => ("cache_size_bytes", bytes, false),
        Entries => ("cache_entries", value, false),
        MaxEntries => ("cache_max_entries", value, false),
        Bytes => ("cache_size_bytes", bytes, false),
        MaxBytes => ("cache_max_bytes", bytes, false),
        HitRatio => ("cache_hit_ratio", ratio(value, unit, share), false),
        MissRatio => ("cache_miss_ratio", ratio(value, unit, share.map(|share| 1.0 - share)), false),
    })
}

/// A share as 0 to 1. Where the name does not say whether it is per cent, the counts beside it do, and else its size.
fn ratio(value: f64, unit: Option<Unit>, share: Option<f64>) -> f64 {
    match (unit, share) {
        (Some(unit), _) => unit.base(value),
        (None, Some(share)) if (value / 100.0 - share).abs() < (value - share).abs() => value / 100.0,
        (None, Some(_)) if value <= 1.0 => value,
        (None, _) => Unit::Ratio.base(value),
    }
}
