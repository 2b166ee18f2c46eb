//! Counts the errors and slow queries that backends list, each once, although a list repeats it at every scrape.
//!
//! An entry with a time is known again by its time, its id and its texts; one without, by how many of its kind the list had
//! before; a running total by what it was before. Nothing is kept in memory: lists are short.
use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::backend_event::{BackendEvent, EventKind};
use crate::kind::OTHER;
use crate::options::Options;
use crate::page_errors::fingerprint;
use crate::time::{DAY, HOUR, MINUTE};

/// The most sightings of a target that are remembered. The one that was not seen for the longest is forgotten first.
const SIGHTINGS: i64 = 5_000;

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
    connection: &Connection,
    (target, events, whole): (&str, &[BackendEvent], bool),
    now: i64,
    options: &Options,
) -> rusqlite::Result<()> {
    let target = target_id(connection, target)?;
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for event in events {
        let group = groups.entry(key(event)).or_insert(Group { event, count: 0 });
        group.count = match event.cumulative {
            true => event.count,
            false => group.count.saturating_add(event.count),
        };
    }
    if whole {
        forget_missing(connection, target, &groups)?;
    }
    for (key, group) in &groups {
        let more = sight(connection, (target, key), group, now)?;
        let time = group.event.time.filter(|time| *time <= now + AHEAD).unwrap_or(now).min(now);
        if more > 0 && time > now - options.retention {
            let id = find(connection, target, group.event, time, options.limits.errors)?;
            count(connection, id, time, more, group.event.duration)?;
        }
    }
    connection
        .prepare_cached(
            "DELETE FROM backend_event_sightings WHERE target = ?1 AND key IN
               (SELECT key FROM backend_event_sightings WHERE target = ?1 ORDER BY seen DESC LIMIT -1 OFFSET ?2)",
        )?
        .execute([target, SIGHTINGS])
        .map(drop)
}

fn target_id(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    let known = connection
        .prepare_cached("SELECT id FROM targets WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    connection.execute("INSERT INTO targets (name) VALUES (?1)", [name])?;
    Ok(connection.last_insert_rowid())
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

/// Entries without a time are known by their number alone: those that the list has no longer count again when they come back.
fn forget_missing(
    connection: &Connection,
    target: i64,
    groups: &BTreeMap<String, Group<'_>>,
) -> rusqlite::Result<()> {
    let timeless = connection
        .prepare_cached(
            "SELECT key FROM backend_event_sightings WHERE target = ?1 AND (key LIKE '0' || char(10, 10) || '%'
               OR key LIKE '1' || char(10, 10) || '%')",
        )?
        .query_map([target], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    let mut forget =
        connection.prepare_cached("DELETE FROM backend_event_sightings WHERE target = ?1 AND key = ?2")?;
    for key in timeless.iter().filter(|key| !groups.contains_key(*key)) {
        forget.execute(params![target, key])?;
    }
    Ok(())
}

/// Remembers how many there are now. Returns how many of them are new.
fn sight(
    connection: &Connection,
    (target, key): (i64, &str),
    group: &Group<'_>,
    now: i64,
) -> rusqlite::Result<u64> {
    let known: Option<(i64, i64)> = connection
        .prepare_cached("SELECT count, seen FROM backend_event_sightings WHERE target = ?1 AND key = ?2")?
        .query_row(params![target, key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (before, seen) = known.unwrap_or((0, i64::MIN));
    let is = group.count.min(i64::MAX as u64) as i64;
    if is != before || seen < now - HOUR {
        connection
            .prepare_cached(
                "INSERT INTO backend_event_sightings (target, key, count, seen) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET count = excluded.count, seen = excluded.seen",
            )?
            .execute(params![target, key, is, now])?;
    }
    // A running total that fell began anew with its process.
    let more = if is < before && group.event.cumulative { is } else { (is - before).max(0) };
    Ok(more.unsigned_abs().min(MAX_COUNT))
}

/// The number of an event. Where a target has `limit` of them, a new one takes the place of one that was not seen for a day, or
/// counts as `(other)`.
fn find(
    connection: &Connection,
    target: i64,
    event: &BackendEvent,
    time: i64,
    limit: usize,
) -> rusqlite::Result<i64> {
    let (kind, mark) = (event.kind as i64, mark(event));
    let known = connection
        .prepare_cached(
            "UPDATE backend_events SET last = max(last, ?4), stack = iif(stack = '', ?5, stack)
             WHERE target = ?1 AND kind = ?2 AND fingerprint = ?3 RETURNING id",
        )?
        .query_row(params![target, kind, mark, time, event.stack], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let all: usize = connection
        .prepare_cached(
            "SELECT count(*) FROM backend_events WHERE target = ?1 AND kind = ?2 AND fingerprint <> ?3",
        )?
        .query_row(params![target, kind, OTHER], |row| {
            row.get::<_, i64>(0).map(|count| count.max(0) as usize)
        })?;
    if all >= limit && !make_place(connection, (target, kind), time)? {
        return other(connection, (target, kind), time);
    }
    connection
        .prepare_cached(
            "INSERT INTO backend_events (target, kind, fingerprint, text, source, route, stack, last)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![target, kind, mark, event.text, event.source, event.route, event.stack, time])?;
    Ok(connection.last_insert_rowid())
}

/// Moves the counts of the event that was not seen for the longest to `(other)`, if that is a day or more.
fn make_place(connection: &Connection, (target, kind): (i64, i64), now: i64) -> rusqlite::Result<bool> {
    let oldest: Option<i64> = connection
        .prepare_cached(
            "SELECT id FROM backend_events WHERE target = ?1 AND kind = ?2 AND fingerprint <> ?3 AND last < ?4
             ORDER BY last LIMIT 1",
        )?
        .query_row(params![target, kind, OTHER, now - DAY], |row| row.get(0))
        .optional()?;
    let Some(oldest) = oldest else { return Ok(false) };
    let other = other(connection, (target, kind), 0)?;
    connection.execute(
        "INSERT INTO backend_event_counts (minute, event, count, first, last, duration, slowest)
         SELECT minute, ?2, count, first, last, duration, slowest FROM backend_event_counts WHERE event = ?1
         ON CONFLICT DO UPDATE SET count = count + excluded.count, first = min(first, excluded.first),
           last = max(last, excluded.last), duration = duration + excluded.duration, slowest = max(slowest, excluded.slowest)",
        [oldest, other],
    )?;
    connection.execute("DELETE FROM backend_event_counts WHERE event = ?1", [oldest])?;
    connection.execute("DELETE FROM backend_events WHERE id = ?1", [oldest])?;
    Ok(true)
}

fn other(connection: &Connection, (target, kind): (i64, i64), time: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO backend_events (target, kind, fingerprint, text, source, route, stack, last)
             VALUES (?1, ?2, ?3, ?3, '', '', '', ?4)
             ON CONFLICT DO UPDATE SET last = max(last, excluded.last) RETURNING id",
        )?
        .query_row(params![target, kind, OTHER, time], |row| row.get(0))
}

fn count(
    connection: &Connection,
    id: i64,
    time: i64,
    count: u64,
    duration: Option<f64>,
) -> rusqlite::Result<()> {
    let duration = duration.unwrap_or(0.0);
    connection
        .prepare_cached(
            "INSERT INTO backend_event_counts (minute, event, count, first, last, duration, slowest)
             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET count = count + excluded.count, first = min(first, excluded.first),
               last = max(last, excluded.last), duration = duration + excluded.duration,
               slowest = max(slowest, excluded.slowest)",
        )?
        .execute(params![
            time - time.rem_euclid(MINUTE),
            id,
            count as i64,
            time,
            duration * count as f64,
            duration
        ])
        .map(drop)
}

/// Deletes events without counts, and sightings from before `cutoff`.
pub fn expire(connection: &Connection, cutoff: i64) -> rusqlite::Result<()> {
    connection
        .execute("DELETE FROM backend_events WHERE id NOT IN (SELECT event FROM backend_event_counts)", [])?;
    connection.execute("DELETE FROM backend_event_sightings WHERE seen < ?1", [cutoff]).map(drop)
}
