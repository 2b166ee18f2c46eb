//! The data folder: made, claimed, opened.
use std::fs::{File, TryLockError};
use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// Makes the folder if need be, and claims it for this process. The claim ends with the returned file, and
/// with the process however it ends.
pub fn claim(folder: &Path) -> Result<File, StoreError> {
    let failed = |source| StoreError::Folder { path: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("whippet.lock"))
        .map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Opens the database file for writing.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    Ok(Connection::open(path)?)
}
