//! Scrapes the metrics of each target at an interval.
pub(crate) mod credentials;
mod fetch;
mod parse;
mod target;
mod target_status;
pub(crate) mod tls;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use whippet_engine::expo::Format;
use whippet_store::{OWN_TARGET, Scrape, Store, StoreError};

pub use fetch::{FetchError, Fetcher, Text};
pub use parse::{Reading, parse, read};
pub use target::{Target, TargetError};
pub use target_status::TargetStatus;
pub use tls::NoRoots;

use crate::clock::Clock;
use crate::metrics::Metrics;

/// Why a scrape failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScrapeError {
    /// The metrics could not be fetched.
    Fetch(FetchError),
    /// The answer is no metrics text.
    Parse(whippet_engine::expo::ParseError),
    /// The samples could not be stored.
    Store(StoreError),
}

impl std::fmt::Display for ScrapeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fetch(error) => error.fmt(f),
            Self::Parse(error) => write!(f, "the answer is no metrics text, {error}"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ScrapeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fetch(error) => Some(error),
            Self::Parse(error) => Some(error),
            Self::Store(error) => Some(error),
        }
    }
}

/// Everything a scrape needs.
pub struct Scraper {
    /// Where samples are kept.
    pub store: Arc<Store>,
    /// Where scrapes are counted.
    pub metrics: Arc<Metrics>,
    /// The result of each target's last scrape.
    pub target_status: Arc<TargetStatus>,
    /// When samples were taken.
    pub clock: Clock,
    /// The HTTP client.
    pub fetcher: Fetcher,
}

impl Scraper {
    /// Scrapes `target` once, stores the samples, and records the result in `target_status`.
    pub async fn scrape(&self, target: &Target) {
        let started = Instant::now();
        let outcome = self.attempt(target).await;
        self.note(&target.name, started, outcome);
    }

    async fn attempt(&self, target: &Target) -> Result<Option<String>, ScrapeError> {
        let text = self.fetcher.get(target).await.map_err(ScrapeError::Fetch)?;
        let reading = read(&text.bytes, text.format).map_err(ScrapeError::Parse)?;
        self.keep(&target.name, reading).await
    }

    /// Records the collector's own figures, without the detour through HTTP.
    pub async fn scrape_own(&self) {
        let started = Instant::now();
        let text = self.metrics.text(self.store.waiting());
        let outcome = match read(text.as_bytes(), Format::Text) {
            Ok(reading) => self.keep(OWN_TARGET, reading).await,
            Err(error) => Err(ScrapeError::Parse(error)),
        };
        self.note(OWN_TARGET, started, outcome);
    }

    /// Stores the samples. Returns a note if lines or samples were left out.
    async fn keep(&self, target: &str, reading: Reading) -> Result<Option<String>, ScrapeError> {
        self.metrics.left_out(target, reading.bad as u64, reading.repeated as u64);
        let note = reading.note();
        let scrape = Scrape { target: target.to_owned(), time: self.clock.now(), samples: reading.samples };
        self.store.record_scrape(scrape).await.map_err(ScrapeError::Store)?;
        Ok(note)
    }

    fn note(&self, target: &str, started: Instant, outcome: Result<Option<String>, ScrapeError>) {
        self.metrics.scraped(target, outcome.is_ok(), started.elapsed());
        let (note, error) = match outcome {
            Ok(note) => (note, None),
            Err(error) => (None, Some(error.to_string())),
        };
        if self.target_status.record_note(target, note.as_deref())
            && let Some(note) = note
        {
            tracing::warn!(target_name = target, note = note.escape_debug().to_string(), "not all was read");
        }
        if self.target_status.record(target, self.clock.now(), error.as_deref()) {
            match error {
                Some(error) => tracing::warn!(
                    target_name = target,
                    error = error.escape_debug().to_string(),
                    "target is down"
                ),
                None => tracing::info!(target_name = target, "target is up"),
            }
        }
    }
}

/// Scrapes all targets and the collector itself, each at its own pace, until the set is dropped.
pub fn start(scraper: Arc<Scraper>, targets: Vec<Target>, every: Duration) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for target in targets {
        let scraper = Arc::clone(&scraper);
        tasks.spawn(async move {
            let mut ticks = ticks(every);
            loop {
                ticks.tick().await;
                scraper.scrape(&target).await;
            }
        });
    }
    tasks.spawn(async move {
        let mut ticks = ticks(every);
        loop {
            ticks.tick().await;
            scraper.scrape_own().await;
        }
    });
    tasks
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(every);
    // A slow target is scraped less often, and missed scrapes are not made up for.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
