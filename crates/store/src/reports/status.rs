//! `GET /api/status`: beacons, applications and targets that there are.
use rusqlite::{Connection, OptionalExtension};

use crate::kind::OTHER;

/// The number of beacons, the time of the last one, and the names of the applications.
pub fn status(connection: &Connection) -> rusqlite::Result<(u64, Option<i64>, Vec<String>)> {
    let total = |name: &str| {
        connection
            .prepare_cached("SELECT value FROM totals WHERE name = ?1")?
            .query_row([name], |row| row.get::<_, i64>(0))
            .optional()
    };
    Ok((total("beacons")?.unwrap_or(0) as u64, total("last_beacon")?, apps(connection)?))
}

/// The names of the applications, sorted, with [`OTHER`] last.
pub fn apps(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached("SELECT name FROM names WHERE kind = 0 ORDER BY name = ?1, name")?
        .query_map([OTHER], |row| row.get(0))?
        .collect()
}

/// The applications of an overview: the one called `app`, or all that are confirmed, by reports from more than one network
/// or from this machine, or by configuration.
pub fn overview_apps(connection: &Connection, app: Option<&str>) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT name FROM names WHERE kind = 0 AND iif(?2 IS NULL, confirmed, name = ?2) ORDER BY name = ?1, name",
        )?
        .query_map((OTHER, app), |row| row.get(0))?
        .collect()
}

/// How many applications [`overview_apps`] leaves out unless one of them is asked for.
pub fn hidden_apps(connection: &Connection) -> rusqlite::Result<u64> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM names WHERE kind = 0 AND NOT confirmed AND name <> ?1")?
        .query_row([OTHER], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// The time of the newest beacon of an application.
pub fn last_beacon(connection: &Connection, app: &str) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT last FROM names WHERE kind = 0 AND name = ?1")?;
    Ok(statement.query_row([app], |row| row.get(0)).optional()?.flatten())
}

/// The time of the last successful scrape of a target up to `to`.
pub fn last_scrape(connection: &Connection, target: &str, to: i64) -> rusqlite::Result<Option<i64>> {
    Ok(crate::series::last_scrape(connection, target, to)?)
}
