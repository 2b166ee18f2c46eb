//! Whether the store can do its work: a write that commits, and a file that is whole.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::oneshot;

use super::Store;
use super::job::Job;

/// Who waits longer for an answer to a probe takes it for none.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long tables are looked at for one probe; the next begins where this one ended.
const LOOK: Duration = Duration::from_millis(200);

/// What probes share: one is done at a time, whoever asks meanwhile gets its successor's answer.
pub struct Ready {
    path: PathBuf,
    file: Option<(u64, u64)>,
    last: tokio::sync::Mutex<Option<(Instant, Result<(), String>)>>,
    look: Arc<Mutex<Look>>,
}

impl Ready {
    /// Of the file at `path`.
    pub fn new(path: PathBuf) -> Self {
        let file = identity(&path);
        Self { path, file, last: tokio::sync::Mutex::default(), look: Arc::default() }
    }
}

#[derive(Default)]
struct Look {
    next: usize,
    damaged: BTreeMap<String, String>,
}

impl Store {
    /// Whether the thread that writes is there.
    pub fn lives(&self) -> bool {
        !self.jobs.is_closed()
    }

    /// Whether data that comes now is kept: `now` itself is written.
    ///
    /// # Errors
    /// Why not.
    pub async fn ready(&self, now: i64) -> Result<(), String> {
        let asked = Instant::now();
        let mut last = self.ready.last.lock().await;
        if let Some((began, outcome)) = &*last
            && *began >= asked
        {
            return outcome.clone();
        }
        let began = Instant::now();
        let outcome = self.probe(now).await;
        *last = Some((began, outcome.clone()));
        outcome
    }

    async fn probe(&self, now: i64) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        let write = async {
            self.jobs.send(Job::Probe { now, reply }).await.ok()?;
            answer.await.ok()
        };
        let written = tokio::time::timeout(PATIENCE, write).await;
        if let Some(error) = self.metrics.trouble.now() {
            return Err(format!("the store cannot write: {error}"));
        }
        match written {
            Ok(Some(Ok(()))) => {}
            Ok(Some(Err(error))) => return Err(error.to_string()),
            Ok(None) => return Err("the collector is shutting down".to_owned()),
            Err(_) => {
                return Err(format!(
                    "no write was committed within {} s: another program has the store locked, or its disk is slow",
                    PATIENCE.as_secs()
                ));
            }
        }
        self.look().await.map_err(|error| format!("the store is damaged: {error}"))
    }

    async fn look(&self) -> Result<(), String> {
        if identity(&self.ready.path) != self.ready.file {
            return Err("its file was deleted or replaced. Start whippet again".to_owned());
        }
        let (path, look) = (self.ready.path.clone(), Arc::clone(&self.ready.look));
        let (handle, interrupt) = oneshot::channel();
        let looking = tokio::task::spawn_blocking(move || {
            let mut look = look.lock().unwrap_or_else(PoisonError::into_inner);
            // What a connection has read before, it would not read again.
            let connection = open(&path)?;
            let _ = handle.send(connection.get_interrupt_handle());
            look.go(&connection)
        });
        let late = tokio::spawn(async move {
            let Ok(handle) = interrupt.await else { return };
            tokio::time::sleep(LOOK * 2).await;
            handle.interrupt();
        });
        let outcome = looking.await;
        late.abort();
        outcome.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        let look = self.ready.look.lock().unwrap_or_else(PoisonError::into_inner);
        look.damaged.iter().next().map_or(Ok(()), |(table, error)| Err(format!("{error} (table {table})")))
    }
}

/// As much as a few beacons take, bytes: a disk that has room for a number only is full.
const WRITTEN: i64 = 16 * 1024;

/// Writes the time, and some bytes that are of no use.
pub fn write(connection: &Connection, now: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO totals (name, value) VALUES ('probed', ?1), ('probe', randomblob(?2))",
        )?
        .execute([now, WRITTEN])
        .map(drop)
}

/// Which file it is, whatever its name.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<(u64, u64)> {
    path.exists().then_some((0, 0))
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(LOOK)?;
    Ok(connection)
}

impl Look {
    fn go(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let began = Instant::now();
        let mut tables =
            connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
        let tables = tables.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        for _ in 0..tables.len() {
            let Some(table) = tables.get(self.next % tables.len()) else { break };
            self.next = (self.next + 1) % tables.len();
            let found = connection
                .query_row(&format!("PRAGMA quick_check('{table}')"), [], |row| row.get::<_, String>(0));
            match found {
                Ok(found) if found == "ok" => drop(self.damaged.remove(table)),
                Ok(found) => drop(self.damaged.insert(table.clone(), found.replace('\n', " "))),
                // It is too large to be looked at in that time.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {}
                Err(error) => drop(self.damaged.insert(table.clone(), error.to_string())),
            }
            if began.elapsed() >= LOOK {
                break;
            }
        }
        Ok(())
    }
}
