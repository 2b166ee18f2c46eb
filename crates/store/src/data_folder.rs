//! The data folder: made, claimed, opened.
use std::fs::{File, TryLockError};
use std::path::Path;

use rusqlite::Connection;

use crate::error::StoreError;

/// The database's file in the folder.
pub const DATABASE: &str = "whippet.db";

/// Makes the folder if need be, and claims it for this process. The claim ends with the returned file, and
/// with the process however it ends.
pub fn claim(folder: &Path) -> Result<File, StoreError> {
    let failed = |source| StoreError::Folder { path: folder.to_owned(), source };
    private::folder(folder).map_err(failed)?;
    let lock = private::file(&folder.join("whippet.lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Opens the database file for writing.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::Folder { path: path.to_owned(), source };
    // SQLite gives its other files the rights of this one.
    private::file(path).map_err(failed)?;
    Ok(Connection::open(path)?)
}

/// What is kept is for the collector's user alone.
#[cfg(unix)]
mod private {
    use std::fs::{DirBuilder, File, Permissions};
    use std::io::Result;
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    /// Makes the folder. One that is there, and has nothing but the collector's own files, is closed to others; where other
    /// things are kept beside them, the files alone are.
    pub fn folder(folder: &Path) -> Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut only_ours = true;
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let ours = entry.file_name().to_string_lossy().starts_with("whippet.");
            only_ours &= ours;
            if ours && entry.file_type()?.is_file() {
                restrict(&entry.path(), 0o600);
            }
        }
        if only_ours {
            restrict(folder, 0o700);
        }
        Ok(())
    }

    /// Opens a file for writing, and makes it where it is missing.
    pub fn file(path: &Path) -> Result<File> {
        File::options().create(true).truncate(false).write(true).mode(0o600).open(path)
    }

    /// Takes rights away, and gives none.
    fn restrict(path: &Path, most: u32) {
        let Ok(found) = std::fs::metadata(path) else { return };
        let mode = found.permissions().mode() & 0o7777;
        if mode & most == mode {
            return;
        }
        if let Err(error) = std::fs::set_permissions(path, Permissions::from_mode(mode & most)) {
            // It is somebody else's: a volume that was mounted.
            tracing::warn!(path = %path.display(), %error, "others may read what is kept: its rights cannot be changed");
        }
    }
}

#[cfg(not(unix))]
mod private {
    use std::fs::File;
    use std::io::Result;
    use std::path::Path;

    pub fn folder(folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)
    }

    pub fn file(path: &Path) -> Result<File> {
        File::options().create(true).truncate(false).write(true).open(path)
    }
}
