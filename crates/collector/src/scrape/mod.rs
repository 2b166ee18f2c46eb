//! Scrapes the documents of each target at an interval.
pub(crate) mod credentials;
mod fetch;
mod filter;
mod lists;
pub mod others;
mod parse;
mod schedule;
mod settings;
mod target;
mod target_status;
pub(crate) mod tls;

use std::sync::Arc;
use std::time::Instant;

use tokio::task::{JoinHandle, JoinSet};
use whippet_api::TargetDocument;
use whippet_engine::expo::Format;
use whippet_store::{BackendEvent, Limits, OWN_TARGET, Sample, Scrape, Store, StoreError};

pub use fetch::{FetchError, Fetcher, Text};
pub use filter::{Filter, Glob};
pub use lists::{BadList, List, Place};
pub use parse::{Reading, parse, read};
pub use schedule::{Schedule, Scraping, start_own};
pub use settings::Settings;
pub use target::{Address, Target, TargetError, address, name};
pub use target_status::{Outcome, TargetStatus};
pub use tls::{NoRoots, Tls, TlsError};

use crate::clock::Clock;
use crate::documents;
use crate::metrics::Metrics;

/// Why a scrape failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScrapeError {
    /// The metrics could not be fetched.
    Fetch(FetchError),
    /// The answer is no metrics text.
    Parse(whippet_engine::expo::ParseError),
    /// The answer is JSON of no use.
    Document(documents::DocumentError),
    /// The samples could not be stored.
    Store(StoreError),
}

impl std::fmt::Display for ScrapeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fetch(error) => error.fmt(f),
            Self::Parse(error) => write!(f, "the answer is no metrics text, {error}"),
            Self::Document(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ScrapeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fetch(error) => Some(error),
            Self::Parse(error) => Some(error),
            Self::Document(error) => Some(error),
            Self::Store(error) => Some(error),
        }
    }
}

/// Sends the samples of a scrape on, by the target's name and address; none where it failed. At the time, ms since the epoch.
pub type Forward = Arc<dyn Fn((&str, &str), Option<&[Sample]>, i64) -> JoinHandle<()> + Send + Sync>;

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
    /// To whom samples are sent on, too.
    pub forward: Option<Forward>,
    /// What tells this collector's own figures from those of others on the same database.
    pub instance: String,
}

impl Scraper {
    /// Scrapes `target` once, stores the samples, and records the result in `target_status`.
    pub async fn scrape(&self, target: &Target) {
        let started = Instant::now();
        let mut readings = JoinSet::new();
        for (place, address) in target.addresses.iter().cloned().enumerate() {
            let (fetcher, settings) = (self.fetcher.clone(), Arc::clone(&target.settings));
            readings.spawn(async move {
                let read = async {
                    let text = fetcher.get(&address, &settings).await.map_err(ScrapeError::Fetch)?;
                    reading(&text, &address, &settings)
                };
                (place, read.await)
            });
        }
        let mut read: Vec<_> = readings.join_all().await;
        read.sort_unstable_by_key(|(place, _)| *place);
        let outcome = self.merge(target, read.into_iter().map(|(_, reading)| reading)).await;
        self.note(&target.name, started, outcome);
        others::tell(&self.store, &self.target_status, &target.name).await;
    }

    /// Stores what the documents of a target hold, as one scrape. A document that failed costs its own values alone; the
    /// scrape failed where all did.
    async fn merge(
        &self,
        target: &Target,
        readings: impl Iterator<Item = Result<Reading, ScrapeError>>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let mut all = Reading::default();
        let mut failed = None;
        let mut any = false;
        for (address, reading) in target.addresses.iter().zip(readings) {
            let mut document = TargetDocument { url: address.shown(), ..TargetDocument::default() };
            match reading {
                Ok(reading) => {
                    any = true;
                    document.samples = reading.samples.len() as u64;
                    all.add(reading);
                }
                Err(error) => {
                    document.error = Some(error.to_string());
                    failed.get_or_insert(error);
                }
            }
            outcome.documents.push(document);
        }
        let result = match failed {
            Some(error) if !any => Err(error),
            _ => {
                if target.addresses.len() > 1 {
                    all.repeated += filter::unique(&mut all.samples);
                }
                outcome.samples = all.samples.len() as u64;
                let whole = failed.is_none();
                self.keep_events(&target.name, std::mem::take(&mut all.events), whole).await;
                self.forward(target, Some(&all.samples)).await;
                self.keep(&target.name, all, None).await
            }
        };
        let missing: Vec<String> = outcome
            .documents
            .iter()
            .filter_map(|document| document.error.as_ref().map(|error| format!("{}: {error}", document.url)))
            .collect();
        match result {
            Ok(note) => {
                let parts: Vec<String> = missing.into_iter().chain(note).collect();
                outcome.note = (!parts.is_empty()).then(|| parts.join("; "));
            }
            Err(error) => {
                if !any {
                    self.forward(target, None).await;
                }
                outcome.error = Some(if missing.len() > 1 { missing.join("; ") } else { error.to_string() })
            }
        }
        outcome
    }

    /// Sends samples on; none where the scrape failed.
    async fn forward(&self, target: &Target, samples: Option<&[Sample]>) {
        let Some(forward) = &self.forward else { return };
        let instance = target.addresses.first().and_then(|address| address.url.authority());
        let instance = instance.map_or("", |authority| authority.as_str());
        // A scrape is sent on before the next one comes.
        let _ = forward((&target.name, instance), samples, self.clock.now()).await;
    }

    /// Records the collector's own figures, without the detour through HTTP.
    pub async fn scrape_own(&self) {
        let started = Instant::now();
        let text = self.metrics.text(self.store.waiting());
        let mut outcome = Outcome::default();
        let kept = match read(text.as_bytes(), Format::Text) {
            Ok(mut reading) => {
                outcome.samples = reading.samples.len() as u64;
                let instance = self.store.is_shared().then(|| self.instance.clone());
                if let Some(instance) = &instance {
                    let label = ("instance".to_owned(), instance.clone());
                    reading.samples.iter_mut().for_each(|sample| sample.labels.push(label.clone()));
                }
                self.keep(OWN_TARGET, reading, instance).await
            }
            Err(error) => Err(ScrapeError::Parse(error)),
        };
        match kept {
            Ok(note) => outcome.note = note,
            Err(error) => outcome.error = Some(error.to_string()),
        }
        self.note(OWN_TARGET, started, outcome);
    }

    /// Stores the samples, all of an instance or of the target. Returns a note if lines or samples were left out.
    async fn keep(
        &self,
        target: &str,
        reading: Reading,
        instance: Option<String>,
    ) -> Result<Option<String>, ScrapeError> {
        self.metrics.left_out(target, reading.bad as u64, reading.repeated as u64);
        let note = reading.note();
        let scrape =
            Scrape { target: target.to_owned(), time: self.clock.now(), samples: reading.samples, instance };
        let dropped = self.store.record_scrape(scrape).await.map_err(ScrapeError::Store)?;
        let parts: Vec<String> = note.into_iter().chain(too_many(dropped)).collect();
        Ok((!parts.is_empty()).then(|| parts.join("; ")))
    }

    /// Stores the errors and slow queries that documents list. An empty list says that those without a time are gone, unless a
    /// document is missing, not `whole`.
    async fn keep_events(&self, target: &str, events: Vec<BackendEvent>, whole: bool) {
        let lists = self.target_status.lists_events(target, !events.is_empty(), whole);
        if !lists || events.is_empty() && !whole {
            return;
        }
        if let Err(error) = self.store.record_events(target, events, whole, self.clock.now()).await {
            tracing::warn!(%error, target_name = target, "the errors that a backend lists were not stored");
        }
    }

    fn note(&self, target: &str, started: Instant, mut outcome: Outcome) {
        let took = started.elapsed();
        self.metrics.scraped(target, outcome.error.is_none(), took);
        (outcome.at, outcome.took) = (self.clock.now(), took.as_secs_f64() * 1000.0);
        let (note, error) = (outcome.note.clone(), outcome.error.clone());
        let change = self.target_status.record(target, outcome);
        if let Some(note) = note.filter(|_| change.note) {
            tracing::warn!(target_name = target, note = note.escape_debug().to_string(), "not all was read");
        }
        match error {
            _ if !change.state => {}
            Some(error) => tracing::warn!(
                target_name = target,
                error = error.escape_debug().to_string(),
                "target is down"
            ),
            None => tracing::info!(target_name = target, "target is up"),
        }
    }
}

/// What is said of samples that the store left out.
fn too_many(dropped: u64) -> Option<String> {
    let what = match dropped {
        0 => return None,
        1 => "one new series is left out".to_owned(),
        more => format!("{more} new series are left out"),
    };
    let most = Limits::default().series;
    Some(format!(
        "{what}: a target has at most {most}, with names of at most 500 bytes. `exclude`, `include` and `drop_labels` make them fewer"
    ))
}

/// Reads one document of a target.
fn reading(text: &Text, address: &Address, settings: &Settings) -> Result<Reading, ScrapeError> {
    let mut reading = if documents::is_json(&text.content_type, &text.bytes) {
        let options = documents::Options {
            rules: &settings.rules,
            time_unit: settings.time_unit,
            path: address.url.path(),
        };
        documents::read(&text.bytes, &options).map(Reading::from).map_err(ScrapeError::Document)?
    } else {
        read(&text.bytes, Format::of(&text.content_type)).map_err(ScrapeError::Parse)?
    };
    reading.repeated += settings.filter.apply(&mut reading.samples);
    Ok(reading)
}
