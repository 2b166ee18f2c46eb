//! Where everything is kept: a file, or a server.
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::{Access, Database, Result, Server, Session, Waits, register_functions};

/// How many steps SQLite runs between two looks at the clock: some 0.1 ms.
const STEPS: i32 = 10_000;

/// Where everything is kept.
#[derive(Clone)]
pub enum Place {
    /// SQLite's file.
    File(PathBuf),
    /// A server.
    Server(Arc<Server>),
}

impl Place {
    /// The file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Server(_) => None,
        }
    }

    /// The server, if it is one.
    pub fn server(&self) -> Option<&Arc<Server>> {
        match self {
            Self::File(_) => None,
            Self::Server(server) => Some(server),
        }
    }

    /// A session that only reads, whose queries may take as long as `patience`.
    pub fn reader(&self, patience: Duration) -> Result<Reader> {
        Ok(match self {
            Self::File(path) => Reader::File(open_to_read(path)?, patience),
            Self::Server(server) => Reader::Server(Session::new(Arc::clone(server), Waits::reader(patience))),
        })
    }
}

/// The folder, or the server without its password.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.parent().unwrap_or(path).display().fmt(f),
            Self::Server(server) => server.address().fmt(f),
        }
    }
}

/// A session that only reads, and for how long.
pub enum Reader {
    /// SQLite has no time limit of its own.
    File(Connection, Duration),
    /// The session keeps to its limit.
    Server(Session),
}

impl Reader {
    /// Runs `query` in one transaction, so that all its statements see the same data.
    pub fn run<T>(&mut self, query: impl FnOnce(&dyn Database) -> Result<T>) -> Result<T> {
        match self {
            Self::File(connection, patience) => {
                let (started, patience) = (Instant::now(), *patience);
                connection.progress_handler(STEPS, Some(move || started.elapsed() > patience))?;
                let database: &dyn Database = connection;
                let done = database.transaction(Access::Read, query);
                connection.progress_handler(0, None::<fn() -> bool>)?;
                done
            }
            Self::Server(session) => {
                let database: &dyn Database = session;
                database.transaction(Access::Read, query)
            }
        }
    }
}

fn open_to_read(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(128);
    register_functions(&connection)?;
    Ok(connection)
}
