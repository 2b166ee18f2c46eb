//! Listing and dropping names from outside the process that writes, also while it runs.
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::cells::Hot;
use crate::changes;
use crate::data_folder;
use crate::database::{self, Access, Database, Server, ServerAddress, Session, Waits, params};
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
    /// There are no tables on the server.
    NoTables {
        /// The server, without its password.
        server: String,
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
            Self::NoTables { server } => {
                write!(f, "there is no data on {server}: name the collectors' server with --store")
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

/// Where the names are.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// In the file of a data folder.
    Folder(&'a Path),
    /// On a server.
    Server(&'a ServerAddress),
}

impl<'a> From<&'a Path> for Source<'a> {
    fn from(folder: &'a Path) -> Self {
        Self::Folder(folder)
    }
}

/// All names, those of one kind or application if given; by kind, application and score.
pub fn list<'a>(
    source: impl Into<Source<'a>>,
    kind: Option<Kind>,
    app: Option<&str>,
) -> Result<Vec<ListedName>, NamesError> {
    let database = open(source.into())?;
    let database: &dyn Database = &*database;
    let sql = "SELECT names.kind, apps.name, names.name, names.used, names.score, names.confirmed
         FROM names LEFT JOIN names AS apps ON apps.id = names.parent AND apps.kind = 0
         WHERE names.kind >= 0 AND (CAST(?1 AS BIGINT) IS NULL OR names.kind = ?1)
           AND (CAST(?2 AS TEXT) IS NULL OR coalesce(apps.name, names.name) = ?2)";
    let mut names = Vec::new();
    database.query(sql, params![kind.map(|kind| kind as i64), app], &mut |row| {
        let Some(kind) = Kind::from_number(row.get(0)?) else { return Ok(()) };
        names.push(ListedName {
            kind,
            app: row.get(1)?,
            name: row.get(2)?,
            last_seen: row.get(3)?,
            score: row.get(4)?,
            confirmed: kind != Kind::App || row.get(5)?,
        });
        Ok(())
    })?;
    // Here, as each database sorts texts in its own way.
    names.sort_by(|a: &ListedName, b: &ListedName| {
        (a.kind as i64, &a.app)
            .cmp(&(b.kind as i64, &b.app))
            .then_with(|| b.score.total_cmp(&a.score))
            .then_with(|| a.name.cmp(&b.name))
    });
    Ok(names)
}

/// What dropping a name came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Its rows are moved or deleted.
    Done,
    /// A collector moves or deletes the rows: it runs on the folder, or will, on the server.
    LeftToCollector,
}

/// Drops a name of `app`, or of the only application that has it. Its figures are moved to `(other)`, or deleted.
///
/// # Errors
/// [`NamesError::Unknown`] or [`NamesError::Ambiguous`] where it is not one name that is meant.
pub fn drop_name<'a>(
    source: impl Into<Source<'a>>,
    kind: Kind,
    name: &str,
    app: Option<&str>,
    delete: bool,
) -> Result<Dropped, NamesError> {
    if name == OTHER && !delete {
        return Err(NamesError::Other);
    }
    let source = source.into();
    let database = open(source)?;
    let database: &dyn Database = &*database;
    // Without the lock, a collector has it. It must not be closed before the rows are moved.
    let lock = match source {
        Source::Server(_) => None,
        Source::Folder(folder) => match data_folder::claim(folder) {
            Ok(lock) => Some(lock),
            Err(StoreError::InUse { .. }) => None,
            Err(error) => return Err(NamesError::Store(error)),
        },
    };
    let found = database.transaction(Access::Write, |database| {
        let change = changes::next(database)?;
        let found = find(database, kind, name, app)?;
        if let [(id, _)] = &found[..] {
            evictions::evict(database, kind, *id, delete, change)?;
        }
        Ok(found)
    })?;
    match found.len() {
        0 => return Err(NamesError::Unknown { kind, name: name.to_owned() }),
        1 => {}
        _ => {
            let apps = found.into_iter().map(|(_, app)| app).collect();
            return Err(NamesError::Ambiguous { kind, name: name.to_owned(), apps });
        }
    }
    if lock.is_none() {
        return Ok(Dropped::LeftToCollector);
    }
    let mut hot = Hot::new(0);
    // What a collector that was killed has left in its journal is moved, too.
    database.transaction(Access::Write, |database| hot.write_journal(database))?;
    while let Some(mut pass) = Pass::begin(database)? {
        while !database.transaction(Access::Write, |database| pass.step(database, &mut hot))? {}
    }
    Ok(Dropped::Done)
}

/// The names that may be meant, by number, with their applications.
fn find(
    database: &dyn Database,
    kind: Kind,
    name: &str,
    app: Option<&str>,
) -> database::Result<Vec<(i64, String)>> {
    let sql = "SELECT names.id, coalesce(apps.name, '') FROM names
             LEFT JOIN names AS apps ON apps.id = names.parent AND apps.kind = 0
             WHERE names.kind = ?1 AND names.name = ?2
               AND (CAST(?3 AS TEXT) IS NULL OR names.kind = 0 OR apps.name = ?3)
             ORDER BY names.id";
    database.query_map(sql, params![kind as i64, name, app], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn open(source: Source<'_>) -> Result<Box<dyn Database>, NamesError> {
    match source {
        Source::Folder(folder) => Ok(Box::new(open_folder(folder)?)),
        Source::Server(address) => {
            let server = Server::new(address.clone())?;
            database::refuse_pooler(&server)?;
            let session = Session::new(server, Waits::PATIENT);
            let version = database::format(&session, address.schema())?;
            match version {
                Some(version) if version == database::SERVER_FORMAT => Ok(Box::new(session)),
                Some(version) => Err(NamesError::OtherVersion { version, known: database::SERVER_FORMAT }),
                None => Err(NamesError::NoTables { server: address.to_string() }),
            }
        }
    }
}

fn open_folder(folder: &Path) -> Result<Connection, NamesError> {
    let path = folder.join(data_folder::DATABASE);
    if !path.is_file() {
        return Err(NamesError::NoData { folder: folder.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // A sweep's longest transaction is shorter.
    connection.busy_timeout(Duration::from_secs(30))?;
    database::register_functions(&connection)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != schema::VERSION {
        return Err(NamesError::OtherVersion { version, known: schema::VERSION });
    }
    Ok(connection)
}
