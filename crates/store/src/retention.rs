//! Deletes data past its retention, in portions: each call deletes a little, and returns whether nothing is left.
use rusqlite::{Connection, params};

use crate::minute_buckets::TABLES;
use crate::options::Options;
use crate::time::{DAY, HOUR};
use crate::{series, views};

/// How long beacon ids are kept, ms: a browser that was offline sends a beacon again within days or not at all.
const IDS: i64 = 3 * DAY;

/// The most rows deleted in one portion.
const PORTION: usize = 20_000;

/// The time of the oldest data. A table that cannot be read is skipped: it must not keep the others from being swept.
pub fn oldest(connection: &Connection) -> Option<i64> {
    let first =
        |query: &str| connection.query_row(query, [], |row| row.get::<_, Option<i64>>(0)).ok().flatten();
    let tables = TABLES.into_iter().filter_map(|table| first(&format!("SELECT min(minute) FROM {table}")));
    let views = first("SELECT min(minute) FROM views WHERE folded = 0");
    tables.chain(views).chain(series::oldest(connection).ok().flatten()).min()
}

/// Deletes one portion of a table's rows before `cutoff`.
pub fn delete(connection: &Connection, table: &str, cutoff: i64) -> rusqlite::Result<bool> {
    let oldest: Option<i64> =
        connection.query_row(&format!("SELECT min(minute) FROM {table}"), [], |row| row.get(0))?;
    let Some(oldest) = oldest.filter(|oldest| *oldest < cutoff) else { return Ok(true) };
    let upto = cutoff.min(oldest + HOUR);
    connection.execute(&format!("DELETE FROM {table} WHERE minute < ?1"), [upto])?;
    Ok(upto == cutoff)
}

/// Deletes one portion of the beacon ids.
pub fn ids(connection: &Connection, reached: i64, options: &Options) -> rusqlite::Result<bool> {
    let ids = connection.execute(
        "DELETE FROM beacons WHERE id IN (SELECT id FROM beacons WHERE received < ?1 LIMIT ?2)",
        params![reached - options.retention.min(IDS), PORTION as i64],
    )?;
    Ok(ids < PORTION)
}

/// Deletes one portion of the page views.
pub fn views(connection: &Connection, reached: i64, options: &Options) -> rusqlite::Result<bool> {
    views::expire(connection, reached - options.retention, reached - IDS, PORTION)
}

/// `used` is written once a day only, so it may be old by a day; ms.
const LATE: i64 = 2 * DAY;

/// Deletes names that no row refers to.
pub fn names(connection: &Connection, cutoff: i64) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM names WHERE used < ?1 AND kind >= 0", [cutoff - LATE]).map(drop)
}

/// Deletes errors that no row refers to.
pub fn errors(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM errors WHERE id NOT IN (SELECT error FROM error_counts)", []).map(drop)
}

/// The first column of a query's rows.
pub fn numbers(connection: &Connection, query: &str) -> rusqlite::Result<Vec<i64>> {
    connection.prepare_cached(query)?.query_map([], |row| row.get(0))?.collect()
}
