//! Deleting what is too old. In portions: each call deletes a little, and says whether that was all.
use rusqlite::{Connection, params};

use super::{HOUR, Options, views};

const DAY: i64 = 24 * HOUR;

/// How long a beacon's id is remembered: a browser that was offline sends again within days or not at all.
const IDS: i64 = 3 * DAY;

/// The most ids forgotten in one portion.
const PORTION: usize = 20_000;

/// Deletes one portion of what is older than retention.
pub fn delete(connection: &Connection, now: i64, options: &Options) -> rusqlite::Result<bool> {
    let cutoff = now - options.retention;
    let mut done = true;
    for table in [
        "vitals",
        "elements",
        "parts",
        "page_views",
        "histograms",
        "counters",
        "resources",
        "scripts",
        "gauges",
        "losses",
        "error_counts",
    ] {
        let oldest: Option<i64> =
            connection.query_row(&format!("SELECT min(minute) FROM {table}"), [], |row| row.get(0))?;
        if let Some(oldest) = oldest.filter(|oldest| *oldest < cutoff) {
            let upto = cutoff.min(oldest + HOUR);
            connection.execute(&format!("DELETE FROM {table} WHERE minute < ?1"), [upto])?;
            done &= upto == cutoff;
        }
    }
    let ids = connection.execute(
        "DELETE FROM beacons WHERE id IN (SELECT id FROM beacons WHERE received < ?1 LIMIT ?2)",
        params![now - options.retention.min(IDS), PORTION as i64],
    )?;
    done &= ids < PORTION;
    done &= views::expire(connection, cutoff, now - IDS, PORTION)?;
    if done {
        delete_samples(connection, cutoff)?;
    }
    Ok(done)
}

/// The newest sample before the cutoff stays: it is what the series stands at until the next one.
fn delete_samples(connection: &Connection, cutoff: i64) -> rusqlite::Result<()> {
    let ids = ids(connection, "SELECT id FROM series")?;
    let mut samples = connection.prepare_cached(
        "DELETE FROM samples WHERE series = ?1
         AND time < (SELECT max(time) FROM samples WHERE series = ?1 AND time <= ?2)",
    )?;
    for id in ids {
        samples.execute([id, cutoff])?;
    }
    for id in self::ids(connection, "SELECT id FROM targets")? {
        connection.execute("DELETE FROM scrapes WHERE target = ?1 AND time < ?2", [id, cutoff])?;
    }
    Ok(())
}

/// Forgets names, errors and series that nothing kept refers to any more, and gives the room back.
pub fn forget(connection: &Connection, now: i64, options: &Options) -> rusqlite::Result<()> {
    // `used` and `seen` are written once a day.
    let cutoff = now - options.retention - 2 * DAY;
    connection.execute("DELETE FROM names WHERE used < ?1", [cutoff])?;
    connection.execute("DELETE FROM errors WHERE id NOT IN (SELECT error FROM error_counts)", [])?;
    connection
        .execute("DELETE FROM samples WHERE series IN (SELECT id FROM series WHERE seen < ?1)", [cutoff])?;
    connection.execute("DELETE FROM series WHERE seen < ?1", [cutoff])?;
    connection.execute_batch("PRAGMA incremental_vacuum(1000)")
}

fn ids(connection: &Connection, query: &str) -> rusqlite::Result<Vec<i64>> {
    connection.prepare_cached(query)?.query_map([], |row| row.get(0))?.collect()
}
