//! Remote write: what `/metrics` shows is sent to a server that takes it, at an interval. What cannot be sent waits on disk.
//!
//! ```text
//! gather ──► wire, snappy ──► queue (files) ──► one request at a time, the oldest first ──► outcome
//! ```
//!
//! As there is one request at a time, the samples of a series arrive in order.
mod gather;
mod outcome;
mod queue;
mod wire;

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderName, header};
use prost::Message;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;
use whippet_store::Sample;

pub use queue::{Queue, Waiting};

use gather::{Ended, Gathering};
use outcome::{Outcome, outcome};
use wire::{Metadata, TimeSeries, WriteRequest};

use super::endpoint::{Answer, Endpoint, RequestError, Requester};
use super::pages::PageFigures;
use crate::clock::Clock;
use crate::metrics::RemoteWriteFigures;
use crate::pauses::Pauses;
use crate::scrape::{Forward, NoRoots};

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The most bytes of an answer: errors are short.
const ANSWER: usize = 64 * 1024;
/// The most series of a request.
const SERIES: usize = 5_000;

/// How to write.
#[derive(Clone, Debug)]
pub struct RemoteWriteOptions {
    /// Where to, with credentials.
    pub endpoint: Endpoint,
    /// The time between two gatherings.
    pub interval: Duration,
    /// The most bytes that wait.
    pub queue: u64,
    /// The labels that all series have, `job` and `instance` among them.
    pub labels: Vec<(String, String)>,
    /// Whether histograms of pages are sent as native ones, too.
    pub native: bool,
    /// Whether what is scraped is sent, too.
    pub scraped: bool,
}

/// What `/metrics` shows.
#[derive(Clone)]
pub struct Shown {
    /// Writes the collector's own figures.
    pub own: Arc<dyn Fn() -> String + Send + Sync>,
    /// What pages measured.
    pub pages: Option<Arc<PageFigures>>,
    /// When.
    pub clock: Clock,
}

/// Gathers, queues and sends.
pub struct RemoteWriter {
    options: RemoteWriteOptions,
    requester: Requester,
    queue: Mutex<Queue>,
    ended: Mutex<Ended>,
    filled: Notify,
    figures: Arc<RemoteWriteFigures>,
}

/// Why remote write cannot begin.
#[derive(Debug)]
pub enum RemoteWriteError {
    /// The folder of the queue cannot be used.
    Queue(io::Error),
    /// No certificate can be checked.
    Roots(NoRoots),
}

impl std::fmt::Display for RemoteWriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Queue(error) => write!(
                f,
                "the folder remote-write of the data folder, where samples wait to be sent, cannot be used: {error}"
            ),
            Self::Roots(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RemoteWriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Queue(error) => Some(error),
            Self::Roots(error) => Some(error),
        }
    }
}

impl RemoteWriter {
    /// A writer whose queue is in the folder `data`.
    ///
    /// # Errors
    /// If the queue cannot be opened, or no certificate checked.
    pub fn new(
        options: RemoteWriteOptions,
        data: &Path,
        figures: Arc<RemoteWriteFigures>,
    ) -> Result<Self, RemoteWriteError> {
        let queue =
            Queue::open(&data.join("remote-write"), options.queue).map_err(RemoteWriteError::Queue)?;
        let requester =
            Requester::new(&options.endpoint, TIMEOUT, ANSWER).map_err(RemoteWriteError::Roots)?;
        figures.begin();
        figures.queue(queue.backlog());
        let (ended, filled) = (Mutex::default(), Notify::new());
        Ok(Self { options, requester, queue: Mutex::new(queue), ended, filled, figures })
    }

    /// Gathers all that `/metrics` shows, and queues it.
    pub fn gather(&self, shown: &Shown) {
        let now = shown.clock.now();
        let mut gathering = Gathering::new(now, &self.options.labels, self.options.native);
        gathering.text(&(shown.own)());
        if let Some(pages) = &shown.pages {
            pages.write(&mut gathering, now);
        }
        let Gathering { mut series, metadata, .. } = gathering;
        lock(&self.ended).mark(&mut series, now);
        self.push(series, metadata, now, true);
    }

    /// What is given the samples of scrapes, where these are to be sent.
    pub fn forwarding(self: &Arc<Self>) -> Option<Forward> {
        let writer = Arc::clone(self);
        self.options.scraped.then(|| -> Forward {
            Arc::new(move |target, samples, now| writer.forward(target, samples, now))
        })
    }

    /// Queues the samples of a scrape of a target, by its name and its address; none where the scrape failed. Series that end
    /// are not marked: to remember them all would take too much memory.
    fn forward(
        self: &Arc<Self>,
        target: (&str, &str),
        samples: Option<&[Sample]>,
        now: i64,
    ) -> JoinHandle<()> {
        let series = gather::scraped(target, samples, now, &self.options.labels);
        let writer = Arc::clone(self);
        // There are many scrapes, and the figures of the next one come soon: they need not survive a power failure.
        tokio::task::spawn_blocking(move || writer.push(series, Vec::new(), now, false))
    }

    fn push(&self, series: Vec<TimeSeries>, mut metadata: Vec<Metadata>, now: i64, sync: bool) {
        let mut queue = lock(&self.queue);
        let mut series = series.into_iter().peekable();
        while series.peek().is_some() {
            let part: Vec<TimeSeries> = series.by_ref().take(SERIES).collect();
            let samples = part.len() as u64;
            let request = WriteRequest { series: part, metadata: std::mem::take(&mut metadata) };
            match snap::raw::Encoder::new().compress_vec(&request.encode_to_vec()) {
                Ok(body) => {
                    let (dropped, error) = queue.push(body, (samples, now), sync);
                    self.figures.dropped(dropped);
                    if let Some(error) = error {
                        tracing::warn!(%error, "samples that wait for remote write cannot be written, and are kept in memory");
                    }
                }
                Err(error) => tracing::error!(%error, "samples cannot be compressed, and are left out"),
            }
        }
        self.figures.queue(queue.backlog());
        drop(queue);
        self.filled.notify_one();
    }

    /// Sends the oldest request. `None` if there is none.
    pub async fn send_first(&self, now: i64) -> Option<Outcome> {
        let (first, dropped) = lock(&self.queue).first();
        self.figures.dropped(dropped);
        let Waiting { number, samples, body } = first?;
        let started = Instant::now();
        let answer = self.post(body.into()).await;
        self.figures.request(answer.as_ref().ok().map(|answer| answer.status.as_u16()), started.elapsed());
        let outcome = outcome(&answer, now);
        if !matches!(outcome, Outcome::Failed(..)) {
            let mut queue = lock(&self.queue);
            // One that was dropped meanwhile is counted as such.
            match (queue.remove(number), &outcome) {
                (true, Outcome::Sent) => self.figures.sent(samples),
                (true, _) => self.figures.refused(samples),
                (false, _) => {}
            }
            self.figures.queue(queue.backlog());
        }
        Some(outcome)
    }

    async fn post(&self, body: Bytes) -> Result<Answer, RequestError> {
        const HEADERS: [(HeaderName, &str); 3] = [
            (header::CONTENT_TYPE, "application/x-protobuf"),
            (header::CONTENT_ENCODING, "snappy"),
            (HeaderName::from_static("x-prometheus-remote-write-version"), "0.1.0"),
        ];
        self.requester.post(&self.options.endpoint, &HEADERS, body).await
    }

    async fn send_all(&self, clock: &Clock) {
        let (mut pauses, mut failing, random) = (Pauses::default(), false, RandomState::new());
        loop {
            let Some(outcome) = self.send_first(clock.now()).await else {
                self.filled.notified().await;
                continue;
            };
            let url = self.options.endpoint.shown();
            match outcome {
                Outcome::Sent => {
                    if failing {
                        tracing::info!(url, "remote write works again");
                    }
                    failing = false;
                    pauses.reset();
                }
                Outcome::Refused(error) => {
                    tracing::warn!(url, error, "remote write: samples were refused, and are dropped");
                    pauses.reset();
                }
                Outcome::Failed(error, wish) => {
                    if !failing {
                        tracing::warn!(url, error, "remote write failed; what is to be sent waits");
                    }
                    failing = true;
                    let share = random.hash_one(Instant::now()) as f64 / u64::MAX as f64;
                    tokio::time::sleep(pauses.next(wish, share)).await;
                }
            }
        }
    }
}

/// Gathers at the interval, and sends, until the set is dropped.
pub fn start(tasks: &mut JoinSet<()>, writer: &Arc<RemoteWriter>, shown: Shown) {
    let (sender, clock) = (Arc::clone(writer), shown.clock.clone());
    let gatherer = Arc::clone(writer);
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(gatherer.options.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let (writer, shown) = (Arc::clone(&gatherer), shown.clone());
            // Files are written and synced.
            let _ = tokio::task::spawn_blocking(move || writer.gather(&shown)).await;
        }
    });
    tasks.spawn(async move { sender.send_all(&clock).await });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
