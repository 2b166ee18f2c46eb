//! The store's errors.
use std::path::PathBuf;

use crate::database::{self, ErrorKind};

/// Why the store could not be opened, written or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The data folder cannot be created or written.
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// Another collector uses the folder.
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The file was written by a newer version, or where `version` is negative, by another program.
    TooNew {
        /// The file's version.
        version: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database failed, or cannot be reached.
    Database(database::Error),
    /// The query took too long, and was cut off.
    TooLong,
    /// Too many writes are waiting.
    Full,
    /// The writer has ended: the collector is shutting down.
    Closed,
    /// The transaction that held this write was rolled back.
    Failed,
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder { path, source } => write!(
                f,
                "cannot write to the data folder {}: {source}. Choose another one, or make it writable.",
                path.display()
            ),
            Self::InUse { path } => write!(
                f,
                "another whippet is using the data folder {}. Stop it, or choose another folder.",
                path.display()
            ),
            Self::TooNew { version: version @ ..0, .. } => write!(
                f,
                "the data is of another program (format {version}). Choose an empty folder."
            ),
            Self::TooNew { version, known } => write!(
                f,
                "the data was written by a newer whippet (format {version}, this one knows {known}). \
                 Update whippet, or choose an empty folder."
            ),
            Self::Database(error) if error.kind() == ErrorKind::Unavailable => error.fmt(f),
            Self::Database(error) if error.kind() == ErrorKind::Full => {
                write!(f, "no space is left where the data is: free some ({error})")
            }
            Self::Database(error) => write!(f, "the database refused: {error}"),
            Self::TooLong => f.write_str(
                "this took the collector too long and was cut off: choose a shorter time range, or one app or page",
            ),
            Self::Full => f.write_str("too many writes are waiting: try again in a moment"),
            Self::Closed => f.write_str("the collector is shutting down: try again in a moment"),
            Self::Failed => f.write_str("the write was rolled back, nothing was kept: try again in a moment"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Folder { source, .. } => Some(source),
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<database::Error> for StoreError {
    fn from(error: database::Error) -> Self {
        match error.kind() {
            // Only the time limit interrupts queries.
            ErrorKind::Interrupted => Self::TooLong,
            _ => Self::Database(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        database::Error::from(error).into()
    }
}
