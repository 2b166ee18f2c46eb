//! The tables, and how an older file is brought up to them.
//!
//! `user_version` says how many of the migrations a file has seen. A migration is never changed once it was
//! released: a new one is appended.
use rusqlite::Connection;

use super::StoreError;

const MIGRATIONS: &[&str] =
    &[include_str!("schema_1.sql"), include_str!("schema_2.sql"), include_str!("schema_3.sql")];

/// Prepares a connection: what holds for readers and for the writer.
pub fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL and not NORMAL: an acknowledged beacon is to survive a power cut too. Commits are grouped, so
    // that many beacons share one fsync.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Applies the migrations that the file has not seen.
pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as i64;
    if version > known {
        return Err(StoreError::TooNew { version, known });
    }
    if version == 0 {
        // Only possible on an empty file: lets retention give pages back to the file system.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(version as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", index as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}
