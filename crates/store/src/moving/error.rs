//! What stops a backup, a check or a move.
use std::fmt;
use std::path::{Path, PathBuf};

use crate::database;
use crate::error::StoreError;

/// Why it stopped.
#[derive(Debug)]
#[non_exhaustive]
pub enum MovingError {
    /// There is no database in the folder.
    NoData {
        /// The folder.
        folder: PathBuf,
    },
    /// There are no tables on the server.
    NoTables {
        /// The server, without its password.
        server: String,
    },
    /// The database's file has nothing in it: not even an empty database is so small.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A folder stands where a file is to be written.
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// There is no such file.
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// A collector that was killed left a log beside the file, and it cannot be read where nothing can be written.
    UnreadableLog {
        /// The file.
        path: PathBuf,
    },
    /// The file is there, and was not to be replaced.
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A log of another database is beside the file that is to be written.
    LeftLog {
        /// The log.
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
    /// The data has another format than this version's.
    OtherVersion {
        /// The data's format.
        version: i64,
        /// This program's.
        known: i64,
    },
    /// A check did not read the values of a file, as their format is another than this version's.
    Unread {
        /// The data's format.
        version: i64,
        /// This program's.
        known: i64,
    },
    /// The export cannot be written.
    Output {
        /// The system's error.
        source: std::io::Error,
    },
    /// The copy is not sound, so it was deleted.
    BadCopy {
        /// What SQLite says of it.
        reason: String,
    },
    /// A collector, or another move, uses the place.
    InUse {
        /// Which one.
        place: String,
    },
    /// What was to be moved is where it is to go.
    SamePlace,
    /// A move into the source was not finished.
    HalfSource,
    /// The destination has data already.
    NotEmpty {
        /// A table with rows.
        table: String,
    },
    /// A move from elsewhere into the destination was not finished.
    OtherOrigin {
        /// From where.
        origin: String,
    },
    /// The two sides have different tables.
    OtherTables {
        /// One that differs.
        table: String,
    },
    /// Both sides do not hold the same.
    Differs {
        /// What differs.
        differences: Vec<String>,
    },
    /// A place cannot be opened.
    Store(StoreError),
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
                write!(
                    f,
                    "there is no data in {}: name the collector's folder with --data (migrate and export: --from)",
                    folder.display()
                )
            }
            Self::NoTables { server } => write!(
                f,
                "there is no data on {server}: name the collectors' server with --store (migrate and export: --from)"
            ),
            Self::Empty { path } => write!(f, "{} is empty: restore a backup", path.display()),
            Self::IsFolder { path } => write!(f, "{} is a folder: name a file in it", path.display()),
            Self::NoFile { path } => write!(f, "there is no file {}", path.display()),
            Self::UnreadableLog { path } => write!(
                f,
                "{} has a log beside it that is not merged into it, which cannot be read in a folder that cannot be written: copy \
                 the folder to where it can",
                path.display()
            ),
            Self::Exists { path } => {
                write!(
                    f,
                    "{} is there already: choose another file, or replace it with --force",
                    path.display()
                )
            }
            Self::LeftLog { path } => write!(
                f,
                "{} is the log of a database that was not closed, and SQLite would take it for the copy's: choose another file, or \
                 delete the log if that database is not needed any more",
                path.display()
            ),
            Self::Itself { path } => {
                write!(f, "{} is the collector's own file: choose another one", path.display())
            }
            Self::Write { path, source } => write!(
                f,
                "cannot write {}: {source}. Is there room, and may this user write there?",
                path.display()
            ),
            Self::OtherVersion { version, known } if version < known => write!(
                f,
                "the data has format {version}, this whippet {known}: run `whippet serve` once, which brings it up to date"
            ),
            Self::OtherVersion { version, known } => {
                write!(
                    f,
                    "the data has format {version}, this whippet {known}: use the whippet that serves it"
                )
            }
            Self::Unread { version, known } => {
                let advice = match version < known {
                    true => "Start `whippet serve` once, which brings the data up to date, and check again",
                    false => "Check it with the whippet that serves it, or update this one",
                };
                write!(
                    f,
                    "the data has format {version}, this whippet {known}: its values were not read. {advice}"
                )
            }
            Self::Output { source } => write!(f, "the export cannot be written: {source}"),
            Self::BadCopy { reason } => write!(
                f,
                "the copy is not sound and was deleted: {reason}. Run `whippet check`: the data itself may be damaged"
            ),
            Self::InUse { place } => write!(
                f,
                "{place} is in use: stop the collectors that run on it, and wait until no other move does"
            ),
            Self::SamePlace => f.write_str("--from and --to are the same place"),
            Self::HalfSource => f.write_str(
                "what is there is the destination of a move that was not finished: start `whippet migrate` again, with the same \
                 --from and --to",
            ),
            Self::NotEmpty { table } => write!(
                f,
                "the destination has data of its own ({table}): choose an empty folder, or another schema with ?schema=NAME"
            ),
            Self::OtherOrigin { origin } => write!(
                f,
                "a move from {origin} into this destination was not finished: go on with that --from, or delete what it \
                 brought with --restart"
            ),
            Self::OtherTables { table } => write!(
                f,
                "the table {table} is not the same on both sides: start `whippet serve` on each once, with the same version"
            ),
            Self::Differs { differences } => write!(
                f,
                "both sides do not hold the same. Where the source changed since the move began, begin again with --restart. \
                 It differs in {}",
                differences.join("; ")
            ),
            Self::Store(error) => error.fmt(f),
            Self::Sqlite(error) => write!(f, "the database refused: {error}"),
            Self::Database(error) => write!(f, "the database refused: {error}"),
        }
    }
}

impl std::error::Error for MovingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Write { source, .. } | Self::Output { source } => Some(source),
            Self::Store(error) => Some(error),
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

impl From<StoreError> for MovingError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<database::Error> for MovingError {
    fn from(error: database::Error) -> Self {
        Self::Database(error)
    }
}
