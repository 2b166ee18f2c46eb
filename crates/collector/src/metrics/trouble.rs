//! What keeps the store from writing.
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::ErrorCode;

/// So long a failure is told of where nothing of its kind was written since.
const REMEMBERED: Duration = Duration::from_secs(5);

/// The operations whose failure says that nothing more can be kept. The rest can be done later.
const VITAL: [&str; 3] = ["write_beacons", "write_scrape", "ready"];

/// The last failure of each operation that has not been done since.
#[derive(Default)]
pub struct Trouble(Mutex<BTreeMap<&'static str, (Instant, String)>>);

impl Trouble {
    /// An operation failed.
    pub fn failed(&self, operation: &'static str, error: &rusqlite::Error) {
        if VITAL.contains(&operation) && is_of_the_store(error) {
            self.failures().insert(operation, (Instant::now(), error.to_string()));
        }
    }

    /// An operation was done.
    pub fn done(&self, operation: &'static str) {
        self.failures().remove(operation);
    }

    /// What is wrong, in SQLite's words.
    pub fn now(&self) -> Option<String> {
        let mut failures = self.failures();
        failures.retain(|_, (at, _)| at.elapsed() < REMEMBERED);
        failures.values().next().map(|(_, error)| error.clone())
    }

    fn failures(&self) -> MutexGuard<'_, BTreeMap<&'static str, (Instant, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it is the disk, the file or its locks, and not what was to be written.
fn is_of_the_store(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
        )
    )
}
