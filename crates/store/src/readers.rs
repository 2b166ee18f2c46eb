//! A pool of read-only connections.
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;

/// The most idle connections that are kept.
const IDLE: usize = 4;

/// How many steps SQLite runs between two looks at the clock: some 0.1 ms.
const STEPS: i32 = 10_000;

/// The pool. If all connections are in use, another one is opened.
pub struct Readers {
    path: PathBuf,
    patience: Duration,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub fn new(path: PathBuf, patience: Duration) -> Self {
        Self { path, patience, idle: Mutex::new(Vec::new()) }
    }

    /// Runs `query` in one read transaction, so that all its statements see the same data. Fails with
    /// [`StoreError::TooLong`] after the time limit.
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

    /// Closes the idle connections.
    pub fn close(&self) {
        self.idle().clear();
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(128);
        crate::database::register_functions(&connection)?;
        Ok(connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // Queries run without the lock, so a panic cannot leave the list half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
