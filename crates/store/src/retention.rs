//! Deletes data past its retention, in portions: each call deletes a little, and returns whether nothing is left.
use rusqlite::Connection;

use crate::cells::{Hot, Level, Marks};
use crate::database::{self, Database};
use crate::options::Options;
use crate::time::{DAY, HOUR};
use crate::{beacon_ids, changes, partitions, series, views};

/// How long page views are remembered that have ended, ms: as long as the ids of beacons.
const REMEMBERED: i64 = views::DAYS * DAY;

/// The most rows deleted in one portion.
const PORTION: usize = 20_000;

/// The times of the oldest data: that of days ends with the day. A table that cannot be read is skipped: it must not keep the
/// others from being swept.
pub fn oldest(database: &dyn Database) -> Option<i64> {
    let queries = [
        (0, "SELECT min(time) FROM cells_minute"),
        (0, "SELECT min(time) FROM cells_hour"),
        (DAY - HOUR, "SELECT min(time) FROM cells_day"),
        (0, "SELECT min(minute) FROM backend_event_counts"),
        (0, "SELECT min(minute) FROM views WHERE folded = 0"),
    ];
    let first = |(later, query): (i64, &str)| {
        database.scalar::<Option<i64>>(query, &[]).ok().flatten().map(|time| time.saturating_add(later))
    };
    queries.into_iter().filter_map(first).chain(series::oldest(database).ok().flatten()).min()
}

/// The time of the oldest data in full detail.
pub fn oldest_detail(database: &dyn Database) -> Option<i64> {
    // A table that cannot be read must not keep the others from being swept.
    let minutes = database.scalar::<Option<i64>>("SELECT min(time) FROM cells_minute", &[]).ok().flatten();
    minutes.into_iter().chain(series::oldest_detail(database).ok().flatten()).min()
}

/// Deletes one portion of a table's rows before `cutoff`.
pub fn delete(database: &dyn Database, table: &str, cutoff: i64) -> database::Result<bool> {
    let oldest: Option<i64> = database.scalar(&format!("SELECT min(minute) FROM {table}"), &[])?;
    let Some(oldest) = oldest.filter(|oldest| *oldest < cutoff) else { return Ok(true) };
    let upto = cutoff.min(oldest + HOUR);
    database.execute(&format!("DELETE FROM {table} WHERE minute < ?1"), database::params![upto])?;
    Ok(upto == cutoff)
}

/// Deletes one portion of a level's cells that end before `cutoff`.
pub fn cells(database: &dyn Database, hot: &mut Hot, level: Level, cutoff: i64) -> database::Result<bool> {
    let table = level.table();
    let cutoff = level.bucket(cutoff);
    let oldest: Option<i64> = database.scalar(&format!("SELECT min(time) FROM {table}"), &[])?;
    let Some(oldest) = oldest.filter(|oldest| *oldest < cutoff) else { return Ok(true) };
    hot.begin_alone(database)?;
    let newest = format!("SELECT max(time) FROM {table} WHERE time < ?1");
    let newest = |upto: i64| database.scalar::<Option<i64>>(&newest, database::params![upto]);
    // Asked before partitions go.
    let whole = newest(cutoff)?;
    let (upto, newest) = match partitions::drop_before(database, table, cutoff)? {
        // What is left of the last one goes with it, and is not read any more.
        Some(()) if level != Level::Day => (cutoff, whole),
        // That may be a month: its days are few rows.
        Some(()) => {
            database.execute(&format!("DELETE FROM {table} WHERE time < ?1"), database::params![cutoff])?;
            (cutoff, whole)
        }
        None => {
            let upto = cutoff.min(oldest.saturating_add(HOUR.max(level.length())));
            let newest = newest(upto)?;
            database.execute(&format!("DELETE FROM {table} WHERE time < ?1"), database::params![upto])?;
            (upto, newest)
        }
    };
    // No further than there were rows: while the clock is ahead the cutoff may be days after all that is to come.
    Marks::set_deleted(database, level, upto.min(newest.unwrap_or(oldest).saturating_add(level.length())))?;
    hot.end_alone(database)?;
    Ok(upto == cutoff)
}

/// Before when the cells of a level may go, as the coarser level has all of them and they are older than their own time.
/// `detail`: the newest time that full detail is counted back from.
pub fn coarse_cutoff(marks: &Marks, level: Level, detail: i64, options: &Options) -> i64 {
    match level {
        Level::Minute => Level::Hour.bucket((detail - options.detail).min(marks.all_complete(Level::Hour))),
        Level::Hour => Level::Day.bucket((detail - options.hours).min(marks.all_complete(Level::Day))),
        Level::Day => i64::MIN,
    }
}

/// Deletes one portion of the beacon ids.
pub fn ids(database: &dyn Database, reached: i64, options: &Options) -> database::Result<bool> {
    let kept = options.retention.min(beacon_ids::DAYS * DAY);
    // Those that no partition goes with come first, in transactions of their own: a dump may keep partitions for hours.
    if beacon_ids::expire_odd(database, reached - kept, PORTION)? > 0 {
        return Ok(false);
    }
    // What was sent on a day may have arrived some days later.
    partitions::drop_before(database, "beacons", (reached - kept).div_euclid(DAY) - beacon_ids::DAYS)?;
    beacon_ids::expire(database, reached - kept, PORTION)
}

/// Deletes one portion of the page views.
pub fn views(database: &dyn Database, reached: i64, options: &Options) -> database::Result<bool> {
    views::expire(database, reached - options.retention, reached - REMEMBERED, PORTION)
}

/// `used` is written once a day only, so it may be old by a day; ms.
const LATE: i64 = 2 * DAY;

/// Deletes names that no row refers to.
pub fn names(database: &dyn Database, cutoff: i64) -> database::Result<()> {
    let sql = "DELETE FROM names WHERE used < ?1 AND kind >= 0";
    forget(database, database.execute(sql, database::params![cutoff - LATE])?)
}

/// Deletes errors that no cell counts: those that were last seen before the hour of `cutoff`, as a sighting is written once in
/// each hour, and those of applications that are gone.
pub fn errors(database: &dyn Database, cutoff: i64) -> database::Result<()> {
    let old = "DELETE FROM errors WHERE scored < ?1 AND fingerprint <> ?2
               AND id NOT IN (SELECT id FROM evictions WHERE kind = ?3)";
    let params = database::params![Level::Hour.bucket(cutoff), crate::kind::OTHER, crate::kind::ERROR];
    let old = database.execute(old, params)?;
    let orphans = "DELETE FROM errors WHERE app NOT IN (SELECT id FROM names WHERE kind = 0)
                   AND id NOT IN (SELECT id FROM evictions WHERE kind = ?1)";
    forget(database, old + database.execute(orphans, database::params![crate::kind::ERROR])?)
}

/// Says that names or errors are gone, where any are.
fn forget(database: &dyn Database, count: usize) -> database::Result<()> {
    if count == 0 { Ok(()) } else { changes::forget(database) }
}

/// The first column of a query's rows.
pub fn numbers(connection: &Connection, query: &str) -> rusqlite::Result<Vec<i64>> {
    connection.prepare_cached(query)?.query_map([], |row| row.get(0))?.collect()
}
