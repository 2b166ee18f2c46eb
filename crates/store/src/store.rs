//! The open store: it hands writes to the one writer, and runs reports on read-only connections.
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc, oneshot};
use whippet_engine::beacon::Beacon;

use crate::backend_event::BackendEvent;
use crate::command::{Command, Ingested};
use crate::database::{self, Database, ErrorKind, Leaders, Place};
use crate::error::StoreError;
use crate::metrics::StoreMetrics;
use crate::options::Options;
use crate::pending::Pending;
use crate::readers::Readers;
use crate::readiness::Readiness;
use crate::report_cache::ReportCache;
use crate::score::Client;
use crate::scrape::Scrape;
use crate::shared_state::SharedState;
use crate::sweep::Stage;
use crate::{opened, report_cache, shared_state, sweep, watching, writer};

/// The most queries at once; others wait. Each has a thread, and a cache of a few MB.
const READS: usize = 8;

/// From this size on, the log is merged into the file when no query runs; bytes.
const LOG: u64 = 8 * 1024 * 1024;
/// From this size on, the log is merged even if queries have to wait for that; bytes.
const LOG_MOST: u64 = 32 * 1024 * 1024;

/// How long the end of the last queries is waited for when the store is closed.
const LAST_READS: Duration = Duration::from_secs(5);

/// How long what beacons brought may wait for its rows, and page views to be counted, where nobody asks: they are written and
/// counted once for all that came meanwhile.
const QUIET: Duration = Duration::from_secs(20);

/// The role of the one collector that sweeps.
pub const SWEEPER: &str = "sweep";

/// The role of the one collector that evaluates rules and sends notifications.
pub const WATCHER: &str = "watching";

/// The open store. Cheap to share behind an [`Arc`].
pub struct Store {
    commands: mpsc::Sender<Command>,
    readers: Readers,
    readiness: Readiness,
    report_cache: Arc<ReportCache>,
    pending: Arc<Pending>,
    /// How many questions there were about what beacons brought.
    questions: AtomicU64,
    /// How many there had been when page views were counted last, and when that was.
    settled: Mutex<Option<(u64, Instant)>>,
    reading: Arc<Semaphore>,
    place: Place,
    /// Who does what only one may do; none where there is one collector only.
    leaders: Option<Arc<Leaders>>,
    metrics: Arc<StoreMetrics>,
    writer: Mutex<Option<std::thread::JoinHandle<()>>>,
    // Held for as long as the store is open: keeps a second collector out of a folder.
    _lock: Option<std::fs::File>,
}

impl Store {
    /// Opens the folder or the server, brings what is there up to date, and starts the writer.
    pub fn open(options: Options, metrics: Arc<StoreMetrics>) -> Result<Self, StoreError> {
        let mut opened = opened::open(&options)?;
        if let Some(server) = opened.place.server() {
            metrics.show_server(Arc::clone(server));
        }
        let (commands, queue) = mpsc::channel(options.queue.max(1));
        let patience = options.patience;
        let (report_cache, pending) = (Arc::default(), Arc::default());
        let (place, leaders, lock) = (opened.place.clone(), opened.leaders.take(), opened.lock.take());
        let shared = writer::Shared {
            metrics: Arc::clone(&metrics),
            report_cache: Arc::clone(&report_cache),
            pending: Arc::clone(&pending),
        };
        let writer = writer::start(opened, options, queue, shared)?;
        Ok(Self {
            commands,
            readiness: Readiness::new(place.file().map(Path::to_owned)),
            readers: Readers::new(place.clone(), patience),
            place,
            leaders,
            report_cache,
            pending,
            questions: AtomicU64::new(0),
            settled: Mutex::new(None),
            reading: Arc::new(Semaphore::new(READS)),
            metrics,
            writer: Mutex::new(Some(writer)),
            _lock: lock,
        })
    }

    /// Stores a beacon. When this returns, it is on disk, and survives a crash.
    ///
    /// # Errors
    /// [`StoreError::Full`] if too many writes are waiting.
    pub async fn ingest(
        &self,
        beacon: Beacon,
        client: Client,
        received: i64,
    ) -> Result<Ingested, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .try_send(Command::Beacon { beacon: Box::new(beacon), client, received, reply })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Full,
                mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
            })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Stores a scrape. Returns how many samples were left out because their target has too many series.
    pub async fn record_scrape(&self, scrape: Scrape) -> Result<u64, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Scrape { scrape, reply }).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Counts what of `events` is new: all that the documents of a target list at `now` if `whole`, else what
    /// some of them do.
    pub async fn record_events(
        &self,
        target: &str,
        events: Vec<BackendEvent>,
        whole: bool,
        now: i64,
    ) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let command = Command::BackendEvents { target: target.to_owned(), events, whole, now, reply };
        self.commands.send(command).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Sets the address of a target. At another address there is another backend.
    pub async fn set_target_address(&self, target: &str, address: &str) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let command =
            Command::SetTargetAddress { target: target.to_owned(), address: address.to_owned(), reply };
        self.commands.send(command).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// The value that all collectors see under a name.
    pub async fn shared_state(self: &Arc<Self>, name: &str) -> Result<SharedState, StoreError> {
        let name = name.to_owned();
        self.read_rows("read_shared", move |db| shared_state::get(db, &name)).await
    }

    /// All of them whose names begin with `prefix`.
    pub async fn shared_states(
        self: &Arc<Self>,
        prefix: &'static str,
    ) -> Result<Vec<SharedState>, StoreError> {
        self.read_rows("read_shared", move |db| shared_state::all(db, prefix)).await
    }

    /// Sets a value that all collectors see, whatever it was.
    pub async fn share(&self, state: SharedState) -> Result<(), StoreError> {
        self.change_shared(Vec::new(), state, false).await.map(drop)
    }

    /// Sets a value that all collectors see, and stores scrapes, both or neither. Returns how many samples of the last scrape were left
    /// out because their target has too many series. Returns `None`, and stores nothing, where the value was changed since `state` was
    /// read.
    pub async fn record_shared(
        &self,
        scrapes: Vec<Scrape>,
        state: SharedState,
    ) -> Result<Option<u64>, StoreError> {
        self.change_shared(scrapes, state, true).await
    }

    async fn change_shared(
        &self,
        scrapes: Vec<Scrape>,
        state: SharedState,
        checked: bool,
    ) -> Result<Option<u64>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let command = Command::Share { scrapes, state, checked, reply };
        self.commands.send(command).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Writes what watching found or is told. Returns whether it was written: another collector may have been quicker, or what is
    /// to be changed is not there.
    pub async fn write_watching(&self, change: watching::Change) -> Result<bool, StoreError> {
        let (reply, answer) = oneshot::channel();
        let command = Command::Watch { change: Box::new(change), reply };
        self.commands.send(command).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// The notifications that are to be sent, the oldest first.
    pub async fn due_notifications(
        self: &Arc<Self>,
        limit: usize,
    ) -> Result<Vec<watching::Outgoing>, StoreError> {
        self.read_rows("read_notifications", move |db| watching::due(db, limit)).await
    }

    /// Notes what came of sending a notification.
    pub async fn note_notification(&self, id: i64, attempt: watching::Attempt) -> Result<(), StoreError> {
        self.write_watching(watching::Change::Attempt(id, attempt)).await.map(drop)
    }

    /// Deletes data past its retention, makes data past full detail coarser, and returns the freed space, as of `now`.
    /// Retention goes by the newest data, and moves by at most a day per day.
    ///
    /// # Errors
    /// That of the first stage that failed. All other stages were run.
    pub async fn sweep(&self, now: i64) -> Result<(), StoreError> {
        let mut failed = None;
        for stage in sweep::stages() {
            match self.run(stage, now).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(StoreError::Closed) => return Err(StoreError::Closed),
                Err(error) => {
                    tracing::warn!(?stage, "a stage of the sweep failed");
                    failed.get_or_insert(error);
                }
            }
        }
        if self.place.file().is_some() {
            // Merging the log into the file truncates the file.
            self.checkpoint(false).await?;
        }
        failed.map_or(Ok(()), Err)
    }

    /// Counts page views that may still report, where there are more than reports should read one by one. To be called every few
    /// seconds. Where nobody has asked since the last time, it waits for more of them.
    ///
    /// # Errors
    /// If they cannot be counted now.
    pub async fn settle(&self, now: i64) -> Result<(), StoreError> {
        if !self.is_settling_due() {
            return Ok(());
        }
        self.run(Stage::Settle, now).await.map(drop)
    }

    fn is_settling_due(&self) -> bool {
        let questions = self.questions.load(Ordering::Relaxed);
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        // On a server others may be asked.
        let is_quiet = self.leaders.is_none()
            && settled.is_some_and(|(asked, at)| asked == questions && at.elapsed() < QUIET);
        if !is_quiet {
            *settled = Some((questions, Instant::now()));
        }
        !is_quiet
    }

    /// Runs a stage of a sweep, one portion at a time, so that beacons wait for one portion at most. Returns whether it came to its
    /// end: where another collector has the role, or got it meanwhile, the rest is left to that one.
    async fn run(&self, stage: Stage, now: i64) -> Result<bool, StoreError> {
        while self.lead(SWEEPER).await {
            let (reply, answer) = oneshot::channel();
            let sent = self.commands.send(Command::Sweep { now, stage, reply }).await;
            sent.map_err(|_| StoreError::Closed)?;
            if answer.await.unwrap_or(Err(StoreError::Closed))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Merges the log into the file if it is large. SQLite does that by itself only while no query runs, which may never happen
    /// while dashboards poll. Then new queries wait for the running ones and for the merge.
    pub async fn bound_log(&self) -> Result<(), StoreError> {
        let Some(file) = self.place.file() else { return Ok(()) };
        // Programs that read the file by themselves are not far behind.
        if self.pending.has_been_for(QUIET) {
            self.write_journal().await;
        }
        let bytes = std::fs::metadata(file.with_extension("db-wal")).map_or(0, |log| log.len());
        if bytes < LOG { Ok(()) } else { self.checkpoint(bytes >= LOG_MOST).await }
    }

    async fn checkpoint(&self, wait: bool) -> Result<(), StoreError> {
        let all = READS as u32;
        let alone = match wait {
            true => self.reading.acquire_many(all).await.ok(),
            false => self.reading.try_acquire_many(all).ok(),
        };
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Checkpoint { reply }).await.map_err(|_| StoreError::Closed)?;
        let answer = answer.await.unwrap_or(Err(StoreError::Closed));
        drop(alone);
        answer
    }

    /// Whether other collectors may have the same store open.
    pub fn is_shared(&self) -> bool {
        self.place.server().is_some()
    }

    /// Whether this collector does what only one of all may do at a time: [`SWEEPER`], `"scrape:shop"`. It takes the role if
    /// nobody has it. To be asked before each round; within a minute after a collector has gone, another gets its roles.
    pub async fn lead(&self, role: &str) -> bool {
        match &self.leaders {
            Some(leaders) => leaders.lead(role).await,
            None => true,
        }
    }

    /// Gives up a role, so that another collector gets it.
    pub async fn resign(&self, role: &str) {
        if let Some(leaders) = &self.leaders {
            leaders.resign(role).await;
        }
    }

    /// Has all of the journal in the rows of cells. Where nothing can be written, those who read see what is there.
    async fn write_journal(&self) {
        if !self.pending.get() || self.trouble().is_some() {
            return;
        }
        let (reply, answer) = oneshot::channel();
        if self.commands.send(Command::WriteJournal { reply }).await.is_ok() {
            let _ = answer.await;
        }
    }

    /// Runs a query on a thread that may block, and times it as `operation`. It sees all that was acknowledged.
    pub async fn read_database<T, F>(
        self: &Arc<Self>,
        operation: &'static str,
        query: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Database) -> database::Result<T> + Send + 'static,
    {
        self.questions.fetch_add(1, Ordering::Relaxed);
        self.write_journal().await;
        self.read_rows(operation, query).await
    }

    /// The same for a query of what is always in rows: all but what beacons brought.
    pub async fn read_rows<T, F>(self: &Arc<Self>, operation: &'static str, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Database) -> database::Result<T> + Send + 'static,
    {
        let reading = Arc::clone(&self.reading);
        let Ok(permit) = reading.acquire_owned().await else { return Err(StoreError::Closed) };
        let store = Arc::clone(self);
        let run = move || {
            // Until the query has ended: whoever asked may have gone.
            let _permit = permit;
            let started = Instant::now();
            let outcome = store.readers.with(query);
            store.metrics.database(operation, started.elapsed());
            if let Err(StoreError::Database(error)) = &outcome {
                store.metrics.database_failed(error.kind());
            }
            outcome
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| StoreError::Closed)?
    }

    /// The same for a query that only SQLite answers.
    pub async fn read<T, F>(self: &Arc<Self>, operation: &'static str, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let run = move |database: &dyn Database| match database.sqlite() {
            Some(connection) => Ok(query(connection)?),
            None => Err(database::Error::other("this is asked of SQLite only")),
        };
        self.read_database(operation, run).await
    }

    /// The same for a query that reads data of beacons only. Its result is cached by `question` until another beacon
    /// arrives, here or at another collector on the same database.
    pub async fn read_beacons<T, F>(
        self: &Arc<Self>,
        operation: &'static str,
        question: &str,
        query: F,
    ) -> Result<T, StoreError>
    where
        T: Clone + Send + Sync + 'static,
        F: FnOnce(&dyn Database) -> database::Result<T> + Send + 'static,
    {
        let question = format!("{operation} {question}");
        // Where others write to the same database, it says whether they have.
        let shared = match self.leaders {
            None => 0,
            Some(_) => self.read_rows("read_version", report_cache::shared).await?,
        };
        let version = self.report_cache.version(shared);
        if let Some(answer) = self.report_cache.get(&question, version) {
            return Ok(answer);
        }
        let answer = self.read_database(operation, query).await?;
        self.report_cache.keep(question, version, answer.clone());
        Ok(answer)
    }

    /// Whether the writer's thread is running.
    pub fn is_running(&self) -> bool {
        !self.commands.is_closed()
    }

    /// Writes `now`, and checks that the file is intact.
    ///
    /// # Errors
    /// The reason why data that arrives now would not be kept.
    pub async fn check_ready(&self, now: i64) -> Result<(), String> {
        self.readiness.check(&self.commands, &self.metrics.write_health, now).await
    }

    /// What is wrong with the database, where a write failed just now.
    pub fn trouble(&self) -> Option<ErrorKind> {
        self.metrics.write_health.failure().map(|error| error.kind())
    }

    /// What was wrong with the database when something was written last, where it failed.
    pub fn last_trouble(&self) -> Option<ErrorKind> {
        self.metrics.write_health.unresolved().map(|error| error.kind())
    }

    /// The share of time that the writer works, where it is so much that something should be done.
    pub fn busy(&self) -> Option<f64> {
        self.metrics.busy()
    }

    /// Where everything is kept.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// How many writes are waiting.
    pub fn waiting(&self) -> usize {
        self.commands.max_capacity() - self.commands.capacity()
    }

    /// Finishes what is waiting, and ends the writer. Later reads and writes fail with [`StoreError::Closed`].
    pub async fn close(&self) {
        // The last connection to close merges the log into the file, and readers may not write. Without that nothing is lost, but who
        // copies the file alone lacks what is in the log.
        let _all = tokio::time::timeout(LAST_READS, self.reading.acquire_many(READS as u32)).await;
        self.reading.close();
        self.readers.close();
        // Others need not wait until this process has ended.
        if let Some(leaders) = &self.leaders {
            leaders.close().await;
        }
        let (reply, answer) = oneshot::channel();
        if self.commands.send(Command::Close { reply }).await.is_ok() {
            let _ = answer.await;
        }
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = tokio::task::spawn_blocking(|| writer.join()).await;
        }
    }
}

#[cfg(test)]
mod tests;
