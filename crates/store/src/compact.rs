//! Makes older data coarser. No sum changes: an hour's histogram is the merge of its minutes. Each call does one hour, and
//! returns whether no further hour is due.
use std::collections::HashMap;

use rusqlite::Connection;
use whippet_engine::stats::StoredHistogram;

use crate::minute_buckets::Detail;
use crate::time::HOUR;
use crate::{aggregates, minute_buckets, series, totals};

/// The tables whose minutes are merged into hours. `error_counts` is not among them: the times of the first and the last
/// error are shown.
pub const TABLES: [&str; 10] = [
    "vitals",
    "histograms",
    "counters",
    "page_views",
    "elements",
    "parts",
    "resources",
    "scripts",
    "gauges",
    "losses",
];

/// Merges a table's minutes of the next hour, where all of it is before `due`.
pub fn roll_up(connection: &Connection, table: &str, due: i64) -> rusqlite::Result<bool> {
    let oldest = oldest_minute(connection, table)?;
    let Some(hour) = next_hour(oldest, due) else { return Ok(true) };
    match table {
        "vitals" => vitals(connection, hour)?,
        "histograms" => histograms(connection, hour)?,
        "counters" => counters(connection, hour)?,
        "page_views" => page_views(connection, hour)?,
        "elements" => details(connection, hour, Detail::Causes)?,
        "parts" => details(connection, hour, Detail::Parts)?,
        table => aggregates::roll_up(connection, table, hour, hour + HOUR)?,
    }
    totals::set(connection, &mark(table), hour + HOUR)?;
    Ok(false)
}

/// The time of the oldest data in full detail.
pub fn oldest(connection: &Connection) -> Option<i64> {
    let scrape = series::oldest_detail(connection).ok().flatten();
    // A table that cannot be read must not keep the others from being swept.
    let minutes = TABLES.into_iter().filter_map(|table| oldest_minute(connection, table).ok().flatten());
    minutes.chain(scrape).min()
}

/// The first minute of a table that is not merged yet.
fn oldest_minute(connection: &Connection, table: &str) -> rusqlite::Result<Option<i64>> {
    // Older versions had one mark for all tables.
    let since = match totals::get(connection, &mark(table))? {
        None => totals::get(connection, "rolled_up")?,
        since => since,
    };
    let query = format!("SELECT min(minute) FROM {table} WHERE minute >= ?1");
    connection.query_row(&query, [since.unwrap_or(i64::MIN)], |row| row.get(0))
}

/// The name in `totals` of the time up to which a table is merged.
fn mark(table: &str) -> String {
    format!("rolled_up {table}")
}

/// The hour that `oldest` is in, if all of it is before `due`. Hours without data are passed over.
fn next_hour(oldest: Option<i64>, due: i64) -> Option<i64> {
    oldest.map(|time| time - time.rem_euclid(HOUR)).filter(|hour| hour + HOUR <= due)
}

type Place = (i64, i64, i64);

fn vitals(connection: &Connection, hour: i64) -> rusqlite::Result<()> {
    let mut merged: HashMap<Place, ([i64; 3], StoredHistogram)> = HashMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT app, page, metric, good, fair, poor, histogram FROM vitals WHERE minute > ?1 AND minute < ?2",
    )?;
    let mut rows = statement.query([hour, hour + HOUR])?;
    while let Some(row) = rows.next()? {
        let cell = merged.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default();
        for (index, count) in cell.0.iter_mut().enumerate() {
            *count += row.get::<_, i64>(3 + index)?;
        }
        minute_buckets::merge_bytes(&mut cell.1, row.get_ref(6)?.as_blob()?);
    }
    drop(rows);
    connection.execute("DELETE FROM vitals WHERE minute > ?1 AND minute < ?2", [hour, hour + HOUR])?;
    for ((app, page, metric), (ratings, values)) in merged {
        minute_buckets::add_vital(connection, (hour, app, page, metric), ratings, values)?;
    }
    Ok(())
}

fn details(connection: &Connection, hour: i64, detail: Detail) -> rusqlite::Result<()> {
    let (table, column) = detail.table();
    let mut merged: HashMap<(Place, i64), StoredHistogram> = HashMap::new();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT app, page, metric, {column}, histogram FROM {table} WHERE minute > ?1 AND minute < ?2"
    ))?;
    let mut rows = statement.query([hour, hour + HOUR])?;
    while let Some(row) = rows.next()? {
        let key = ((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?);
        minute_buckets::merge_bytes(merged.entry(key).or_default(), row.get_ref(4)?.as_blob()?);
    }
    drop(rows);
    connection
        .execute(&format!("DELETE FROM {table} WHERE minute > ?1 AND minute < ?2"), [hour, hour + HOUR])?;
    for (((app, page, metric), which), values) in merged {
        minute_buckets::add_detail(connection, (hour, app, page, metric), (detail, which), values)?;
    }
    Ok(())
}

fn histograms(connection: &Connection, hour: i64) -> rusqlite::Result<()> {
    let mut merged: HashMap<Place, (StoredHistogram, i64)> = HashMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT app, page, name, histogram, slow FROM histograms WHERE minute > ?1 AND minute < ?2",
    )?;
    let mut rows = statement.query([hour, hour + HOUR])?;
    while let Some(row) = rows.next()? {
        let (values, slow) = merged.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default();
        minute_buckets::merge_bytes(values, row.get_ref(3)?.as_blob()?);
        *slow = slow.saturating_add(row.get(4)?);
    }
    drop(rows);
    connection.execute("DELETE FROM histograms WHERE minute > ?1 AND minute < ?2", [hour, hour + HOUR])?;
    for ((app, page, name), (values, slow)) in merged {
        minute_buckets::add_histogram(connection, (hour, app, page, name), values, slow)?;
    }
    Ok(())
}

fn counters(connection: &Connection, hour: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        // `sum` fails on overflow, and clients may send any count.
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
        minute_buckets::add_counter(connection, key, total)?;
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
        minute_buckets::add_views(connection, place, views)?;
    }
    Ok(())
}
