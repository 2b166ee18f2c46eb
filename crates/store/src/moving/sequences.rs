//! Numbers that are given once: after a move the destination goes on behind the last one of the source.
use super::catalog::Table;
use crate::database::{Database, Engine, Result, params};

/// The last number that was given to a row of the table, also to one that is gone; `None` if it has no such numbers.
pub fn last(database: &dyn Database, table: &Table) -> Result<Option<i64>> {
    let Some(column) = table.numbers() else { return Ok(None) };
    let newest: Option<i64> =
        database.query_one(&format!("SELECT max({column}) FROM {}", table.name), &[], |row| row.get(0))?;
    let given: Option<i64> = match database.engine() {
        Engine::Sqlite if has_sequences(database)? => database
            .query_optional("SELECT seq FROM sqlite_sequence WHERE name = ?1", params![&table.name], |row| {
                row.get(0)
            })?,
        Engine::Sqlite => None,
        Engine::Postgres => database.query_one(
            "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(CAST(?1 AS TEXT), CAST(?2 AS TEXT)) AS regclass))",
            params![&table.name, column],
            |row| row.get(0),
        )?,
    };
    Ok(Some(newest.max(given).unwrap_or(0)))
}

/// Makes the next number one behind `last`.
pub fn set(database: &dyn Database, table: &Table, last: Option<i64>) -> Result<()> {
    let (Some(last), Some(column)) = (last, table.numbers()) else { return Ok(()) };
    match database.engine() {
        Engine::Sqlite => {
            if has_sequences(database)? {
                database.execute("DELETE FROM sqlite_sequence WHERE name = ?1", params![&table.name])?;
                database.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)",
                    params![&table.name, last],
                )?;
            }
        }
        // A sequence begins at 1: where nothing was given, the next is 1.
        Engine::Postgres => database.query(
            "SELECT setval(CAST(pg_get_serial_sequence(CAST(?1 AS TEXT), CAST(?2 AS TEXT)) AS regclass), \
             greatest(?3, 1), CAST(?3 AS BIGINT) > 0)",
            params![&table.name, column, last],
            &mut |_| Ok(()),
        )?,
    }
    Ok(())
}

/// Only a file with a table that counts on has them.
fn has_sequences(database: &dyn Database) -> Result<bool> {
    let found: i64 =
        database.scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'", &[])?;
    Ok(found > 0)
}
