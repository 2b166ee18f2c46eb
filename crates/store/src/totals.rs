//! Single numbers that outlive what retention deletes: running totals, and how far sweeps have come.
use crate::database::{Database, Result, params};

/// The value called `name`.
pub fn get(database: &dyn Database, name: &str) -> Result<Option<i64>> {
    database.query_optional("SELECT value FROM totals WHERE name = ?1", params![name], |row| row.get(0))
}

/// Sets the value called `name`.
pub fn set(database: &dyn Database, name: &str, value: i64) -> Result<()> {
    let sql = "INSERT INTO totals (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    database.execute(sql, params![name, value]).map(drop)
}
