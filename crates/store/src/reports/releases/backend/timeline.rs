//! When releases of a backend were there, and with how many requests.
use std::collections::{BTreeMap, BTreeSet};

use super::super::super::scrapes::Scrapes;
use super::super::super::source::Labels;
use super::super::timeline::{Seen, Timeline};
use super::members::Backend;
use super::reading::{SIGNALS, Want, each};
use super::versions::{info_names, of_labels};
use crate::database::{Database, Result, params};
use crate::kind::UNKNOWN;
use crate::time::{DAY, HOUR, MINUTE};

/// For how long hours are read, ms; of what is older, days.
const HOURS: i64 = 8 * DAY;
/// How far back is read at most, ms.
const LONGEST: i64 = 400 * DAY;
/// The most releases.
const MOST: usize = 500;

/// The number that a release has in a timeline; 0 for requests of which nothing tells it.
pub fn number(release: &str) -> i64 {
    // FNV-1a: it must be the same each time.
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    match release {
        "" | UNKNOWN => 0,
        release => (release.bytes().fold(0xcbf2_9ce4_8422_2325, hash) >> 1) as i64 | 1,
    }
}

/// The newest series of a backend: where it is as before, no release is new.
pub fn newest_series(db: &dyn Database, backend: &Backend) -> Result<i64> {
    let mut newest = 0;
    for member in &backend.members {
        let Some(target) = Scrapes::id(db, &member.name)? else { continue };
        let found: Option<i64> =
            db.scalar("SELECT max(id) FROM series WHERE target = ?1", params![target])?;
        newest = newest.max(found.unwrap_or_default());
    }
    Ok(newest)
}

/// The names of all releases that are kept of a backend.
pub fn release_names(db: &dyn Database, backend: &Backend) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for member in &backend.members {
        let Some(target) = Scrapes::id(db, &member.name)? else { continue };
        let told = backend.matches.told(db, target)?;
        let choices = SIGNALS.iter().flat_map(|signal| told.choices(*signal));
        let metrics: BTreeSet<String> = choices.flat_map(|choice| choice.series()).collect();
        for metric in &metrics {
            db.query(
                "SELECT labels FROM series WHERE target = ?1 AND name = ?2",
                params![target, metric],
                &mut |row| {
                    let text = row.text(0)?;
                    // Hardly any series has one, and reading JSON takes long.
                    if text.contains("version\"") || text.contains("release\"") {
                        let labels: Labels = serde_json::from_str(text).unwrap_or_default();
                        names.extend(of_labels(&labels).map(str::to_owned));
                    }
                    Ok(())
                },
            )?;
        }
        if !metrics.is_empty() {
            info_names(db, target, &mut names)?;
        }
    }
    Ok(names)
}

/// All that is kept: days, of the last ones hours.
pub fn timeline(db: &dyn Database, backend: &Backend, now: i64) -> Result<Timeline> {
    let mut timeline = Timeline::default();
    let mut names: BTreeMap<i64, String> = BTreeMap::new();
    let mut ends: BTreeMap<i64, (i64, i64, i64)> = BTreeMap::new();
    let recent = (now - HOURS) - (now - HOURS).rem_euclid(DAY);
    let oldest = oldest(db, backend)?.unwrap_or(now).max(now - LONGEST);
    let begin = oldest - oldest.rem_euclid(DAY);
    for (span, step) in [((begin, recent), DAY), ((recent.max(begin), now), HOUR)] {
        each(db, backend, (span, step), Want::Counts, &mut |piece, requests| {
            let release = number(piece.release);
            if !names.contains_key(&release) && names.len() == MOST {
                return;
            }
            names.entry(release).or_insert_with(|| piece.release.to_owned());
            let bucket = piece.bucket(step);
            *timeline.views.entry(bucket).or_default().entry(release).or_default() +=
                requests.all.round() as u64;
            let (first, length, last) = ends.entry(release).or_insert((bucket, step, bucket));
            if bucket < *first {
                (*first, *length) = (bucket, step);
            }
            *last = (*last).max(bucket);
        })?;
    }
    // Of a first hour the minutes are read, where they are kept.
    let mut starts: Vec<i64> = ends.values().filter(|end| end.1 == HOUR).map(|end| end.0).collect();
    starts.sort_unstable();
    starts.dedup();
    for start in starts {
        let mut found: BTreeMap<i64, i64> = BTreeMap::new();
        each(db, backend, ((start, (start + HOUR).min(now)), MINUTE), Want::Counts, &mut |piece, _| {
            let minute = piece.from.max(start) - piece.from.max(start).rem_euclid(MINUTE);
            let held = found.entry(number(piece.release)).or_insert(minute);
            *held = minute.min(*held);
        })?;
        for (release, minute) in found {
            if let Some(end) = ends.get_mut(&release).filter(|end| end.0 == start) {
                end.0 = minute;
            }
        }
    }
    let seen = |(number, (first, _, last)): (i64, (i64, i64, i64))| {
        let name = names.get(&number).filter(|name| !name.is_empty());
        Seen { number, name: name.cloned().unwrap_or_else(|| UNKNOWN.to_owned()), first, last }
    };
    timeline.seen = ends.into_iter().map(seen).collect();
    timeline.seen.sort_by_key(|seen| (seen.first, seen.number));
    Ok(timeline)
}

/// How many requests each release answered in a span.
pub fn requests(
    db: &dyn Database,
    backend: &Backend,
    span: (i64, i64),
    add: &mut dyn FnMut(&str, f64),
) -> Result<()> {
    let step = (span.1 - span.0).max(1);
    each(db, backend, (span, step), Want::Counts, &mut |piece, requests| add(piece.release, requests.all))
}

/// When the oldest scrape that is kept was made.
pub fn oldest(db: &dyn Database, backend: &Backend) -> Result<Option<i64>> {
    let mut oldest: Option<i64> = None;
    for member in &backend.members {
        let Some(target) = Scrapes::id(db, &member.name)? else { continue };
        let packed: Option<i64> =
            db.scalar("SELECT min(time) FROM packed_times WHERE target = ?1", params![target])?;
        let recent: Option<i64> =
            db.scalar("SELECT min(time) FROM scrapes WHERE target = ?1", params![target])?;
        oldest = [oldest, packed, recent].into_iter().flatten().min();
    }
    Ok(oldest)
}
