//! Whether the store can do its work: a write commits, and the file is intact.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::{mpsc, oneshot};

use crate::command::Command;
use crate::database::{self, Database, params};
use crate::write_health::WriteHealth;

/// A probe that is not committed within this time has failed.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long one probe checks tables; the next probe goes on where this one stopped.
const CHECK_TIME: Duration = Duration::from_millis(200);

/// The state that probes share. One probe runs at a time; callers that wait for it share the next one.
pub struct Readiness {
    /// The file, and what tells it from another of its name. None on a server.
    file: Option<(PathBuf, Option<(u64, u64)>)>,
    last: tokio::sync::Mutex<Option<(Instant, Result<(), String>)>>,
    integrity: Arc<Mutex<IntegrityCheck>>,
}

#[derive(Default)]
struct IntegrityCheck {
    next: usize,
    damaged: BTreeMap<String, String>,
}

impl Readiness {
    /// For the database file at `path`, if it is one.
    pub fn new(path: Option<PathBuf>) -> Self {
        let file = path.map(|path| {
            let identity = identity(&path);
            (path, identity)
        });
        Self { file, last: tokio::sync::Mutex::default(), integrity: Arc::default() }
    }

    /// Writes `now` through the writer, and checks a few tables.
    ///
    /// # Errors
    /// The reason why data that arrives now would not be kept.
    pub async fn check(
        &self,
        commands: &mpsc::Sender<Command>,
        health: &WriteHealth,
        now: i64,
    ) -> Result<(), String> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        if let Some((started, outcome)) = &*last
            && *started >= asked
        {
            return outcome.clone();
        }
        let started = Instant::now();
        let outcome = self.probe(commands, health, now).await;
        *last = Some((started, outcome.clone()));
        outcome
    }

    async fn probe(
        &self,
        commands: &mpsc::Sender<Command>,
        health: &WriteHealth,
        now: i64,
    ) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        let write = async {
            commands.send(Command::Probe { now, reply }).await.ok()?;
            answer.await.ok()
        };
        let written = tokio::time::timeout(PROBE_TIMEOUT, write).await;
        if let Some(error) = health.failure() {
            return Err(format!("the store cannot write: {error}"));
        }
        match written {
            Ok(Some(Ok(()))) => {}
            Ok(Some(Err(error))) => return Err(error.to_string()),
            Ok(None) => return Err("the collector is shutting down".to_owned()),
            Err(_) => {
                return Err(format!(
                    "no write was committed within {} s: another program has the store locked, its disk is slow, or its server does \
                     not answer",
                    PROBE_TIMEOUT.as_secs()
                ));
            }
        }
        self.check_file().await.map_err(|error| format!("the store is damaged: {error}"))
    }

    async fn check_file(&self) -> Result<(), String> {
        let Some((path, file)) = &self.file else { return Ok(()) };
        if identity(path) != *file {
            return Err("its file was deleted or replaced. Start whippet again".to_owned());
        }
        let (path, integrity) = (path.clone(), Arc::clone(&self.integrity));
        let (handle, interrupt) = oneshot::channel();
        let checking = tokio::task::spawn_blocking(move || {
            let mut integrity = integrity.lock().unwrap_or_else(PoisonError::into_inner);
            // A new connection, since one that has read a page before would not read it again.
            let connection = open(&path)?;
            let _ = handle.send(connection.get_interrupt_handle());
            integrity.run(&connection)
        });
        let timeout = tokio::spawn(async move {
            let Ok(handle) = interrupt.await else { return };
            tokio::time::sleep(CHECK_TIME * 2).await;
            handle.interrupt();
        });
        let outcome = checking.await;
        timeout.abort();
        outcome.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        let integrity = self.integrity.lock().unwrap_or_else(PoisonError::into_inner);
        integrity
            .damaged
            .iter()
            .next()
            .map_or(Ok(()), |(table, error)| Err(format!("{error} (table {table})")))
    }
}

/// How many bytes a probe writes, as many as a few beacons have: a disk with space for less is full.
const PROBE_BYTES: i64 = 16 * 1024;

/// Writes the time as that of `collector`; into a file with some random bytes.
pub fn write(database: &dyn Database, collector: i64, now: i64) -> database::Result<()> {
    database.execute("UPDATE collectors SET seen = ?2 WHERE id = ?1", params![collector, now])?;
    if let Some(connection) = database.sqlite() {
        connection
            .prepare_cached("INSERT OR REPLACE INTO totals (name, value) VALUES ('probe', randomblob(?1))")?
            .execute([PROBE_BYTES])?;
    }
    Ok(())
}

/// The file's device and inode, which stay the same when it is renamed.
#[cfg(unix)]
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    path.exists().then_some((0, 0))
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(CHECK_TIME)?;
    Ok(connection)
}

impl IntegrityCheck {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let started = Instant::now();
        let mut tables =
            connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
        let tables = tables.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        for _ in 0..tables.len() {
            let Some(table) = tables.get(self.next % tables.len()) else { break };
            self.next = (self.next + 1) % tables.len();
            let result = connection
                .query_row(&format!("PRAGMA quick_check('{table}')"), [], |row| row.get::<_, String>(0));
            match result {
                Ok(result) if result == "ok" => drop(self.damaged.remove(table)),
                Ok(result) => drop(self.damaged.insert(table.clone(), result.replace('\n', " "))),
                // The table is too large to be checked in this time.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {}
                Err(error) => drop(self.damaged.insert(table.clone(), error.to_string())),
            }
            if started.elapsed() >= CHECK_TIME {
                break;
            }
        }
        Ok(())
    }
}
