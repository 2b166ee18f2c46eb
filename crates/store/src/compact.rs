//! Makes older samples coarser. No sum changes: stored counters are already corrected for resets, so thinned samples give the
//! same increases. Each call does one hour, and returns whether no further hour is due.
use rusqlite::{Connection, params};

use crate::database::Database;
use crate::time::HOUR;
use crate::{retention, totals};

const THINNED: &str = "thinned";

/// Keeps one sample per minute and series of the next hour, where all of it is before `due`.
pub fn thin(connection: &Connection, due: i64) -> rusqlite::Result<bool> {
    let mark = totals::get(connection, THINNED)?;
    let Some(hour) = next_hour(oldest_scrape(connection, mark)?, due) else { return Ok(true) };
    let begun = oldest_scrape(connection, None)?.unwrap_or(hour);
    let mut first = connection.prepare_cached("SELECT min(time) FROM samples WHERE series = ?1")?;
    let mut delete = connection.prepare_cached(
        "DELETE FROM samples WHERE series = ?1 AND time >= ?2 AND time < ?3 AND time <> ?4 AND time NOT IN
         (SELECT max(time) FROM samples WHERE series = ?1 AND time >= ?2 AND time < ?3 GROUP BY time / 60000)",
    )?;
    for id in retention::numbers(connection, "SELECT id FROM series")? {
        // The first sample of a series that appeared later stays: its increases are counted from there.
        let first: Option<i64> = first.query_row([id], |row| row.get(0))?;
        let first = first.filter(|first| *first > begun).unwrap_or(-1);
        delete.execute(params![id, hour, hour + HOUR, first])?;
    }
    connection.execute(
        "DELETE FROM scrapes WHERE time >= ?1 AND time < ?2 AND (target, time) NOT IN
         (SELECT target, max(time) FROM scrapes WHERE time >= ?1 AND time < ?2 GROUP BY target, time / 60000)",
        params![hour, hour + HOUR],
    )?;
    totals::set(connection, THINNED, hour + HOUR)?;
    Ok(false)
}

/// The time of the oldest data in full detail.
pub fn oldest(database: &dyn Database) -> Option<i64> {
    // A table that cannot be read must not keep the others from being swept.
    let minutes = database.scalar::<Option<i64>>("SELECT min(time) FROM cells_minute", &[]).ok().flatten();
    let scrape = database.sqlite().and_then(|connection| {
        let mark = totals::get(connection, THINNED).ok().flatten();
        oldest_scrape(connection, mark).ok().flatten()
    });
    minutes.into_iter().chain(scrape).min()
}

fn oldest_scrape(connection: &Connection, since: Option<i64>) -> rusqlite::Result<Option<i64>> {
    connection.query_row(
        "SELECT min((SELECT min(time) FROM scrapes WHERE target = targets.id AND time >= ?1)) FROM targets",
        [since.unwrap_or(i64::MIN)],
        |row| row.get(0),
    )
}

/// The hour that `oldest` is in, if all of it is before `due`. Hours without data are passed over.
fn next_hour(oldest: Option<i64>, due: i64) -> Option<i64> {
    oldest.map(|time| time - time.rem_euclid(HOUR)).filter(|hour| hour + HOUR <= due)
}
