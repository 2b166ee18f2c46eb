//! Creates, locks and opens the data folder.
use std::fs::{File, TryLockError};
use std::path::Path;

use rusqlite::Connection;

use crate::error::StoreError;

/// The database's file in the folder.
pub const DATABASE: &str = "whippet.db";

/// Creates the folder if it is missing, and locks it for this process. The lock ends when the returned file is dropped, or when
/// the process ends.
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
    // SQLite creates its other files with the permissions of this one.
    private::file(path).map_err(failed)?;
    Ok(Connection::open(path)?)
}

/// Opens a file for writing that its user alone may read, and creates it if it is missing.
pub fn private_file(path: &Path) -> std::io::Result<File> {
    private::file(path)
}

/// File permissions: only the collector's user may read the data.
#[cfg(unix)]
mod private {
    use std::fs::{DirBuilder, File, Permissions};
    use std::io::Result;
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    /// Creates the folder for its user alone. An existing folder is closed to others if it contains the collector's own files
    /// only.
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

    /// Opens a file for writing, and creates it if it is missing.
    pub fn file(path: &Path) -> Result<File> {
        File::options().create(true).truncate(false).write(true).mode(0o600).open(path)
    }

    /// Removes permissions, and adds none.
    fn restrict(path: &Path, most: u32) {
        let Ok(found) = std::fs::metadata(path) else { return };
        let mode = found.permissions().mode() & 0o7777;
        if mode & most == mode {
            return;
        }
        if let Err(error) = std::fs::set_permissions(path, Permissions::from_mode(mode & most)) {
            // Another user owns it, for example as a mounted volume.
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
