//! Listing and dropping names from outside the process that writes, also while it runs.
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use crate::cells::Hot;
use crate::changes;
use crate::data_folder;
use crate::database;
use crate::error::StoreError;
use crate::evictions::{self, Pass};
use crate::kind::{Kind, OTHER};
use crate::schema;

/// A name, as `whippet names list` shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedName {
    /// What it is the name of.
    pub kind: Kind,
    /// The application that has it; none for applications.
    pub app: Option<String>,
    /// The name.
    pub name: String,
    /// When it was last seen, to the hour; ms since the epoch.
    pub last_seen: i64,
    /// How often it was seen; the value halves in a week.
    pub score: f64,
    /// Whether the Overview shows the application; true for all other names.
    pub confirmed: bool,
}

/// Why names could not be listed or dropped.
#[derive(Debug)]
#[non_exhaustive]
pub enum NamesError {
    /// There is no database in the folder.
    NoData {
        /// The folder.
        folder: PathBuf,
    },
    /// The file has another format than this version's.
    OtherVersion {
        /// The file's format.
        version: i64,
        /// This program's.
        known: i64,
    },
    /// No such name is there.
    Unknown {
        /// What was to be dropped.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// Several applications have it.
    Ambiguous {
        /// What was to be dropped.
        kind: Kind,
        /// Its name.
        name: String,
        /// Who has it.
        apps: Vec<String>,
    },
    /// `(other)` takes in what others are dropped into.
    Other,
    /// The database failed.
    Store(StoreError),
}

impl std::fmt::Display for NamesError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoData { folder } => {
                write!(f, "there is no data in {}: name the collector's folder with --data", folder.display())
            }
            Self::OtherVersion { version, known } if version < known => {
                write!(f, "the data has format {version}, this whippet {known}: run `whippet serve` once, which updates it")
            }
            Self::OtherVersion { version, known } => {
                write!(f, "the data has format {version}, this whippet {known}: use the whippet that serves it")
            }
            Self::Unknown { kind, name } => write!(
                f,
                "there is no {} called '{name}': `whippet names list` shows all",
                kind.label()
            ),
            Self::Ambiguous { kind, name, apps } => write!(
                f,
                "several applications have the {} '{name}': choose one with --app ({})",
                kind.label(),
                apps.join(", ")
            ),
            Self::Other => f.write_str(
                "'(other)' cannot be dropped: it holds what did not fit. With --delete its figures are deleted",
            ),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NamesError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<database::Error> for NamesError {
    fn from(error: database::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<rusqlite::Error> for NamesError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// All names in `folder`, those of one kind or application if given; by kind, application and score.
pub fn list(folder: &Path, kind: Option<Kind>, app: Option<&str>) -> Result<Vec<ListedName>, NamesError> {
    let connection = open(folder)?;
    let mut statement = connection.prepare(
        "SELECT names.kind, apps.name, names.name, names.used, names.score, names.kind > 0 OR names.confirmed
         FROM names LEFT JOIN names AS apps ON apps.id = names.parent AND apps.kind = 0
         WHERE names.kind >= 0 AND (?1 IS NULL OR names.kind = ?1)
           AND (?2 IS NULL OR coalesce(apps.name, names.name) = ?2)
         ORDER BY names.kind, apps.name, names.score DESC, names.name",
    )?;
    let mut rows = statement.query(params![kind.map(|kind| kind as i64), app])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(kind) = Kind::from_number(row.get(0)?) else { continue };
        names.push(ListedName {
            kind,
            app: row.get(1)?,
            name: row.get(2)?,
            last_seen: row.get(3)?,
            score: row.get(4)?,
            confirmed: row.get(5)?,
        });
    }
    Ok(names)
}

/// What dropping a name came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Its rows are moved or deleted.
    Done,
    /// A collector runs on the folder: it moves or deletes the rows with its next writes.
    LeftToCollector,
}

/// Drops a name of `app`, or of the only application that has it. Its figures are moved to `(other)`, or deleted.
///
/// # Errors
/// [`NamesError::Unknown`] or [`NamesError::Ambiguous`] where it is not one name that is meant.
pub fn drop_name(
    folder: &Path,
    kind: Kind,
    name: &str,
    app: Option<&str>,
    delete: bool,
) -> Result<Dropped, NamesError> {
    if name == OTHER && !delete {
        return Err(NamesError::Other);
    }
    let mut connection = open(folder)?;
    // Without the lock, a collector has it. It must not be closed before the rows are moved.
    let lock = match data_folder::claim(folder) {
        Ok(lock) => Some(lock),
        Err(StoreError::InUse { .. }) => None,
        Err(error) => return Err(NamesError::Store(error)),
    };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = transaction
        .prepare(
            "SELECT names.id, coalesce(apps.name, '') FROM names
             LEFT JOIN names AS apps ON apps.id = names.parent AND apps.kind = 0
             WHERE names.kind = ?1 AND names.name = ?2 AND (?3 IS NULL OR ?1 = 0 OR apps.name = ?3)",
        )?
        .query_map(params![kind as i64, name, app], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
    match &found[..] {
        [(id, _)] => {
            let change = changes::next(&transaction)?;
            evictions::evict(&transaction, kind, *id, delete, change)?;
        }
        [] => return Err(NamesError::Unknown { kind, name: name.to_owned() }),
        several => {
            let apps = several.iter().map(|(_, app)| app.clone()).collect();
            return Err(NamesError::Ambiguous { kind, name: name.to_owned(), apps });
        }
    }
    transaction.commit()?;
    if lock.is_none() {
        return Ok(Dropped::LeftToCollector);
    }
    let mut hot = Hot::new(0);
    while let Some(mut pass) = Pass::begin(&connection)? {
        loop {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let through = pass.step(&transaction, &mut hot)?;
            transaction.commit()?;
            if through {
                break;
            }
        }
    }
    Ok(Dropped::Done)
}

fn open(folder: &Path) -> Result<Connection, NamesError> {
    let path = folder.join(data_folder::DATABASE);
    if !path.is_file() {
        return Err(NamesError::NoData { folder: folder.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // A sweep's longest transaction is shorter.
    connection.busy_timeout(Duration::from_secs(30))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != schema::VERSION {
        return Err(NamesError::OtherVersion { version, known: schema::VERSION });
    }
    Ok(connection)
}
