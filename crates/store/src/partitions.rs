//! The partitions of a server's tables: each holds the rows of a span of time, and old rows go by dropping one. SQLite has none.
use std::collections::HashSet;

use crate::database::{Database, Engine, Result, params};
use crate::time::DAY;

/// The partitioned tables, and how much of the first column of their key a partition spans.
const SPANS: [(&str, i64); 4] =
    [("cells_minute", DAY), ("cells_hour", DAY), ("cells_day", 32 * DAY), ("beacons", 1)];

fn span(table: &str) -> Option<(&'static str, i64)> {
    SPANS.into_iter().find(|known| known.0 == table)
}

/// The partitions that are known to be there.
#[derive(Debug, Default)]
pub struct Partitions(HashSet<(&'static str, i64)>);

impl Partitions {
    /// Creates the partitions that rows with these times (days, for `beacons`) need.
    pub fn ensure(
        &mut self,
        database: &dyn Database,
        table: &str,
        times: impl IntoIterator<Item = i64>,
    ) -> Result<()> {
        if database.engine() != Engine::Postgres {
            return Ok(());
        }
        let Some((table, span)) = span(table) else { return Ok(()) };
        for time in times {
            let place = time.div_euclid(span);
            if self.0.contains(&(table, place)) {
                continue;
            }
            create(database, table, span, place)?;
            self.0.insert((table, place));
        }
        Ok(())
    }
}

/// Creates the partitions of a table that rows with these times need, for those that write whole rows: times in ms, or days for
/// `beacons`. On SQLite, and for tables without partitions, that is nothing.
pub fn ensure_partitions(database: &dyn Database, table: &str, times: &[i64]) -> Result<()> {
    Partitions::default().ensure(database, table, times.iter().copied())
}

fn create(database: &dyn Database, table: &str, span: i64, place: i64) -> Result<()> {
    let name = name(table, place);
    let is_there = "SELECT count(*) FROM pg_class WHERE oid = to_regclass(CAST(?1 AS TEXT))";
    if database.scalar::<i64>(is_there, params![&name])? > 0 {
        return Ok(());
    }
    // Two collectors that need the same one at the same time create it once.
    let lock = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtext(CAST(?1 AS TEXT)))) AS locked";
    database.scalar::<i64>(lock, params![&format!("partition {table}")])?;
    let (from, to) = (place * span, (place + 1) * span);
    database.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} FOR VALUES FROM ({from}) TO ({to})"
    ))
}

/// A name without signs that SQL reads otherwise.
fn name(table: &str, place: i64) -> String {
    format!("{table}_{}{}", if place < 0 { "m" } else { "p" }, place.unsigned_abs())
}

fn place(name: &str, table: &str) -> Option<i64> {
    let text = name.strip_prefix(table)?.strip_prefix('_')?;
    match text.split_at_checked(1)? {
        ("p", place) => place.parse().ok(),
        ("m", place) => place.parse::<i64>().ok().map(|place| -place),
        _ => None,
    }
}

/// Drops the partitions of a table all of whose rows are before `cutoff`, a time (a day, for `beacons`). `None` where the engine
/// has no partitions: then the rows are to be deleted.
pub fn drop_before(database: &dyn Database, table: &str, cutoff: i64) -> Result<Option<()>> {
    let (Engine::Postgres, Some((table, span))) = (database.engine(), span(table)) else { return Ok(None) };
    let children = "SELECT CAST(relname AS TEXT) FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid
                    WHERE inhparent = to_regclass(CAST(?1 AS TEXT))";
    for name in database.query_map(children, params![table], |row| row.get::<String>(0))? {
        if let Some(place) = place(&name, table).filter(|place| *place >= 0)
            && (place + 1) * span <= cutoff
        {
            database.execute_batch(&format!("DROP TABLE {name}"))?;
        }
    }
    Ok(Some(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_place() {
        for at in [0, 7, -1, 20_000] {
            assert_eq!(place(&name("beacons", at), "beacons"), Some(at));
        }
        assert_eq!(place("beacons_x1", "beacons"), None);
        assert_eq!(place("cells_day_p1", "cells_minute"), None);
    }
}
