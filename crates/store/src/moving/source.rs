//! The file that is read, beside a collector that may be writing it.
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::error::MovingError;
use crate::{data_folder, database, schema};

/// Is told how much is done of how much, in a unit of the work's own.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// The database's file in a data folder.
pub fn file(folder: &Path) -> Result<PathBuf, MovingError> {
    let path = folder.join(data_folder::DATABASE);
    match path.is_file() {
        true => Ok(path),
        false => Err(MovingError::NoData { folder: folder.to_owned() }),
    }
}

/// Opens a file for reading. Readers and the writer do not wait for one another.
pub fn open(path: &Path) -> Result<Connection, MovingError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(schema::LOCK_TIMEOUT)?;
    database::register_functions(&connection)?;
    Ok(connection)
}
