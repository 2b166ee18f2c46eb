//! `GET /api/status`: beacons, applications and targets that there are.
use crate::database::{Database, Result, params};
use crate::kind::OTHER;
use crate::totals;

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The number of beacons.
    pub beacons: u64,
    /// The time of the last one.
    pub last_beacon: Option<i64>,
    /// The time of the first data that was ever stored.
    pub begun: Option<i64>,
    /// The names of the applications.
    pub apps: Vec<String>,
    /// When each of the collectors last wrote, as far as they say.
    pub collectors: Vec<i64>,
}

/// What there is.
pub fn status(db: &dyn Database) -> Result<Stored> {
    let collectors = "SELECT CAST(coalesce(sum(beacons), 0) AS BIGINT), max(last_beacon) FROM collectors";
    let (beacons, last_beacon): (i64, Option<i64>) =
        db.query_one(collectors, &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Stored {
        beacons: beacons.unsigned_abs(),
        last_beacon,
        begun: totals::get(db, "begun")?,
        apps: apps(db)?,
        collectors: db.query_map("SELECT seen FROM collectors", &[], |row| row.get(0))?,
    })
}

/// The names of the applications, sorted, with [`OTHER`] last.
pub fn apps(db: &dyn Database) -> Result<Vec<String>> {
    let names = db.query_map("SELECT name FROM names WHERE kind = 0", params![], |row| row.get(0))?;
    Ok(sorted(names))
}

/// Sorted here, as each database sorts texts in its own way.
fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_by(|a, b| (a == OTHER, a).cmp(&(b == OTHER, b)));
    names
}

/// The applications of an overview: the one called `app`, or all that are confirmed, by reports from more than one network
/// or from this machine, or by configuration.
pub fn overview_apps(db: &dyn Database, app: Option<&str>) -> Result<Vec<String>> {
    let names = match app {
        Some(app) => {
            let sql = "SELECT name FROM names WHERE kind = 0 AND parent = 0 AND name = ?1";
            db.query_map(sql, params![app], |row| row.get(0))?
        }
        None => {
            let sql = "SELECT name FROM names WHERE kind = 0 AND confirmed <> 0";
            db.query_map(sql, params![], |row| row.get(0))?
        }
    };
    Ok(sorted(names))
}

/// How many applications [`overview_apps`] leaves out unless one of them is asked for.
pub fn hidden_apps(db: &dyn Database) -> Result<u64> {
    let sql = "SELECT count(*) FROM names WHERE kind = 0 AND confirmed = 0 AND name <> ?1";
    Ok(db.scalar::<i64>(sql, params![OTHER])?.unsigned_abs())
}

/// The time of the newest beacon of an application.
pub fn last_beacon(db: &dyn Database, app: &str) -> Result<Option<i64>> {
    let sql = "SELECT last FROM names WHERE kind = 0 AND parent = 0 AND name = ?1";
    Ok(db.query_optional(sql, params![app], |row| row.get(0))?.flatten())
}

/// The time of the last successful scrape of a target up to `to`.
pub fn last_scrape(db: &dyn Database, target: &str, to: i64) -> Result<Option<i64>> {
    crate::series::last_scrape(db, target, to)
}

/// How far apart scrapes of a target are kept at `time`, when one was, ms; 0 where all of them are.
pub fn spacing(db: &dyn Database, target: &str, time: i64) -> Result<i64> {
    crate::series::spacing_at(db, target, time)
}
