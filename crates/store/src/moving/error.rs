//! What stops a backup, a check or a move.
use std::fmt;
use std::path::{Path, PathBuf};

use crate::database;

/// Why it stopped.
#[derive(Debug)]
#[non_exhaustive]
pub enum MovingError {
    /// There is no database in the folder.
    NoData {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no such file.
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// The file is there, and was not to be replaced.
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The copy would replace what it copies.
    Itself {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The copy is not sound, so it was deleted.
    BadCopy {
        /// What SQLite says of it.
        reason: String,
    },
    /// SQLite failed.
    Sqlite(rusqlite::Error),
    /// A database failed.
    Database(database::Error),
}

impl MovingError {
    /// For `map_err`.
    pub fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Write { path, source }
    }
}

impl fmt::Display for MovingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoData { folder } => {
                write!(f, "there is no data in {}: name the collector's folder with --data", folder.display())
            }
            Self::NoFile { path } => write!(f, "there is no file {}", path.display()),
            Self::Exists { path } => {
                write!(
                    f,
                    "{} is there already: choose another file, or replace it with --force",
                    path.display()
                )
            }
            Self::Itself { path } => {
                write!(f, "{} is the collector's own file: choose another one", path.display())
            }
            Self::Write { path, source } => write!(
                f,
                "cannot write {}: {source}. Is there room, and may this user write there?",
                path.display()
            ),
            Self::BadCopy { reason } => write!(
                f,
                "the copy is not sound and was deleted: {reason}. Run `whippet check`: the data itself may be damaged"
            ),
            Self::Sqlite(error) => write!(f, "the database refused: {error}"),
            Self::Database(error) => write!(f, "the database refused: {error}"),
        }
    }
}

impl std::error::Error for MovingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Write { source, .. } => Some(source),
            Self::Sqlite(error) => Some(error),
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for MovingError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<database::Error> for MovingError {
    fn from(error: database::Error) -> Self {
        Self::Database(error)
    }
}
