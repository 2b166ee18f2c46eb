//! The SQLite database: packages, which each import replaces, and stars and activity, which stay.
mod activity;
mod import;
mod packages;
mod stars;

pub use activity::{Activity, Event, Totals};
pub use packages::{Details, Feature, Page, Query, Relation, Sort, Summary};
pub use stars::Star;

use rusqlite::Connection;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The open database.
pub struct Store {
    connection: Connection,
}

/// Why the database could not be used.
#[derive(Debug)]
pub enum StoreError {
    /// The folder cannot be created.
    Folder(PathBuf, std::io::Error),
    /// The file exists, but cannot be opened as a database.
    Open(PathBuf, rusqlite::Error),
    /// The file was written by a later version.
    Newer {
        /// The schema's version in the file.
        found: i64,
        /// The version that this program knows.
        known: i64,
    },
    /// A statement failed.
    Sql(rusqlite::Error),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path, cause) => write!(
                f,
                "cannot make the data folder {}: {cause}; choose one that can be written with --data",
                path.display()
            ),
            Self::Open(path, cause) => write!(
                f,
                "cannot open the database {}: {cause}; move the file away to start afresh, or choose another \
                 folder with --data",
                path.display()
            ),
            Self::Newer { found, known } => write!(
                f,
                "the database has schema {found}, this program knows {known}: use the newer program, or choose \
                 another folder with --data"
            ),
            Self::Sql(cause) => write!(f, "the database failed: {cause}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Sql(cause)
    }
}

const SCHEMA_VERSION: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE packages (
        id INTEGER PRIMARY KEY,
        ecosystem TEXT NOT NULL,
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        description TEXT,
        licence TEXT,
        repository TEXT,
        dependencies INTEGER NOT NULL,
        dependents INTEGER NOT NULL,
        UNIQUE (ecosystem, name, version)
    );
    CREATE TABLE features (
        package INTEGER NOT NULL REFERENCES packages (id),
        name TEXT NOT NULL,
        enables TEXT NOT NULL,
        PRIMARY KEY (package, name)
    ) WITHOUT ROWID;
    CREATE TABLE dependencies (
        dependent INTEGER NOT NULL REFERENCES packages (id),
        dependency INTEGER NOT NULL REFERENCES packages (id),
        kind TEXT NOT NULL,
        PRIMARY KEY (dependent, dependency)
    ) WITHOUT ROWID;
    CREATE INDEX dependents ON dependencies (dependency);
    -- By name, not by packages.id: an import gives new ids, and stars outlive it.
    CREATE TABLE stars (
        ecosystem TEXT NOT NULL,
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        starred_at INTEGER NOT NULL,
        PRIMARY KEY (ecosystem, name, version)
    ) WITHOUT ROWID;
    CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        starred INTEGER NOT NULL,
        ecosystem TEXT NOT NULL,
        name TEXT NOT NULL,
        version TEXT NOT NULL
    );
";

impl Store {
    /// Opens `demo.sqlite` in `folder`. Both are created if they are missing.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(|cause| StoreError::Folder(folder.to_owned(), cause))?;
        let path = folder.join("demo.sqlite");
        let connection = prepare(&path).map_err(|cause| StoreError::Open(path, cause))?;
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match found {
            SCHEMA_VERSION => {}
            0 => connection
                .execute_batch(&format!("BEGIN; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"))?,
            _ => return Err(StoreError::Newer { found, known: SCHEMA_VERSION }),
        }
        Ok(Self { connection })
    }

    /// How many packages there are.
    pub fn package_count(&self) -> Result<u64, StoreError> {
        Ok(self.connection.query_row("SELECT count(*) FROM packages", [], |row| row.get(0))?)
    }
}

fn prepare(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // With WAL a star survives a crash of the process. A power cut may lose the newest ones.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_database_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("demo.sqlite"), "not a database, but long enough to be looked at")
            .unwrap();
        let Err(error) = Store::open(folder.path()) else { panic!("opened") };
        assert!(error.to_string().contains("--data"), "{error}");
    }

    #[test]
    fn a_later_schema_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.connection.pragma_update(None, "user_version", 99).unwrap();
        drop(store);
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Newer { found: 99, known: 1 })));
    }
}
