//! Moves rows from evicted names and errors to their targets.
use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, params};
use whippet_engine::stats::StoredHistogram;

use crate::aggregates;
use crate::kind::ERROR;
use crate::minute_buckets::{self, Detail};
use crate::time::HOUR;

/// The targets of all evictions, by the evicted number. 0: the rows are deleted.
pub struct Targets {
    names: HashMap<i64, i64>,
    errors: HashMap<i64, i64>,
}

impl Targets {
    /// Loads all of them.
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut targets = Self { names: HashMap::new(), errors: HashMap::new() };
        let mut statement = connection.prepare_cached("SELECT kind, id, target FROM evictions")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let of = if row.get::<_, i64>(0)? == ERROR { &mut targets.errors } else { &mut targets.names };
            of.insert(row.get(1)?, row.get(2)?);
        }
        Ok(targets)
    }

    /// The name that takes the rows of `id`: itself if it was not evicted; `None` where its rows are deleted.
    fn name(&self, id: i64) -> Option<i64> {
        follow(&self.names, id)
    }

    fn error(&self, id: i64) -> Option<i64> {
        follow(&self.errors, id)
    }
}

/// A target may have been evicted later itself: then its own target counts.
fn follow(targets: &HashMap<i64, i64>, mut id: i64) -> Option<i64> {
    // Each step leads to a later eviction, so there is no circle. The bound is for a file that was tampered with.
    for _ in 0..=targets.len() {
        match targets.get(&id) {
            None => return Some(id),
            Some(0) => return None,
            Some(target) => id = *target,
        }
    }
    None
}

/// A table with a row per minute, and its columns that hold numbers of names, with their indices.
struct Table {
    name: &'static str,
    columns: &'static [(&'static str, usize)],
}

const APP_AND_PAGE: [(&str, usize); 2] = [("app", 1), ("page", 2)];

const TABLES: [Table; 10] = [
    Table { name: "page_views", columns: &APP_AND_PAGE },
    Table { name: "vitals", columns: &APP_AND_PAGE },
    Table { name: "parts", columns: &APP_AND_PAGE },
    Table { name: "losses", columns: &APP_AND_PAGE },
    Table { name: "elements", columns: &[APP_AND_PAGE[0], APP_AND_PAGE[1], ("element", 4)] },
    Table { name: "histograms", columns: &[APP_AND_PAGE[0], APP_AND_PAGE[1], ("name", 3)] },
    Table { name: "counters", columns: &[APP_AND_PAGE[0], APP_AND_PAGE[1], ("name", 3)] },
    Table { name: "resources", columns: &[APP_AND_PAGE[0], APP_AND_PAGE[1], ("host", 3)] },
    Table { name: "scripts", columns: &[APP_AND_PAGE[0], APP_AND_PAGE[1], ("script", 3)] },
    Table { name: "gauges", columns: &[APP_AND_PAGE[0], APP_AND_PAGE[1], ("name", 3)] },
];

/// Selects the numbers of evicted names.
const EVICTED: &str = "(SELECT id FROM evictions WHERE kind < 100)";

/// The first minute at or after `since` that has data.
pub fn oldest(connection: &Connection, since: i64) -> rusqlite::Result<Option<i64>> {
    let mut oldest: Option<i64> = None;
    let tables =
        minute_buckets::TABLES.map(|table| format!("SELECT min(minute) FROM {table} WHERE minute >= ?1"));
    let views = [0, 1]
        .map(|folded| format!("SELECT min(minute) FROM views WHERE folded = {folded} AND minute >= ?1"));
    for query in tables.iter().chain(&views) {
        let minute: Option<i64> = connection.prepare_cached(query)?.query_row([since], |row| row.get(0))?;
        oldest = oldest.into_iter().chain(minute).min();
    }
    Ok(oldest)
}

/// Moves the rows of the hour that begins at `hour`.
pub fn hour(connection: &Connection, hour: i64, targets: &Targets) -> rusqlite::Result<()> {
    for table in &TABLES {
        move_rows(connection, table, hour, targets)?;
    }
    move_views(connection, hour, targets)?;
    move_measures(connection, hour, targets)?;
    move_errors(connection, hour, targets)
}

fn move_rows(connection: &Connection, table: &Table, hour: i64, targets: &Targets) -> rusqlite::Result<()> {
    let evicted: Vec<String> =
        table.columns.iter().map(|(column, _)| format!("{column} IN {EVICTED}")).collect();
    let matching =
        format!("FROM {} WHERE minute >= ?1 AND minute < ?2 AND ({})", table.name, evicted.join(" OR "));
    let mut rows = Vec::new();
    {
        let mut statement = connection.prepare_cached(&format!("SELECT * {matching}"))?;
        let count = statement.column_count();
        let mut found = statement.query([hour, hour + HOUR])?;
        while let Some(row) = found.next()? {
            rows.push((0..count).map(|index| row.get(index)).collect::<rusqlite::Result<Vec<Value>>>()?);
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    connection.prepare_cached(&format!("DELETE {matching}"))?.execute([hour, hour + HOUR])?;
    for mut row in rows {
        let mut kept = true;
        for (_, index) in table.columns {
            match row.get_mut(*index) {
                Some(Value::Integer(id)) => match targets.name(*id) {
                    Some(target) => *id = target,
                    None => kept = false,
                },
                _ => kept = false,
            }
        }
        if kept {
            add_row(connection, table.name, &row)?;
        }
    }
    Ok(())
}

/// Adds a moved row to the one that the target has for the same minute, if there is one.
fn add_row(connection: &Connection, table: &str, row: &[Value]) -> rusqlite::Result<()> {
    let number = |index: usize| match row.get(index) {
        Some(Value::Integer(number)) => *number,
        _ => 0,
    };
    let histogram = || {
        let mut values = StoredHistogram::new();
        let blobs =
            row.iter().filter_map(|value| if let Value::Blob(bytes) = value { Some(bytes) } else { None });
        blobs.for_each(|bytes| minute_buckets::merge_bytes(&mut values, bytes));
        values
    };
    let key = (number(0), number(1), number(2), number(3));
    match table {
        "page_views" => minute_buckets::add_views(connection, (key.0, key.1, key.2), key.3),
        "vitals" => {
            minute_buckets::add_vital(connection, key, [number(4), number(5), number(6)], histogram())
        }
        "elements" => minute_buckets::add_detail(connection, key, (Detail::Causes, number(4)), histogram()),
        "parts" => minute_buckets::add_detail(connection, key, (Detail::Parts, number(4)), histogram()),
        "histograms" => minute_buckets::add_histogram(connection, key, histogram(), number(5)),
        "counters" => minute_buckets::add_counter(connection, key, number(4)),
        table => aggregates::add_row(connection, table, row),
    }
}

fn move_views(connection: &Connection, hour: i64, targets: &Targets) -> rusqlite::Result<()> {
    let views = connection
        .prepare_cached(&format!(
            "SELECT id, app, page FROM views WHERE folded IN (0, 1) AND minute >= ?1 AND minute < ?2
             AND (app IN {EVICTED} OR page IN {EVICTED})"
        ))?
        .query_map([hour, hour + HOUR], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<Vec<(i64, i64, i64)>>>()?;
    let mut update = connection.prepare_cached("UPDATE views SET app = ?2, page = ?3 WHERE id = ?1")?;
    for (id, app, page) in views {
        let (Some(app), Some(page)) = (targets.name(app), targets.name(page)) else {
            connection.prepare_cached("DELETE FROM measures WHERE view = ?1")?.execute([id])?;
            connection.prepare_cached("DELETE FROM views WHERE id = ?1")?.execute([id])?;
            continue;
        };
        match update.execute([id, app, page]) {
            // The view went on reporting after its app was evicted, so the target has a row of the same view.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                connection
                    .prepare_cached("UPDATE views SET view = view || char(10) || id WHERE id = ?1")?
                    .execute([id])?;
                update.execute([id, app, page])?;
            }
            moved => drop(moved?),
        }
    }
    Ok(())
}

/// Moves the attribution of vitals of page views that still report.
fn move_measures(connection: &Connection, hour: i64, targets: &Targets) -> rusqlite::Result<()> {
    for column in ["element", "url", "state"] {
        let measures = connection
            .prepare_cached(&format!(
                "SELECT measures.view, metric, {column} FROM views JOIN measures ON measures.view = views.id
                 WHERE folded = 0 AND minute >= ?1 AND minute < ?2 AND {column} IN {EVICTED}"
            ))?
            .query_map([hour, hour + HOUR], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<Vec<(i64, i64, i64)>>>()?;
        let mut update = connection
            .prepare_cached(&format!("UPDATE measures SET {column} = ?3 WHERE view = ?1 AND metric = ?2"))?;
        for (view, metric, id) in measures {
            update.execute([view, metric, targets.name(id).unwrap_or(0)])?;
        }
    }
    Ok(())
}

fn move_errors(connection: &Connection, hour: i64, targets: &Targets) -> rusqlite::Result<()> {
    let matching = format!(
        "FROM error_counts WHERE minute >= ?1 AND minute < ?2
         AND (page IN {EVICTED} OR error IN (SELECT id FROM evictions WHERE kind = {ERROR}))"
    );
    let mut rows = Vec::new();
    {
        let mut statement = connection
            .prepare_cached(&format!("SELECT minute, error, page, count, first, last {matching}"))?;
        let mut found = statement.query([hour, hour + HOUR])?;
        while let Some(row) = found.next()? {
            rows.push((0..6).map(|index| row.get(index)).collect::<rusqlite::Result<Vec<i64>>>()?);
        }
    }
    connection.prepare_cached(&format!("DELETE {matching}"))?.execute([hour, hour + HOUR])?;
    let mut add = connection.prepare_cached(
        "INSERT INTO error_counts (minute, error, page, count, first, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET page = excluded.page, count = count + excluded.count,
           first = min(first, excluded.first), last = max(last, excluded.last)",
    )?;
    for row in rows {
        let [minute, error, page, count, first, last] = row[..] else { continue };
        if let (Some(error), Some(page)) = (targets.error(error), targets.name(page)) {
            add.execute(params![minute, error, page, count, first, last])?;
        }
    }
    Ok(())
}
