//! The size of the file: free pages are returned to the file system, and the file stays below its limit.
use rusqlite::{Connection, TransactionBehavior};

use crate::options::Options;
use crate::time::{HOUR, MINUTE};
use crate::{compact, minute_buckets, retention, series, views, watermark};

/// The most pages returned in one portion: 8 MB, which takes some tens of milliseconds.
const PORTION: i64 = 2_000;
/// Free pages that are kept for the next writes.
const SPARE: i64 = 64;
/// The span that is deleted at once where all data is of the last hours, ms.
const MINUTES: i64 = 5 * MINUTE;
/// The share of the limit above which space is freed: the rest is for the transaction that is being written.
pub const FULL: f64 = 0.9;

/// Returns one portion of the free pages to the file system. The result is whether none is left.
pub fn give_back(connection: &Connection) -> rusqlite::Result<bool> {
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
pub fn exceeds(connection: &Connection, options: &Options, share: f64) -> rusqlite::Result<bool> {
    let Some(most) = options.max_size else { return Ok(false) };
    Ok(used(connection)? as f64 > most as f64 * share)
}

/// The bytes of all pages in use.
pub fn used(connection: &Connection) -> rusqlite::Result<i64> {
    let pages = pragma(connection, "page_count")? - pragma(connection, "freelist_count")?;
    Ok(pages * pragma(connection, "page_size")?)
}

/// Makes SQLite refuse writes beyond the limit. A file that is already larger does not grow.
pub fn set(connection: &Connection, options: &Options) -> rusqlite::Result<()> {
    let Some(most) = options.max_size else { return Ok(()) };
    let pages = most as i64 / pragma(connection, "page_size")?;
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
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

/// Frees space: makes the oldest hour in full detail coarser, or where there is none, deletes the oldest hour. Data before
/// `after` was deleted by an earlier call. Each table has a transaction of its own, so that a damaged one stops no other.
pub fn free(connection: &mut Connection, options: &Options, after: i64) -> rusqlite::Result<Freed> {
    let Some(newest) = watermark::newest(connection)? else { return Ok(Freed::Nothing) };
    // Page views that still report are folded into minutes as old as this.
    let due = newest - views::OPEN - HOUR;
    let mut coarser = !attempt(connection, |connection| Ok(series::coarsen(connection, due)?));
    for table in compact::TABLES {
        coarser |= !attempt(connection, |connection| compact::roll_up(connection, table, due));
    }
    if coarser {
        return Ok(Freed::Coarser);
    }
    let Some(oldest) = retention::oldest(connection) else { return Ok(Freed::Nothing) };
    let mut cutoff = (oldest - oldest.rem_euclid(HOUR)).max(after) + HOUR;
    if cutoff > newest - HOUR {
        // All data is of the last hours: newer data is worth more than older.
        cutoff = (oldest - oldest.rem_euclid(MINUTE)).max(after) + MINUTES;
        if cutoff > newest - MINUTE {
            return Ok(Freed::Nothing);
        }
    }
    for table in minute_buckets::TABLES {
        while !attempt(connection, |connection| retention::delete(connection, table, cutoff)) {}
    }
    let mut options = options.clone();
    // Page views are kept a minute longer than what they were folded into.
    options.retention = newest - cutoff - MINUTE;
    while !attempt(connection, |connection| retention::ids(connection, newest, &options)) {}
    while !attempt(connection, |connection| retention::views(connection, newest, &options)) {}
    attempt(connection, |connection| {
        series::delete(connection, cutoff)?;
        Ok(true)
    });
    attempt(connection, |connection| retention::errors(connection).map(|()| true));
    Ok(Freed::Deleted(cutoff))
}

/// Runs one portion in a transaction of its own. Returns whether nothing is left, also after an error.
fn attempt(connection: &mut Connection, portion: impl FnOnce(&Connection) -> rusqlite::Result<bool>) -> bool {
    let run = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let all = portion(&transaction)?;
        transaction.commit()?;
        Ok(all)
    };
    run().unwrap_or_else(|error: rusqlite::Error| {
        tracing::error!(%error, "a part of the old data could not be deleted to make room");
        true
    })
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
