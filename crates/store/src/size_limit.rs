//! The room that the file takes: what was freed is given back, and the file stays below its bound.
use rusqlite::{Connection, TransactionBehavior};

use crate::options::Options;
use crate::time::{HOUR, MINUTE};
use crate::{compact, retention, views, watermark};

/// The most pages given back in one portion: 8 MB, some tens of milliseconds.
const PORTION: i64 = 2_000;
/// So many free pages are left to whatever comes next.
const SPARE: i64 = 64;
/// So much is deleted at once where all data is of the last hours.
const MINUTES: i64 = 5 * MINUTE;
/// Of its bound the file may use so much before room is made: the rest is for what is being written meanwhile.
const FULL: f64 = 0.9;

/// Gives one portion of the free pages back to the file system. Returns whether that was all.
pub fn give_back(connection: &Connection) -> rusqlite::Result<bool> {
    let free = pragma(connection, "freelist_count")? - SPARE;
    if free <= 0 {
        return Ok(true);
    }
    // It does a page a step, and must be asked for rows to the end.
    let portion = free.min(PORTION);
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({portion})"))?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    // A file that was made without `auto_vacuum` gives nothing back.
    Ok(free <= PORTION || pragma(connection, "freelist_count")? - SPARE >= free)
}

/// Whether the file has come near its bound.
pub fn is_near(connection: &Connection, options: &Options) -> rusqlite::Result<bool> {
    let Some(most) = options.max_size else { return Ok(false) };
    Ok(used(connection)? as f64 > most as f64 * FULL)
}

/// The bytes of all pages in use.
pub fn used(connection: &Connection) -> rusqlite::Result<i64> {
    let pages = pragma(connection, "page_count")? - pragma(connection, "freelist_count")?;
    Ok(pages * pragma(connection, "page_size")?)
}

/// Has SQLite refuse what would go beyond the bound. A file that is larger already may not grow.
pub fn set(connection: &Connection, options: &Options) -> rusqlite::Result<()> {
    let Some(most) = options.max_size else { return Ok(()) };
    let pages = most as i64 / pragma(connection, "page_size")?;
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
}

/// What making room came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freed {
    /// An hour has less detail.
    Coarser,
    /// What is before that time was deleted.
    Deleted(i64),
    /// There is nothing more to give.
    Nothing,
}

/// Makes room: of the oldest hour in full detail, the detail goes; where there is none, the oldest hour goes. Nothing
/// before `after` is looked for again. Each table in a transaction of its own: one that is damaged keeps what it has.
pub fn free(connection: &mut Connection, options: &Options, after: i64) -> rusqlite::Result<Freed> {
    let Some(newest) = watermark::newest(connection)? else { return Ok(Freed::Nothing) };
    // Page views fold into their minutes until then.
    let due = newest - views::OPEN - HOUR;
    let mut coarser = !attempt(connection, |connection| compact::thin(connection, due));
    for table in compact::TABLES {
        coarser |= !attempt(connection, |connection| compact::roll_up(connection, table, due));
    }
    if coarser {
        return Ok(Freed::Coarser);
    }
    let Some(oldest) = retention::oldest(connection) else { return Ok(Freed::Nothing) };
    let mut cutoff = (oldest - oldest.rem_euclid(HOUR)).max(after) + HOUR;
    if cutoff > newest - HOUR {
        // All there is, is of the last hours: then what came last is worth more than what came first.
        cutoff = (oldest - oldest.rem_euclid(MINUTE)).max(after) + MINUTES;
        if cutoff > newest - MINUTE {
            return Ok(Freed::Nothing);
        }
    }
    for table in retention::TABLES {
        while !attempt(connection, |connection| retention::delete(connection, table, cutoff)) {}
    }
    let mut options = options.clone();
    // Page views are kept a minute longer than what they were folded into.
    options.retention = newest - cutoff - MINUTE;
    while !attempt(connection, |connection| retention::ids(connection, newest, &options)) {}
    while !attempt(connection, |connection| retention::views(connection, newest, &options)) {}
    attempt(connection, |connection| retention::samples(connection, cutoff).map(|()| true));
    attempt(connection, |connection| retention::errors(connection).map(|()| true));
    Ok(Freed::Deleted(cutoff))
}

/// One portion in a transaction of its own. Returns whether that was all, or all that could be done.
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
