//! The file that is read, beside a collector that may be writing it.
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::MovingError;
use crate::{data_folder, database, schema};

/// Is told how much is done of how much, in a unit of the work's own.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// The database's file in a data folder. One that was cut off to nothing is refused: SQLite would take it for a new database, and
/// delete the log beside it.
pub fn file(folder: &Path) -> Result<PathBuf, MovingError> {
    let path = folder.join(data_folder::DATABASE);
    match path.is_file() {
        true if is_empty(&path) => Err(MovingError::Empty { path }),
        true => Ok(path),
        false => Err(MovingError::NoData { folder: folder.to_owned() }),
    }
}

/// Whether there is nothing in a file.
pub fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() == 0)
}

/// Opens a file for reading. Readers and the writer do not wait for one another.
///
/// Beside a file with a log SQLite wants to write, though it only reads. Where it cannot, and the log is empty, nobody can be
/// writing to the file, and it is read as it is.
pub fn open(path: &Path) -> Result<Connection, MovingError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // Files are opened when they are read.
    let read = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    let connection = match read.as_ref().err().and_then(rusqlite::Error::sqlite_error_code) {
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
            let log = std::fs::metadata(beside(path)).map_or(0, |log| log.len());
            if log > 0 {
                return Err(MovingError::UnreadableLog { path: path.to_owned() });
            }
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(format!("file:{}?immutable=1", escaped(path)), flags)?
        }
        // What else is wrong, whoever reads will find.
        _ => connection,
    };
    connection.busy_timeout(schema::LOCK_TIMEOUT)?;
    database::register_functions(&connection)?;
    Ok(connection)
}

fn beside(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// A path as part of a URI.
fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
