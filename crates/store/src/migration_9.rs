//! Brings what older formats kept into cells: the data's part of schema_9.sql.
//!
//! Older files have a row per minute, page and metric, and one per hour where full detail has passed. An hour after the other
//! is read and added to the cells of its minutes or of the hour; days are added up by the next sweeps. All is one transaction:
//! a migration that is stopped begins again.
mod older;

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::cells::{Hot, Level, Marks, Section};
use crate::database::{self, Database, params};
use crate::time::HOUR;
use crate::{beacon_ids, totals};

use older::Older;

/// The tables whose minutes were merged into hours, each with a mark of its own.
const MERGED: [&str; 10] = [
    "vitals",
    "histograms",
    "counters",
    "page_views",
    "elements",
    "parts",
    "resources",
    "scripts",
    "gauges",
    "losses",
];

/// How often the log says how far it is.
const SAY: Duration = Duration::from_secs(5);

/// Fills the cells.
pub fn fill(connection: &Connection) -> rusqlite::Result<()> {
    Ok(migrate(connection)?)
}

fn migrate(database: &dyn Database) -> database::Result<()> {
    let started = Instant::now();
    let hours_end = hours_end(database)?;
    if let Some(end) = hours_end {
        Marks::set_deleted(database, Level::Minute, end)?;
        for section in Section::ALL {
            Marks::set_complete(database, Level::Hour, section, end)?;
        }
    }
    let mut hot = Hot::without_journal(0);
    hot.begin(database)?;
    let older = Older::load(database)?;
    older.move_views(database)?;
    let (first, last) = span(database)?;
    let (mut next, mut said) = (first, Instant::now());
    while let Some(hour) = next_hour(database, next)? {
        older.move_hour(database, &mut hot, hour)?;
        hot.flush(database)?;
        next = hour + HOUR;
        if said.elapsed() >= SAY {
            said = Instant::now();
            let share = (next - first) as f64 / (last - first).max(1) as f64;
            let rest = started.elapsed().mul_f64((1.0 - share).max(0.0) / share.max(0.001));
            tracing::info!(
                percent = (share * 100.0) as u32,
                seconds_left = rest.as_secs(),
                "the data is being brought to a new format: do not stop the collector, or it begins again"
            );
        }
    }
    move_ids(database)?;
    drop_older(database)?;
    if first < last {
        tracing::info!(seconds = started.elapsed().as_secs(), "the data has a new format now");
    }
    Ok(())
}

/// Before when all tables have hours in place of minutes; on an hour.
fn hours_end(database: &dyn Database) -> database::Result<Option<i64>> {
    // Older versions had one mark for all tables.
    let all = totals::get(database, "rolled_up")?;
    let mut end: Option<i64> = None;
    for table in MERGED {
        let mark = totals::get(database, &format!("rolled_up {table}"))?.or(all);
        let rows: bool =
            database.scalar(&format!("SELECT count(*) > 0 FROM (SELECT 1 FROM {table} LIMIT 1)"), &[])?;
        match mark {
            // Nothing of it was ever merged, as there was nothing.
            None if !rows => {}
            None => return Ok(None),
            Some(mark) => end = Some(end.map_or(mark, |end| end.min(mark))),
        }
    }
    Ok(end.map(|end| Level::Hour.bucket(end)))
}

fn tables() -> impl Iterator<Item = &'static str> {
    MERGED.into_iter().chain(["error_counts"])
}

fn span(database: &dyn Database) -> database::Result<(i64, i64)> {
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    for table in tables() {
        let sql = format!("SELECT min(minute), max(minute) FROM {table}");
        let (min, max) = database
            .query_one(&sql, &[], |row| Ok((row.get::<Option<i64>>(0)?, row.get::<Option<i64>>(1)?)))?;
        first = first.min(min.unwrap_or(first));
        last = last.max(max.unwrap_or(last));
    }
    Ok(if first > last { (0, 0) } else { (Level::Hour.bucket(first), last) })
}

/// The first hour at or after `since` that has rows.
fn next_hour(database: &dyn Database, since: i64) -> database::Result<Option<i64>> {
    let mut oldest: Option<i64> = None;
    for table in tables() {
        let sql = format!("SELECT min(minute) FROM {table} WHERE minute >= ?1");
        let minute: Option<i64> = database.scalar(&sql, params![since])?;
        oldest = oldest.into_iter().chain(minute).min();
    }
    Ok(oldest.map(|minute| Level::Hour.bucket(minute)))
}

fn move_ids(database: &dyn Database) -> database::Result<()> {
    let sql = "INSERT INTO beacons (day, id, received) SELECT ?1, id, received FROM beacons_8";
    database.execute(sql, params![beacon_ids::ODD]).map(drop)
}

/// Drops the older tables. The next sweep gives their space back to the file system.
fn drop_older(database: &dyn Database) -> database::Result<()> {
    for table in tables().chain(["measures", "views_8", "beacons_8"]) {
        database.execute_batch(&format!("DROP TABLE {table}"))?;
    }
    // Their rows went to their targets.
    database.execute("DELETE FROM errors WHERE id IN (SELECT id FROM evictions WHERE kind = 100)", &[])?;
    database.execute_batch(
        "DELETE FROM evictions;
         DELETE FROM names WHERE kind = -1;
         DELETE FROM totals WHERE name LIKE 'rolled_up%';",
    )
}
