//! What the collector keeps: one SQLite file in the data folder.
//!
//! One thread writes (`writer`), everything else only sends it jobs and waits for the answer; readers have
//! connections of their own, which in WAL mode neither wait for the writer nor make it wait.
mod answers;
mod batch;
pub mod buckets;
mod compact;
mod error;
mod folder;
mod horizon;
mod job;
pub mod losses;
mod mend;
mod names;
pub mod parts;
mod readers;
mod ready;
mod retention;
mod room;
mod schema;
mod series;
mod sums;
mod sweep;
pub mod views;
mod weight;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc, oneshot};
use whippet_engine::beacon::Beacon;

pub use error::StoreError;
pub use job::{Kept, Scrape};
pub use names::Kind;

use crate::metrics::Metrics;
use job::Job;

/// The length of a bucket of beacon figures, ms.
pub const MINUTE: i64 = 60_000;
/// The length of a bucket once [`Options::detail`] has passed, ms.
pub const HOUR: i64 = 60 * MINUTE;
/// The name of whatever did not fit within the [`Limits`].
pub const OTHER: &str = "(other)";

/// The most queries at once; more wait. Each holds a thread, and a cache of a few MB.
const READS: usize = 8;

/// A log of so many bytes is merged into the file when nobody reads.
const LOG: u64 = 8 * 1024 * 1024;
/// And one of so many even if somebody has to wait for it.
const LOG_MOST: u64 = 32 * 1024 * 1024;

/// How the store is to behave.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder; made if it is missing.
    pub folder: PathBuf,
    /// What is older is deleted, ms.
    pub retention: i64,
    /// What is older is kept with less detail, ms: samples one per minute, beacon figures per hour.
    pub detail: i64,
    /// The most bytes the file may have; the oldest detail goes before it has more.
    pub max_size: Option<u64>,
    /// A query that takes longer is cut off.
    pub patience: Duration,
    /// How many writes may wait.
    pub queue: usize,
    /// How many different things are told apart.
    pub limits: Limits,
}

impl Options {
    /// The defaults, in `folder`: 30 days, two of them in full detail.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            retention: 30 * 24 * HOUR,
            detail: 2 * 24 * HOUR,
            max_size: None,
            patience: Duration::from_secs(5),
            queue: 2048,
            limits: Limits::default(),
        }
    }
}

/// How many different things are told apart, so that no client decides how much is kept. What goes beyond
/// is counted under [`OTHER`].
#[derive(Clone, Debug)]
pub struct Limits {
    /// Applications.
    pub apps: usize,
    /// Pages of one application.
    pub pages: usize,
    /// Counters of one application.
    pub counters: usize,
    /// Histograms of one application.
    pub histograms: usize,
    /// Hosts that pages of one application load from.
    pub hosts: usize,
    /// Elements that vitals of one application are put down to.
    pub elements: usize,
    /// Addresses that vitals of one application are put down to.
    pub urls: usize,
    /// States that they are put down to.
    pub states: usize,
    /// Scripts of one application.
    pub scripts: usize,
    /// Gauges of one application.
    pub gauges: usize,
    /// Errors of one application.
    pub errors: usize,
    /// Series of one scraped target. What goes beyond is left out.
    pub series: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            apps: 50,
            pages: 500,
            counters: 200,
            histograms: 200,
            hosts: 100,
            elements: 500,
            urls: 500,
            states: 16,
            scripts: 200,
            gauges: 100,
            errors: 500,
            series: 10_000,
        }
    }
}

/// The open store. Cheap to share behind an [`Arc`].
pub struct Store {
    jobs: mpsc::Sender<Job>,
    readers: readers::Readers,
    ready: ready::Ready,
    answers: Arc<answers::Answers>,
    reading: Semaphore,
    log: PathBuf,
    metrics: Arc<Metrics>,
    writer: std::sync::Mutex<Option<std::thread::JoinHandle<()>>>,
    // Held for as long as the store is open: keeps a second collector out.
    _lock: std::fs::File,
}

impl Store {
    /// Opens the folder, brings the file up to date and starts the writer.
    pub fn open(options: Options, metrics: Arc<Metrics>) -> Result<Self, StoreError> {
        let lock = folder::claim(&options.folder)?;
        let path = options.folder.join("whippet.db");
        let log = options.folder.join("whippet.db-wal");
        let mut connection = folder::open(&path)?;
        schema::migrate(&mut connection)?;
        schema::configure(&connection)?;
        let (jobs, queue) = mpsc::channel(options.queue.max(1));
        let patience = options.patience;
        let answers = Arc::default();
        let writer = writer::start(connection, options, queue, (Arc::clone(&metrics), Arc::clone(&answers)))?;
        Ok(Self {
            jobs,
            log,
            ready: ready::Ready::new(path.clone()),
            readers: readers::Readers::new(path, patience),
            answers,
            reading: Semaphore::new(READS),
            metrics,
            writer: std::sync::Mutex::new(Some(writer)),
            _lock: lock,
        })
    }

    /// Keeps a beacon. When this returns, it is on disk, and will be there after a crash.
    ///
    /// # Errors
    /// [`StoreError::Full`] at once when too many writes are waiting.
    pub async fn keep(&self, beacon: Beacon, received: i64) -> Result<Kept, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(Job::Beacon { beacon: Box::new(beacon), received, reply }).map_err(|error| {
            match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Full,
                mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
            }
        })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Keeps what a scrape found.
    pub async fn record(&self, scrape: Scrape) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job::Scrape { scrape, reply }).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Says where a target is scraped. At another address than before is another backend.
    pub async fn declare(&self, target: &str, address: &str) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Job::Declare { target: target.to_owned(), address: address.to_owned(), reply };
        self.jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Deletes what is past retention, thins what is past full detail, and gives back what that frees, as of `now`.
    /// Retention goes by the newest data there is, and by no more than a day for a day between two sweeps.
    ///
    /// # Errors
    /// What the first stage failed with that did. All others were done.
    pub async fn sweep(&self, now: i64) -> Result<(), StoreError> {
        let mut failed = None;
        for stage in sweep::stages() {
            loop {
                let (reply, answer) = oneshot::channel();
                self.jobs.send(Job::Sweep { now, stage, reply }).await.map_err(|_| StoreError::Closed)?;
                // In small portions, so that beacons never wait for the broom.
                match answer.await.unwrap_or(Err(StoreError::Closed)) {
                    Ok(false) => continue,
                    Ok(true) => break,
                    Err(StoreError::Closed) => return Err(StoreError::Closed),
                    Err(error) => {
                        tracing::warn!(?stage, "a part of the old data was not swept");
                        failed.get_or_insert(error);
                        break;
                    }
                }
            }
        }
        // The file is cut where the log is merged into it.
        self.checkpoint(false).await?;
        failed.map_or(Ok(()), Err)
    }

    /// Merges the log into the file where it has grown large. SQLite does that by itself where nobody reads for a moment,
    /// which never happens while dashboards ask again and again: then new queries wait for those that run, and for this.
    pub async fn bound_log(&self) -> Result<(), StoreError> {
        let bytes = std::fs::metadata(&self.log).map_or(0, |log| log.len());
        if bytes < LOG { Ok(()) } else { self.checkpoint(bytes >= LOG_MOST).await }
    }

    async fn checkpoint(&self, wait: bool) -> Result<(), StoreError> {
        let all = READS as u32;
        let alone = match wait {
            true => self.reading.acquire_many(all).await.ok(),
            false => self.reading.try_acquire_many(all).ok(),
        };
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job::Checkpoint { reply }).await.map_err(|_| StoreError::Closed)?;
        let answer = answer.await.unwrap_or(Err(StoreError::Closed));
        drop(alone);
        answer
    }

    /// Runs a query on a thread that may block, and times it as `operation`.
    pub async fn read<T, F>(self: &Arc<Self>, operation: &'static str, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let Ok(_permit) = self.reading.acquire().await else { return Err(StoreError::Closed) };
        let store = Arc::clone(self);
        let run = move || {
            let started = std::time::Instant::now();
            let outcome = store.readers.with(query);
            store.metrics.database(operation, started.elapsed());
            outcome
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| StoreError::Closed)?
    }

    /// The same for a query about what pages sent alone: what it found holds for the same `question` until more comes.
    pub async fn read_beacons<T, F>(
        self: &Arc<Self>,
        operation: &'static str,
        question: &str,
        query: F,
    ) -> Result<T, StoreError>
    where
        T: Clone + Send + Sync + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let question = format!("{operation} {question}");
        if let Some(answer) = self.answers.get(&question) {
            return Ok(answer);
        }
        let arrived = self.answers.arrived();
        let answer = self.read(operation, query).await?;
        self.answers.keep(question, arrived, answer.clone());
        Ok(answer)
    }

    /// How many writes are waiting.
    pub fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Finishes what is waiting, and ends the writer. Later writes fail with [`StoreError::Closed`].
    pub async fn close(&self) {
        // The last connection to close merges the log into the file, and readers may not write.
        self.readers.close();
        let (reply, answer) = oneshot::channel();
        if self.jobs.send(Job::Close { reply }).await.is_ok() {
            let _ = answer.await;
        }
        let writer = self.writer.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        if let Some(writer) = writer {
            let _ = tokio::task::spawn_blocking(|| writer.join()).await;
        }
    }
}
