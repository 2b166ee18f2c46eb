//! The tables, and how an older file is brought up to them.
//!
//! `user_version` says how many of the migrations a file has seen. A migration is never changed once it was
//! released: a new one is appended.
use std::time::Duration;

use rusqlite::Connection;

use crate::database;
use crate::error::StoreError;
use crate::{counter_repair, migration_9, page_loads, series};

const MIGRATIONS: [Migration; 10] = [
    (include_str!("schema_1.sql"), nothing),
    (include_str!("schema_2.sql"), nothing),
    (include_str!("schema_3.sql"), nothing),
    (include_str!("schema_4.sql"), counter_repair::repair),
    (include_str!("schema_5.sql"), nothing),
    (include_str!("schema_6.sql"), nothing),
    (include_str!("schema_7.sql"), page_loads::count_older),
    (include_str!("schema_8.sql"), nothing),
    (concat!(include_str!("schema_9.sql"), include_str!("schema_9_names.sql")), migration_9::fill),
    (include_str!("schema_10.sql"), series::migrate),
];

/// The format that this version reads and writes.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// What changes the tables, and what is then done with what they hold.
type Migration = (&'static str, fn(&Connection) -> rusqlite::Result<()>);

fn nothing(_: &Connection) -> rusqlite::Result<()> {
    Ok(())
}

/// How long to wait for a lock that another program holds; the collector itself has one writer only.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// The log is cut back to this once all of it is in the file, bytes.
const LOG: i64 = 4 * 1024 * 1024;

/// Prepares a connection: what holds for readers and for the writer.
pub fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCK_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL and not NORMAL: an acknowledged beacon is to survive a power cut too. Commits are grouped, so
    // that many beacons share one fsync.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "journal_size_limit", LOG)?;
    connection.set_prepared_statement_cache_capacity(128);
    database::register_functions(connection)
}

/// Applies the migrations that the file has not seen.
pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = VERSION;
    database::register_functions(connection)?;
    // A negative one is of another program.
    let Some(seen) = usize::try_from(version).ok().filter(|seen| *seen <= MIGRATIONS.len()) else {
        return Err(StoreError::TooNew { version, known });
    };
    if seen == 0 {
        // Only possible on an empty file: lets retention give pages back to the file system.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    for (index, (tables, data)) in MIGRATIONS.iter().enumerate().skip(seen) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(tables)?;
        data(&transaction)?;
        transaction.pragma_update(None, "user_version", index as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}
