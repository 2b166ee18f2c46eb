//! Keeping older data with less detail. Nothing that adds up is lost: counters are kept corrected for
//! resets, so thinned samples give the same increases, and histograms of an hour are the merged minutes.
//! Each call does one hour, and says whether it was the last one due.
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use whippet_engine::stats::Histogram;

use super::buckets::Detail;
use super::{HOUR, Options, buckets, sums};

/// Keeps one sample per minute and series of the next hour that is past full detail.
pub fn thin(connection: &Connection, now: i64, options: &Options) -> rusqlite::Result<bool> {
    let oldest = "SELECT min(time) FROM scrapes";
    let Some(hour) = next_hour(connection, "thinned", oldest, now - options.detail)? else { return Ok(true) };
    let mut series = connection.prepare_cached("SELECT id FROM series")?;
    let series = series.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let mut delete = connection.prepare_cached(
        "DELETE FROM samples WHERE series = ?1 AND time >= ?2 AND time < ?3 AND time NOT IN
         (SELECT max(time) FROM samples WHERE series = ?1 AND time >= ?2 AND time < ?3 GROUP BY time / 60000)",
    )?;
    for id in series {
        delete.execute(params![id, hour, hour + HOUR])?;
    }
    connection.execute(
        "DELETE FROM scrapes WHERE time >= ?1 AND time < ?2 AND (target, time) NOT IN
         (SELECT target, max(time) FROM scrapes WHERE time >= ?1 AND time < ?2 GROUP BY target, time / 60000)",
        params![hour, hour + HOUR],
    )?;
    mark(connection, "thinned", hour + HOUR)?;
    Ok(false)
}

/// Merges the minutes of the next hour that is past full detail.
pub fn roll_up(connection: &Connection, now: i64, options: &Options) -> rusqlite::Result<bool> {
    let oldest = "SELECT min(minute) FROM (SELECT min(minute) AS minute FROM page_views UNION ALL
                  SELECT min(minute) FROM histograms UNION ALL SELECT min(minute) FROM counters UNION ALL
                  SELECT min(minute) FROM resources UNION ALL SELECT min(minute) FROM scripts UNION ALL
                  SELECT min(minute) FROM gauges UNION ALL SELECT min(minute) FROM losses)";
    let Some(hour) = next_hour(connection, "rolled_up", oldest, now - options.detail)? else {
        return Ok(true);
    };
    vitals(connection, hour)?;
    histograms(connection, hour)?;
    counters(connection, hour)?;
    page_views(connection, hour)?;
    for detail in [Detail::Causes, Detail::Parts] {
        details(connection, hour, detail)?;
    }
    sums::roll_up(connection, hour, hour + HOUR)?;
    mark(connection, "rolled_up", hour + HOUR)?;
    Ok(false)
}

type Place = (i64, i64, i64);

fn vitals(connection: &Connection, hour: i64) -> rusqlite::Result<()> {
    let mut merged: HashMap<Place, ([i64; 3], Histogram)> = HashMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT app, page, metric, good, fair, poor, histogram FROM vitals WHERE minute > ?1 AND minute < ?2",
    )?;
    let mut rows = statement.query([hour, hour + HOUR])?;
    while let Some(row) = rows.next()? {
        let cell = merged.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default();
        for (index, count) in cell.0.iter_mut().enumerate() {
            *count += row.get::<_, i64>(3 + index)?;
        }
        buckets::merge_bytes(&mut cell.1, row.get_ref(6)?.as_blob()?);
    }
    drop(rows);
    connection.execute("DELETE FROM vitals WHERE minute > ?1 AND minute < ?2", [hour, hour + HOUR])?;
    for ((app, page, metric), (ratings, values)) in merged {
        buckets::add_vital(connection, (hour, app, page, metric), ratings, values)?;
    }
    Ok(())
}

fn details(connection: &Connection, hour: i64, detail: Detail) -> rusqlite::Result<()> {
    let (table, column) = detail.table();
    let mut merged: HashMap<(Place, i64), Histogram> = HashMap::new();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT app, page, metric, {column}, histogram FROM {table} WHERE minute > ?1 AND minute < ?2"
    ))?;
    let mut rows = statement.query([hour, hour + HOUR])?;
    while let Some(row) = rows.next()? {
        let key = ((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?);
        buckets::merge_bytes(merged.entry(key).or_default(), row.get_ref(4)?.as_blob()?);
    }
    drop(rows);
    connection
        .execute(&format!("DELETE FROM {table} WHERE minute > ?1 AND minute < ?2"), [hour, hour + HOUR])?;
    for (((app, page, metric), which), values) in merged {
        buckets::add_detail(connection, (hour, app, page, metric), (detail, which), values)?;
    }
    Ok(())
}

fn histograms(connection: &Connection, hour: i64) -> rusqlite::Result<()> {
    let mut merged: HashMap<Place, Histogram> = HashMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT app, page, name, histogram FROM histograms WHERE minute > ?1 AND minute < ?2",
    )?;
    let mut rows = statement.query([hour, hour + HOUR])?;
    while let Some(row) = rows.next()? {
        let values = merged.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default();
        buckets::merge_bytes(values, row.get_ref(3)?.as_blob()?);
    }
    drop(rows);
    connection.execute("DELETE FROM histograms WHERE minute > ?1 AND minute < ?2", [hour, hour + HOUR])?;
    for ((app, page, name), values) in merged {
        buckets::add_histogram(connection, (hour, app, page, name), values)?;
    }
    Ok(())
}

fn counters(connection: &Connection, hour: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        // `sum` would fail where it overflows, and what clients count is not to be trusted.
        "SELECT app, page, name, CAST(min(total(total), 9e18) AS INTEGER) FROM counters
         WHERE minute > ?1 AND minute < ?2 GROUP BY app, page, name",
    )?;
    let merged = statement
        .query_map([hour, hour + HOUR], |row| {
            Ok(((hour, row.get(0)?, row.get(1)?, row.get(2)?), row.get::<_, i64>(3)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    connection.execute("DELETE FROM counters WHERE minute > ?1 AND minute < ?2", [hour, hour + HOUR])?;
    for (key, total) in merged {
        buckets::add_counter(connection, key, total)?;
    }
    Ok(())
}

fn page_views(connection: &Connection, hour: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT app, page, sum(views) FROM page_views WHERE minute > ?1 AND minute < ?2 GROUP BY app, page",
    )?;
    let merged = statement
        .query_map([hour, hour + HOUR], |row| Ok(((hour, row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    connection.execute("DELETE FROM page_views WHERE minute > ?1 AND minute < ?2", [hour, hour + HOUR])?;
    for (place, views) in merged {
        buckets::add_views(connection, place, views)?;
    }
    Ok(())
}

/// The hour to do next: the one marked, or else the oldest there is, if all of it is before `due`.
fn next_hour(connection: &Connection, mark: &str, oldest: &str, due: i64) -> rusqlite::Result<Option<i64>> {
    let marked: Option<i64> = connection
        .query_row("SELECT value FROM totals WHERE name = ?1", [mark], |row| row.get(0))
        .optional()?;
    let hour = match marked {
        Some(hour) => Some(hour),
        None => connection.query_row(oldest, [], |row| row.get::<_, Option<i64>>(0))?,
    };
    Ok(hour.map(|time| time - time.rem_euclid(HOUR)).filter(|hour| hour + HOUR <= due))
}

fn mark(connection: &Connection, mark: &str, hour: i64) -> rusqlite::Result<()> {
    connection.execute("INSERT OR REPLACE INTO totals (name, value) VALUES (?1, ?2)", params![mark, hour])?;
    Ok(())
}
