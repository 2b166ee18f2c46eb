//! The size of the store. Of a file, free pages are returned to the file system, and it stays below its limit. On a server tables get
//! smaller by partitions that are dropped, so the oldest of them go.
use rusqlite::Connection;

use crate::cells::{self, Hot, Level, Marks, Section};
use crate::database::{Access, Database, Engine, Result};
use crate::options::Options;
use crate::time::{HOUR, MINUTE};
use crate::{partitions, retention, series, views, watermark};

/// The most pages returned in one portion: 8 MB, which takes some tens of milliseconds.
const PORTION: i64 = 2_000;
/// Free pages that are kept for the next writes.
const SPARE: i64 = 64;
/// The span that is deleted at once where all data is of the last hours, ms.
const MINUTES: i64 = 5 * MINUTE;
/// The share of the limit above which space is freed: the rest is for the transaction that is being written.
pub const FULL: f64 = 0.9;

/// Returns one portion of the free pages to the file system. The result is whether none is left. A server keeps its space.
pub fn give_back(database: &dyn Database) -> Result<bool> {
    let Some(connection) = database.sqlite() else { return Ok(true) };
    let free = pragma(connection, "freelist_count")? - SPARE;
    if free <= 0 {
        return Ok(true);
    }
    // Each row frees one page, so all rows must be read.
    let portion = free.min(PORTION);
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({portion})"))?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    // A file created without `auto_vacuum` returns nothing.
    Ok(free <= PORTION || pragma(connection, "freelist_count")? - SPARE >= free)
}

/// Whether more than `share` of the limit is in use.
pub fn exceeds(database: &dyn Database, options: &Options, share: f64) -> Result<bool> {
    let Some(most) = options.max_size else { return Ok(false) };
    Ok(used(database)? as f64 > most as f64 * share)
}

/// The bytes of all pages in use; on a server, of all tables and indexes.
pub fn used(database: &dyn Database) -> Result<i64> {
    let Some(connection) = database.sqlite() else {
        return database.scalar(
            "SELECT CAST(coalesce(sum(pg_total_relation_size(pg_class.oid)), 0) AS BIGINT) FROM pg_class
             WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r'",
            &[],
        );
    };
    let pages = pragma(connection, "page_count")? - pragma(connection, "freelist_count")?;
    Ok(pages * pragma(connection, "page_size")?)
}

/// The bytes of all pages, used or free.
pub fn whole(connection: &Connection) -> Result<u64> {
    Ok((pragma(connection, "page_count")? * pragma(connection, "page_size")?).unsigned_abs())
}

/// Makes SQLite refuse writes beyond the limit. A file that is already larger does not grow.
pub fn set(database: &dyn Database, options: &Options) -> Result<()> {
    let (Some(most), Some(connection)) = (options.max_size, database.sqlite()) else { return Ok(()) };
    let pages = most as i64 / pragma(connection, "page_size")?;
    Ok(connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?)
}

/// Lets the file grow beyond its limit until [`set`] is called.
pub fn lift(database: &dyn Database) -> Result<()> {
    let Some(connection) = database.sqlite() else { return Ok(()) };
    Ok(connection.query_row("PRAGMA max_page_count = 4294967294", [], |_| Ok(()))?)
}

/// The result of freeing space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freed {
    /// An hour was made coarser.
    Coarser,
    /// Data before this time was deleted, ms since the epoch.
    Deleted(i64),
    /// Nothing is left that may be deleted.
    Nothing,
}

/// Frees space: makes the oldest hour in full detail coarser, then the oldest day in hours, or where there is none, deletes the
/// oldest data. On a server the least that goes is a partition. What is before `after` was deleted by an earlier call. Each table has a transaction of its own, so that a damaged
/// one stops no other.
pub fn free(database: &dyn Database, hot: &mut Hot, options: &Options, after: i64) -> Result<Freed> {
    let Some(newest) = watermark::newest(database)? else { return Ok(Freed::Nothing) };
    // Page views that still report are folded into minutes as old as this.
    let due = newest - views::OPEN - HOUR;
    let thinned = attempt(database, |database| series::coarsen(database, due));
    if !thinned || make_coarser(database, hot, due) {
        return Ok(Freed::Coarser);
    }
    let Some(oldest) = retention::oldest(database) else { return Ok(Freed::Nothing) };
    let mut cutoff = partitions::span_end(database, Level::Day.table(), oldest.max(after), HOUR);
    if cutoff > newest - HOUR && database.engine() == Engine::Postgres {
        return Ok(Freed::Nothing);
    }
    if cutoff > newest - HOUR {
        // All data is of the last hours: newer data is worth more than older.
        cutoff = (oldest - oldest.rem_euclid(MINUTE)).max(after) + MINUTES;
        if cutoff > newest - MINUTE {
            return Ok(Freed::Nothing);
        }
    }
    for level in Level::ALL {
        while !attempt(database, |database| retention::cells(database, hot, level, cutoff)) {}
    }
    while !attempt(database, |database| retention::delete(database, "backend_event_counts", cutoff)) {}
    let mut options = options.clone();
    // Page views are kept a minute longer than what they were folded into.
    options.retention = newest - cutoff - MINUTE;
    while !attempt(database, |database| retention::ids(database, newest, &options)) {}
    while !attempt(database, |database| retention::views(database, newest, &options)) {}
    attempt(database, |database| series::delete(database, cutoff).map(|_| true));
    attempt(database, |database| retention::errors(database, cutoff).map(|()| true));
    Ok(Freed::Deleted(cutoff))
}

/// Deletes the oldest hour of minutes before `due`, or the oldest day of hours, which the coarser level has. Returns whether there was one.
fn make_coarser(database: &dyn Database, hot: &mut Hot, due: i64) -> bool {
    for (level, coarser) in [(Level::Minute, Level::Hour), (Level::Hour, Level::Day)] {
        for section in Section::ALL {
            while !attempt(database, |database| cells::roll_up(database, hot, (coarser, section), due)) {}
        }
        let mut any = false;
        attempt(database, |database| {
            let due = coarser.bucket(due.min(Marks::load(database)?.all_complete(coarser)));
            let sql = format!("SELECT min(time) FROM {}", level.table());
            let oldest: Option<i64> = database.scalar(&sql, &[])?;
            let end = |oldest| partitions::span_end(database, level.table(), oldest, coarser.length());
            if let Some(end) = oldest.map(end).filter(|end| *end <= due) {
                while !retention::cells(database, hot, level, end)? {}
                any = true;
            }
            Ok(true)
        });
        if any {
            return true;
        }
    }
    false
}

/// Runs one portion in a transaction of its own. Returns whether nothing is left, also after an error.
fn attempt(database: &dyn Database, portion: impl FnOnce(&dyn Database) -> Result<bool>) -> bool {
    database.transaction(Access::Write, portion).unwrap_or_else(|error| {
        tracing::error!(%error, "a part of the old data could not be deleted to make room");
        true
    })
}

/// Prepared once: the size is asked for after each transaction.
fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.prepare_cached(&format!("PRAGMA {name}"))?.query_row([], |row| row.get(0))
}

#[cfg(test)]
mod tests;
