//! Where data is: a data folder, or a schema of a server. Opening it keeps collectors and other moves out.
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rusqlite::Connection;

use super::error::MovingError;
use super::source;
use crate::cells::{Hot, JOURNAL};
use crate::database::{
    self, Access, AddressError, Database, SERVER_FORMAT, SERVING, Server, ServerAddress, Session, Waits, key,
    migrate, params,
};
use crate::error::StoreError;
use crate::{data_folder, schema};

/// Where data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A data folder, with SQLite's file in it.
    Folder(PathBuf),
    /// A schema of a server.
    Server(Box<ServerAddress>),
}

impl FromStr for Place {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        // What looks like an address is no folder: its name would have the password.
        match ServerAddress::is_meant(text) || text.contains("://") {
            true => Ok(Self::Server(Box::new(text.parse()?))),
            false => Ok(Self::Folder(text.into())),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Server(address) => address.fmt(f),
        }
    }
}

/// A place that nobody else uses.
pub enum Opened {
    /// The file, and the folder's lock.
    Folder(Connection, File),
    /// The session, which holds the schema's lock.
    Server(Box<Session>),
}

impl Opened {
    /// To ask.
    pub fn database(&self) -> &dyn Database {
        match self {
            Self::Folder(connection, _) => connection,
            Self::Server(session) => session.as_ref(),
        }
    }
}

impl Place {
    /// What tells this place from others, on this machine.
    pub fn identity(&self) -> String {
        match self {
            Self::Folder(folder) => {
                let whole = folder.canonicalize().unwrap_or_else(|_| folder.clone());
                whole.display().to_string()
            }
            Self::Server(address) => address.to_string(),
        }
    }

    /// Opens what is there for reading, beside the collectors that write.
    pub fn open_reader(&self) -> Result<Box<dyn Database>, MovingError> {
        let (database, version, known): (Box<dyn Database>, i64, i64) = match self {
            Self::Folder(folder) => {
                let connection = source::open(&source::file(folder)?)?;
                let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
                if version == schema::VERSION
                    && has_journal(&connection)?
                    && let Err(error) = write_journal(folder)
                {
                    tracing::warn!(%error, "what a collector heard in its last seconds, before it was killed, is left out");
                }
                (Box::new(connection), version, schema::VERSION)
            }
            Self::Server(address) => {
                let session = session(address)?;
                let database: &dyn Database = &session;
                let version = database::format(database, address.schema())?;
                let version = version.ok_or_else(|| MovingError::NoTables { server: address.to_string() })?;
                (Box::new(session), version, SERVER_FORMAT)
            }
        };
        match version == known {
            true => Ok(database),
            false => Err(MovingError::OtherVersion { version, known }),
        }
    }

    /// Opens what is there, and brings it up to date.
    pub fn open_source(&self) -> Result<Opened, MovingError> {
        match self {
            Self::Folder(folder) => drop(source::file(folder)?),
            Self::Server(address) => {
                let session = session(address)?;
                if database::format(&session, address.schema())?.is_none() {
                    return Err(MovingError::NoTables { server: address.to_string() });
                }
            }
        }
        self.open_target()
    }

    /// The same, and creates what is missing.
    pub fn open_target(&self) -> Result<Opened, MovingError> {
        match self {
            Self::Folder(folder) => {
                let lock = data_folder::claim(folder).map_err(|error| match error {
                    StoreError::InUse { .. } => MovingError::InUse { place: self.to_string() },
                    other => MovingError::Store(other),
                })?;
                let mut connection = data_folder::open(&folder.join(data_folder::DATABASE))?;
                schema::migrate(&mut connection)?;
                schema::configure(&connection)?;
                // What a collector that was killed has left in its journal is moved, too.
                let database: &dyn Database = &connection;
                database.transaction(Access::Write, |database| Hot::new(0).write_journal(database))?;
                Ok(Opened::Folder(connection, lock))
            }
            Self::Server(address) => {
                let session = session(address)?;
                let database: &dyn Database = &session;
                migrate(&session)?;
                // Collectors share the one, and find it taken while this lasts. Those of an older version do not look.
                let locks = [SERVING, MOVER].map(|role| key(address.schema(), role));
                let sql = "SELECT CAST(pg_try_advisory_lock(?1) AND pg_try_advisory_lock(?2) AS INTEGER)";
                let free: bool = database.scalar(sql, params![locks[0], locks[1]])?;
                match free && !has_writers(database, address.schema())? {
                    true => Ok(Opened::Server(Box::new(session))),
                    false => Err(MovingError::InUse { place: self.to_string() }),
                }
            }
        }
    }
}

/// A session for what takes as long as it takes. Through a pooler that shares sessions it would not find its tables.
fn session(address: &ServerAddress) -> database::Result<Session> {
    let server = Server::new(address.clone())?;
    database::refuse_pooler(&server)?;
    Ok(Session::new(server, Waits::PATIENT))
}

/// The role of the one move.
const MOVER: &str = "move";

/// Whether collectors run on the schema: each holds the lock of its writer.
fn has_writers(database: &dyn Database, schema: &str) -> database::Result<bool> {
    // A number of 64 bits is listed in two halves.
    let held = database.query_map(
        "SELECT CAST(classid AS BIGINT), CAST(objid AS BIGINT) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        &[],
        |row| Ok(row.get::<i64>(0)? << 32 | row.get::<i64>(1)?),
    )?;
    let collectors = database.query_map("SELECT id FROM collectors", &[], |row| row.get::<i64>(0))?;
    Ok(collectors.iter().any(|id| held.contains(&key(schema, &format!("writer:{id}")))))
}

fn has_journal(database: &dyn Database) -> database::Result<bool> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {JOURNAL} LIMIT 1)");
    Ok(database.scalar::<i64>(&sql, &[])? > 0)
}

/// Has what a collector that was killed left in its journal in the rows. One that runs does that itself every few seconds.
fn write_journal(folder: &Path) -> Result<(), StoreError> {
    let _lock = match data_folder::claim(folder) {
        Err(StoreError::InUse { .. }) => return Ok(()),
        claimed => claimed?,
    };
    let connection = data_folder::open(&folder.join(data_folder::DATABASE))?;
    schema::configure(&connection)?;
    let database: &dyn Database = &connection;
    Ok(database.transaction(Access::Write, |database| Hot::new(0).write_journal(database))?)
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn an_address_is_a_server_and_all_else_a_folder() {
        assert!(matches!("./whippet-data".parse(), Ok(Place::Folder(_))));
        let server: Place = "postgres://me:secret@db.example/whippet".parse().unwrap();
        assert!(matches!(server, Place::Server(_)));
        assert!(!server.to_string().contains("secret") && !format!("{server:?}").contains("secret"));
        assert!("postgres://".parse::<Place>().is_err());
        assert!("mysql://me:secret@db.example/shop".parse::<Place>().is_err());
    }
}
