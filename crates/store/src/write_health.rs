//! Whether writes fail because of the disk, the file, its locks or the server.
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::database::{Error, ErrorKind};

/// A failure is reported for this long, unless the same operation succeeds before.
const REPORTED_FOR: Duration = Duration::from_secs(5);

/// The operations whose failure says that nothing more can be kept. The others can be done later.
const ESSENTIAL: [&str; 3] = ["write_beacons", "write_scrape", "ready"];

/// The last failure of each essential operation that has not succeeded since.
#[derive(Default)]
pub struct WriteHealth(Mutex<BTreeMap<&'static str, (Instant, Error)>>);

impl WriteHealth {
    /// Records that an operation failed.
    pub fn record_failure(&self, operation: &'static str, error: &Error) {
        if ESSENTIAL.contains(&operation) && is_storage_failure(error) {
            self.failures().insert(operation, (Instant::now(), error.clone()));
        }
    }

    /// Records that an operation succeeded.
    pub fn record_success(&self, operation: &'static str) {
        self.failures().remove(operation);
    }

    /// A current failure.
    pub fn failure(&self) -> Option<Error> {
        let failures = self.failures();
        let mut current = failures.values().filter(|(at, _)| at.elapsed() < REPORTED_FOR);
        current.next().map(|(_, error)| error.clone())
    }

    /// A failure that no success has followed, however long ago.
    pub fn unresolved(&self) -> Option<Error> {
        self.failures().values().next().map(|(_, error)| error.clone())
    }

    fn failures(&self) -> MutexGuard<'_, BTreeMap<&'static str, (Instant, Error)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the disk, the file, its locks or the server failed, and not the statement.
fn is_storage_failure(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Full
        | ErrorKind::ReadOnly
        | ErrorKind::Busy
        | ErrorKind::Unavailable
        | ErrorKind::Damaged
        | ErrorKind::Denied
        // A write has a time limit on a server only.
        | ErrorKind::Interrupted => true,
        ErrorKind::Conflict | ErrorKind::Other => false,
    }
}
