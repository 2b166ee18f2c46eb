//! Counts the errors and slow queries that backends list, each once, although a list repeats it at every scrape.
//!
//! An entry with a time is known again by its time, its id and its texts; one without, by how many of its kind the list had
//! before; a running total by what it was before. Nothing is kept in memory: lists are short. The target's row is locked
//! meanwhile, so that two collectors that read the same list count it once.
use std::collections::BTreeMap;

use crate::backend_event::{BackendEvent, EventKind};
use crate::database::{Database, Param, Result, Type, Upsert, params};
use crate::kind::OTHER;
use crate::options::Options;
use crate::page_errors::fingerprint;
use crate::series;
use crate::time::{DAY, HOUR, MINUTE};

/// The most sightings of a target that are remembered. The one that was not seen for the longest is forgotten first.
const SIGHTINGS: usize = 5_000;

/// The most that one entry counts.
const MAX_COUNT: u64 = 1_000_000;

/// How far ahead a backend's clock may be, ms.
const AHEAD: i64 = MINUTE;

/// Entries of a list that are alike.
struct Group<'a> {
    event: &'a BackendEvent,
    count: u64,
}

/// Counts what is new in `events`: all that the documents of `target` list at `now` if `whole`, else what some of them do.
pub fn record(
    db: &dyn Database,
    (target, events, whole): (&str, &[BackendEvent], bool),
    now: i64,
    options: &Options,
) -> Result<()> {
    let target = series::target_number(db, target)?;
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for event in events {
        let group = groups.entry(key(event)).or_insert(Group { event, count: 0 });
        group.count = match event.cumulative {
            true => event.count,
            false => group.count.saturating_add(event.count),
        };
    }
    let mut known = sightings(db, target)?;
    let mut writes = Writes::default();
    if whole {
        // Entries without a time are known by their number alone: those that the list has no longer count again when they come
        // back.
        let is_gone = |key: &String| {
            (key.starts_with("0\n\n") || key.starts_with("1\n\n")) && !groups.contains_key(key)
        };
        writes.gone.extend(known.extract_if(.., |key, _| is_gone(key)).map(|(key, _)| key));
    }
    for (key, group) in groups {
        let more = sight(&mut known, &mut writes, key, &group, now);
        let time = group.event.time.filter(|time| *time <= now + AHEAD).unwrap_or(now).min(now);
        if more > 0 && time > now - options.retention {
            let id = find(db, target, group.event, time, options.limits.errors)?;
            count(db, id, time, more, group.event.duration)?;
        }
    }
    // Those that were not seen for the longest are forgotten.
    let surplus = known.len().saturating_sub(SIGHTINGS);
    if surplus > 0 {
        let mut oldest: Vec<(i64, &String)> =
            known.iter().map(|(key, sighting)| (sighting.seen, key)).collect();
        oldest.sort_unstable();
        writes.gone.extend(oldest.into_iter().take(surplus).map(|(_, key)| key.clone()));
    }
    writes.write(db, target, &known)
}

/// How many entries with one key the newest list had, or their running total, and when that was written.
struct Sighting {
    count: i64,
    seen: i64,
}

type Sightings = BTreeMap<String, Sighting>;

/// What was counted of a target.
fn sightings(db: &dyn Database, target: i64) -> Result<Sightings> {
    let all = db.query_map(
        "SELECT key, count, seen FROM backend_event_sightings WHERE target = ?1",
        params![target],
        |row| Ok((row.get(0)?, Sighting { count: row.get(1)?, seen: row.get(2)? })),
    )?;
    Ok(all.into_iter().collect())
}

/// Keys whose sightings are new, have changed, or are gone.
#[derive(Default)]
struct Writes {
    new: Vec<String>,
    changed: Vec<String>,
    gone: Vec<String>,
}

impl Writes {
    fn write(&self, db: &dyn Database, target: i64, known: &Sightings) -> Result<()> {
        const NEW: Upsert = Upsert {
            table: "backend_event_sightings",
            columns: &[
                ("target", Type::Integer),
                ("key", Type::Text),
                ("count", Type::Integer),
                ("seen", Type::Integer),
            ],
            conflict: "",
        };
        let rows = |keys: &[String]| -> Vec<Vec<Param<'_>>> {
            let row = |key: &String| {
                let (key, sighting) = known.get_key_value(key)?;
                Some(vec![target.into(), key.into(), sighting.count.into(), sighting.seen.into()])
            };
            keys.iter().filter_map(row).collect()
        };
        db.write_rows(&NEW, &rows(&self.new))?;
        for changed in rows(&self.changed) {
            db.execute(
                "UPDATE backend_event_sightings SET count = ?3, seen = ?4 WHERE target = ?1 AND key = ?2",
                &changed,
            )?;
        }
        for key in &self.gone {
            db.execute(
                "DELETE FROM backend_event_sightings WHERE target = ?1 AND key = ?2",
                params![target, key],
            )?;
        }
        Ok(())
    }
}

/// What entries that are alike have in common.
fn key(event: &BackendEvent) -> String {
    let sort = match (event.cumulative, event.time) {
        (true, _) => "total".to_owned(),
        (false, Some(time)) => time.to_string(),
        (false, None) => String::new(),
    };
    format!("{}\n{sort}\n{}\n{}", event.kind as i64, event.id, mark(event))
}

/// What makes two entries the same error or query.
fn mark(event: &BackendEvent) -> String {
    match event.kind {
        EventKind::Error => fingerprint(&event.text, &format!("{}\n{}", event.source, event.route)),
        EventKind::SlowQuery => format!("{}\n{}", event.text, event.source),
    }
}

/// Remembers how many there are now. Returns how many of them are new.
fn sight(known: &mut Sightings, writes: &mut Writes, key: String, group: &Group<'_>, now: i64) -> u64 {
    let is = group.count.min(i64::MAX as u64) as i64;
    let before = match known.get_mut(&key) {
        Some(sighting) => {
            let before = sighting.count;
            if is != before || sighting.seen < now - HOUR {
                *sighting = Sighting { count: is, seen: now };
                writes.changed.push(key);
            }
            before
        }
        None => {
            known.insert(key.clone(), Sighting { count: is, seen: now });
            writes.new.push(key);
            0
        }
    };
    // A running total that fell began anew with its process.
    let more = if is < before && group.event.cumulative { is } else { (is - before).max(0) };
    more.unsigned_abs().min(MAX_COUNT)
}

/// The number of an event. Where a target has `limit` of them, a new one takes the place of one that was not seen for a day, or
/// counts as `(other)`.
fn find(db: &dyn Database, target: i64, event: &BackendEvent, time: i64, limit: usize) -> Result<i64> {
    let (kind, mark) = (event.kind as i64, mark(event));
    let known = db.query_optional(
        "UPDATE backend_events SET last = greatest(last, ?4), stack = CASE WHEN stack = '' THEN ?5 ELSE stack END
         WHERE target = ?1 AND kind = ?2 AND fingerprint = ?3 RETURNING id",
        params![target, kind, &mark, time, &event.stack],
        |row| row.get(0),
    )?;
    if let Some(id) = known {
        return Ok(id);
    }
    let all: i64 = db.scalar(
        "SELECT count(*) FROM backend_events WHERE target = ?1 AND kind = ?2 AND fingerprint <> ?3",
        params![target, kind, OTHER],
    )?;
    if all >= limit as i64 && !make_place(db, (target, kind), time)? {
        return other(db, (target, kind), time);
    }
    db.scalar(
        "INSERT INTO backend_events (target, kind, fingerprint, text, source, route, stack, last)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
        params![target, kind, &mark, &event.text, &event.source, &event.route, &event.stack, time],
    )
}

/// What adds counts to those of the same minute and event.
const ADD: &str = "ON CONFLICT (minute, event) DO UPDATE SET count = backend_event_counts.count + excluded.count,
       first = least(backend_event_counts.first, excluded.first), last = greatest(backend_event_counts.last, excluded.last),
       duration = backend_event_counts.duration + excluded.duration,
       slowest = greatest(backend_event_counts.slowest, excluded.slowest)";

/// Moves the counts of the event that was not seen for the longest to `(other)`, if that is a day or more.
fn make_place(db: &dyn Database, (target, kind): (i64, i64), now: i64) -> Result<bool> {
    let oldest: Option<i64> = db.query_optional(
        "SELECT id FROM backend_events WHERE target = ?1 AND kind = ?2 AND fingerprint <> ?3 AND last < ?4
         ORDER BY last LIMIT 1",
        params![target, kind, OTHER, now - DAY],
        |row| row.get(0),
    )?;
    let Some(oldest) = oldest else { return Ok(false) };
    let other = other(db, (target, kind), 0)?;
    db.execute(
        &format!(
            "INSERT INTO backend_event_counts (minute, event, count, first, last, duration, slowest)
             SELECT minute, CAST(?2 AS BIGINT), count, first, last, duration, slowest FROM backend_event_counts
             WHERE event = ?1 {ADD}"
        ),
        params![oldest, other],
    )?;
    db.execute("DELETE FROM backend_event_counts WHERE event = ?1", params![oldest])?;
    db.execute("DELETE FROM backend_events WHERE id = ?1", params![oldest])?;
    Ok(true)
}

fn other(db: &dyn Database, (target, kind): (i64, i64), time: i64) -> Result<i64> {
    let known = db.query_optional(
        "UPDATE backend_events SET last = greatest(last, ?4)
         WHERE target = ?1 AND kind = ?2 AND fingerprint = ?3 RETURNING id",
        params![target, kind, OTHER, time],
        |row| row.get(0),
    )?;
    if let Some(id) = known {
        return Ok(id);
    }
    db.scalar(
        "INSERT INTO backend_events (target, kind, fingerprint, text, source, route, stack, last)
         VALUES (?1, ?2, ?3, ?3, '', '', '', ?4) RETURNING id",
        params![target, kind, OTHER, time],
    )
}

fn count(db: &dyn Database, id: i64, time: i64, count: u64, duration: Option<f64>) -> Result<()> {
    let duration = duration.unwrap_or(0.0);
    db.execute(
        &format!(
            "INSERT INTO backend_event_counts (minute, event, count, first, last, duration, slowest)
             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6) {ADD}"
        ),
        params![time - time.rem_euclid(MINUTE), id, count as i64, time, duration * count as f64, duration],
    )
    .map(drop)
}

/// Deletes events without counts, and sightings from before `cutoff`.
pub fn expire(db: &dyn Database, cutoff: i64) -> Result<()> {
    db.execute("DELETE FROM backend_events WHERE id NOT IN (SELECT event FROM backend_event_counts)", &[])?;
    db.execute("DELETE FROM backend_event_sightings WHERE seen < ?1", params![cutoff]).map(drop)
}
