//! Everything as JSON Lines: one object per line, as docs/export.md describes them.
//!
//! Rows are read and written one after the other, so memory is bounded by the largest row and by the names, whose number is
//! bounded. All is as of one point in time, also beside a collector that writes.
mod cells;
mod histogram;
mod known;
mod object;
mod rows;
mod samples;
#[cfg(test)]
mod tests;
mod views;

use std::io::Write;

use serde_json::{Value, json};

use super::catalog::{self, Table};
use super::copy::{NOTES, is_unfinished};
use super::error::MovingError;
use super::source::Progress;
use crate::cells::Level;
use crate::database::{Access, Database, Error, Row};
use known::Known;
use object::Object;

/// The version of the objects: it grows where one changes its meaning.
const FORMAT: u32 = 1;

/// Writes everything to `out`, as JSON Lines. Returns the number of lines.
///
/// # Errors
/// If the database cannot be read, or `out` not written.
pub fn write(
    database: &dyn Database,
    out: &mut dyn Write,
    progress: Progress<'_>,
) -> Result<u64, MovingError> {
    let mut lines = Lines { out, written: 0, failed: None };
    if is_unfinished(database)? {
        return Err(MovingError::HalfSource);
    }
    let done = database.transaction(Access::Read, |database| {
        let known = Known::load(database)?;
        let tables = catalog::tables(database)?;
        // The times of packed values are written beside these.
        let left_out = [NOTES, samples::TIMES];
        let tables: Vec<_> =
            tables.into_iter().filter(|table| !left_out.contains(&table.name.as_str())).collect();
        let mut counts = Vec::new();
        for table in &tables {
            counts.push(database.scalar::<u64>(&format!("SELECT count(*) FROM {}", table.name), &[])?);
        }
        let (mut done, all) = (0, counts.iter().sum());
        let version = env!("CARGO_PKG_VERSION");
        lines.write(&json!({ "type": "export", "format": FORMAT, "whippet": version, "rows": all }))?;
        for table in &tables {
            let series = match table.name.as_str() {
                samples::PACKED => Some(samples::packed as Series),
                samples::SCRAPES => Some(samples::scrapes as Series),
                _ => None,
            };
            if let Some(series) = series {
                series(database, table, &known, &mut |object| {
                    lines.write(&Value::Object(object))?;
                    done += 1;
                    progress(done, all);
                    Ok(())
                })?;
                continue;
            }
            let objects = writer(table);
            let order = match table.key.as_slice() {
                [] => String::new(),
                key => format!("ORDER BY {}", key.join(", ")),
            };
            let sql = format!("SELECT {} FROM {} {order}", table.list(), table.name);
            database.query(&sql, &[], &mut |row| {
                for object in objects(row, table, &known)? {
                    lines.write(&Value::Object(object))?;
                }
                done += 1;
                progress(done, all);
                Ok(())
            })?;
        }
        Ok(())
    });
    if let Some(source) = lines.failed {
        return Err(MovingError::Output { source });
    }
    done?;
    Ok(lines.written)
}

/// Writes a table by itself: a line for each of its rows.
type Series = fn(
    &dyn Database,
    &Table,
    &Known,
    &mut dyn FnMut(Object) -> crate::database::Result<()>,
) -> crate::database::Result<()>;

/// What a row becomes.
type Writer = fn(&Row<'_>, &Table, &Known) -> crate::database::Result<Vec<Object>>;

fn writer(table: &Table) -> Writer {
    match table.name.as_str() {
        name if Level::ALL.iter().any(|level| level.table() == name) => cells::objects,
        "views" => views::objects,
        _ => rows::objects,
    }
}

/// What is written to.
struct Lines<'a> {
    out: &'a mut dyn Write,
    written: u64,
    /// Why it cannot be written. The database's own errors have no room for it.
    failed: Option<std::io::Error>,
}

impl Lines<'_> {
    fn write(&mut self, value: &Value) -> crate::database::Result<()> {
        let written = writeln!(self.out, "{value}");
        self.written += 1;
        written.map_err(|error| {
            self.failed = Some(error);
            Error::other("the export cannot be written")
        })
    }
}
