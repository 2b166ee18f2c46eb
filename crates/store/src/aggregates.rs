//! Sums of one minute (or hour), application and page: resources, scripts, gauges.
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};
use whippet_engine::beacon::{Resource, Script};

use crate::minute_buckets::Place;

/// The largest sum: counts come from clients, and must not overflow.
const MOST: u64 = 1 << 60;

fn bounded(count: u64, weight: u64) -> i64 {
    count.saturating_mul(weight).min(MOST) as i64
}

/// Adds resources that were loaded from `host`.
pub fn add_resource(
    connection: &Connection,
    (minute, app, page): Place,
    host: i64,
    resource: &Resource,
    weight: u64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO resources (minute, app, page, host, kind, count, bytes, cached, failed, duration, slowest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT DO UPDATE SET
               count = min(count + excluded.count, 1 << 60), bytes = min(bytes + excluded.bytes, 1 << 60),
               cached = min(cached + excluded.cached, 1 << 60), failed = min(failed + excluded.failed, 1 << 60),
               duration = duration + excluded.duration, slowest = max(slowest, excluded.slowest)",
        )?
        .execute(params![
            minute,
            app,
            page,
            host,
            resource.kind as i64,
            bounded(resource.count, weight),
            bounded(resource.bytes, weight),
            bounded(resource.cached, weight),
            bounded(resource.failed, weight),
            resource.duration * weight as f64,
            resource.slowest,
        ])?;
    Ok(())
}

/// Adds the times of a script.
pub fn add_script(
    connection: &Connection,
    (minute, app, page): Place,
    name: i64,
    script: &Script,
    weight: u64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO scripts (minute, app, page, script, count, duration, forced)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET count = min(count + excluded.count, 1 << 60),
               duration = duration + excluded.duration, forced = forced + excluded.forced",
        )?
        .execute(params![
            minute,
            app,
            page,
            name,
            bounded(script.count, weight),
            script.duration * weight as f64,
            script.forced * weight as f64,
        ])?;
    Ok(())
}

/// Adds a gauge's value.
pub fn add_gauge(
    connection: &Connection,
    (minute, app, page): Place,
    name: i64,
    value: f64,
    weight: u64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO gauges (minute, app, page, name, count, sum, min, max)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
             ON CONFLICT DO UPDATE SET count = min(count + excluded.count, 1 << 60), sum = sum + excluded.sum,
               min = min(min, excluded.min), max = max(max, excluded.max)",
        )?
        .execute(params![minute, app, page, name, bounded(1, weight), value * weight as f64, value])?;
    Ok(())
}

/// Adds a whole row of one of the tables, its columns in the schema's order.
pub fn add_row(connection: &Connection, table: &str, row: &[Value]) -> rusqlite::Result<()> {
    const TABLES: [(&str, &str); 4] = [
        (
            "resources",
            "count = min(count + excluded.count, 1 << 60), bytes = min(bytes + excluded.bytes, 1 << 60),
             cached = min(cached + excluded.cached, 1 << 60), failed = min(failed + excluded.failed, 1 << 60),
             duration = duration + excluded.duration, slowest = max(slowest, excluded.slowest)",
        ),
        (
            "scripts",
            "count = min(count + excluded.count, 1 << 60), duration = duration + excluded.duration,
             forced = forced + excluded.forced",
        ),
        (
            "gauges",
            "count = min(count + excluded.count, 1 << 60), sum = sum + excluded.sum, min = min(min, excluded.min),
             max = max(max, excluded.max)",
        ),
        ("losses", "count = min(count + excluded.count, 1 << 60)"),
    ];
    let Some((_, sums)) = TABLES.into_iter().find(|known| known.0 == table) else { return Ok(()) };
    let values = vec!["?"; row.len()].join(", ");
    connection
        .prepare_cached(&format!("INSERT INTO {table} VALUES ({values}) ON CONFLICT DO UPDATE SET {sums}"))?
        .execute(params_from_iter(row))
        .map(drop)
}

/// Merges the minutes of `hour` up to `end` of one of the tables.
pub fn roll_up(connection: &Connection, table: &str, hour: i64, end: i64) -> rusqlite::Result<()> {
    // `total` and not `sum`, which fails on integer overflow.
    const TABLES: [(&str, &str, &str); 4] = [
        (
            "resources",
            "host, kind",
            "CAST(min(total(count), 1e18) AS INTEGER), CAST(min(total(bytes), 1e18) AS INTEGER),
             CAST(min(total(cached), 1e18) AS INTEGER), CAST(min(total(failed), 1e18) AS INTEGER),
             sum(duration), max(slowest)",
        ),
        ("scripts", "script", "CAST(min(total(count), 1e18) AS INTEGER), sum(duration), sum(forced)"),
        ("losses", "kind", "CAST(min(total(count), 1e18) AS INTEGER)"),
        ("gauges", "name", "CAST(min(total(count), 1e18) AS INTEGER), sum(sum), min(min), max(max)"),
    ];
    let Some((_, keys, sums)) = TABLES.into_iter().find(|known| known.0 == table) else { return Ok(()) };
    connection.execute_batch(&format!("CREATE TEMP TABLE hour AS SELECT * FROM {table} LIMIT 0"))?;
    connection.execute(
        &format!(
            "INSERT INTO temp.hour SELECT ?1, app, page, {keys}, {sums} FROM {table}
             WHERE minute >= ?1 AND minute < ?2 GROUP BY app, page, {keys}"
        ),
        [hour, end],
    )?;
    connection.execute(&format!("DELETE FROM {table} WHERE minute >= ?1 AND minute < ?2"), [hour, end])?;
    connection.execute_batch(&format!("INSERT INTO {table} SELECT * FROM temp.hour; DROP TABLE temp.hour"))
}
