//! Read-only connections, kept for the next query.
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;

/// More than this many idle connections are not kept.
const IDLE: usize = 4;

/// After so many of SQLite's steps one looks at the clock: some 0.1 ms.
const STEPS: i32 = 10_000;

/// A small pool. Never waits: when all are taken, one more is opened.
pub struct Readers {
    path: PathBuf,
    patience: Duration,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub fn new(path: PathBuf, patience: Duration) -> Self {
        Self { path, patience, idle: Mutex::new(Vec::new()) }
    }

    /// Runs `query` in one read transaction, so that all it sees is of one moment. It ends with
    /// [`StoreError::TooLong`] when it takes longer than one has patience for.
    pub fn with<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let reused = self.idle().pop();
        let mut connection = match reused {
            Some(connection) => connection,
            None => self.open()?,
        };
        let started = Instant::now();
        let patience = self.patience;
        connection.progress_handler(STEPS, Some(move || started.elapsed() > patience))?;
        let transaction = connection.transaction()?;
        let result = query(&transaction)?;
        transaction.finish()?;
        connection.progress_handler(0, None::<fn() -> bool>)?;
        let mut idle = self.idle();
        if idle.len() < IDLE {
            idle.push(connection);
        }
        Ok(result)
    }

    /// Closes those that are idle.
    pub fn close(&self) {
        self.idle().clear();
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A query that panicked cannot have left the list itself in a bad state.
        self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
