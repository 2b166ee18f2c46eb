//! `GET /api/status`: what there is to look at.
use crate::kind::OTHER;
use rusqlite::{Connection, OptionalExtension};

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

/// The applications that an overview shows: those that more than one network has reported, or this machine, or that are
/// known by configuration. Whoever asks for one by name gets it.
pub fn overview_apps(connection: &Connection, app: Option<&str>) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT name FROM names WHERE kind = 0 AND iif(?2 IS NULL, confirmed, name = ?2) ORDER BY name = ?1, name",
        )?
        .query_map((OTHER, app), |row| row.get(0))?
        .collect()
}

/// When the newest beacon of an application came.
pub fn heard(connection: &Connection, app: &str) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT last FROM names WHERE kind = 0 AND name = ?1")?;
    Ok(statement.query_row([app], |row| row.get(0)).optional()?.flatten())
}

/// When a target was last scraped with success, up to `to`.
pub fn scraped(connection: &Connection, target: &str, to: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT max(time) FROM scrapes WHERE target = (SELECT id FROM targets WHERE name = ?1) AND time <= ?2",
        )?
        .query_row((target, to), |row| row.get(0))
}
