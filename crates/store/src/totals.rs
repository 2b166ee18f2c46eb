//! Single numbers that outlive what retention deletes: running totals, and how far sweeps have come.
use rusqlite::{Connection, OptionalExtension, params};

/// The value called `name`.
pub fn get(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT value FROM totals WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// Sets the value called `name`.
pub fn set(connection: &Connection, name: &str, value: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO totals (name, value) VALUES (?1, ?2)")?
        .execute(params![name, value])?;
    Ok(())
}
