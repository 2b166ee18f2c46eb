//! `GET /api/status`: what there is to look at.
use rusqlite::{Connection, OptionalExtension};

use crate::store::OTHER;

/// What the store knows for it: beacons kept, when the last came in, applications by name.
pub fn status(connection: &Connection) -> rusqlite::Result<(u64, Option<i64>, Vec<String>)> {
    let total = |name: &str| {
        connection
            .prepare_cached("SELECT value FROM totals WHERE name = ?1")?
            .query_row([name], |row| row.get::<_, i64>(0))
            .optional()
    };
    Ok((total("beacons")?.unwrap_or(0) as u64, total("last_beacon")?, apps(connection)?))
}

/// The applications by name, those that did not fit last.
pub fn apps(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached("SELECT name FROM names WHERE kind = 0 ORDER BY name = ?1, name")?
        .query_map([OTHER], |row| row.get(0))?
        .collect()
}
