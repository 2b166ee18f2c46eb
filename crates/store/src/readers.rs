//! A pool of sessions that only read.
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::database::{Database, Place, Reader, Result};
use crate::error::StoreError;

/// The most idle sessions that are kept.
const IDLE: usize = 4;

/// The pool. If all sessions are in use, another one is opened.
pub struct Readers {
    place: Place,
    patience: Duration,
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    pub fn new(place: Place, patience: Duration) -> Self {
        Self { place, patience, idle: Mutex::new(Vec::new()) }
    }

    /// Runs `query` in one read transaction, so that all its statements see the same data. Fails with
    /// [`StoreError::TooLong`] after the time limit.
    pub fn with<T>(
        &self,
        query: impl FnOnce(&dyn Database) -> Result<T>,
    ) -> std::result::Result<T, StoreError> {
        let reused = self.idle().pop();
        let mut reader = match reused {
            Some(reader) => reader,
            None => self.place.reader(self.patience)?,
        };
        let result = reader.run(query)?;
        let mut idle = self.idle();
        if idle.len() < IDLE {
            idle.push(reader);
        }
        Ok(result)
    }

    /// Closes the idle sessions.
    pub fn close(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        // Queries run without the lock, so a panic cannot leave the list half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
