//! What all requests share.

use std::sync::Arc;

use tokio::sync::watch;
use whippet_api::Target;
use whippet_engine::beacon::Beacon;
use whippet_store::reports::matches::Matches;
use whippet_store::{Ingested, OWN_TARGET, Store, StoreError, losses};

use crate::client::{Networks, Sender};
use crate::clock::Clock;
use crate::config::{ConfigHealth, Rules};
use crate::intake::Views;
use crate::metrics::Metrics;
use crate::notify::Notifier;
use crate::origins::Origins;
use crate::otlp::backend::Pushes;
use crate::otlp::browser::Cumulative;
use crate::prometheus::pages::PageFigures;
use crate::prometheus::reading::Reader;
use crate::prometheus::remote_write::Shown;
use crate::rate_limiter::RateLimiter;
use crate::regressions::{Backends, Regressions, backends};
use crate::scrape::TargetStatus;
use crate::token::Token;
use crate::watch::Watch;

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// What is kept.
    pub store: Arc<Store>,
    /// The collector's own figures.
    pub metrics: Arc<Metrics>,
    /// What is scraped, and how that goes.
    pub target_status: Arc<TargetStatus>,
    /// The catalogue of signals, and what each target tells.
    pub matches: Arc<Matches>,
    /// The time.
    pub clock: Clock,
    /// How often one client may send.
    pub limiter: Arc<RateLimiter>,
    /// How many proxies stand before it.
    pub proxies: usize,
    /// What the store is told of clients.
    pub networks: Networks,
    /// What the private side asks for.
    pub token: Option<Token>,
    /// Whose pages may send.
    pub origins: Arc<Origins>,
    /// Who reads backends' figures from a Prometheus, if there is one.
    pub prometheus: Option<Arc<Reader>>,
    /// What pages measured, for `/metrics`; `None` if it is not exported.
    pub page_figures: Option<Arc<PageFigures>>,
    /// What is remembered of senders with other SDKs than ours.
    pub senders: Arc<Senders>,
    /// Levels and alerts.
    pub watch: Arc<Watch>,
    /// Who watches releases.
    pub regressions: Arc<Regressions>,
    /// What is watched, and who is told: other rules where the configuration file changes.
    pub rules: watch::Receiver<Arc<Rules>>,
    /// Tells receivers of alerts.
    pub notifier: Arc<Notifier>,
    /// Where people reach the dashboard, without a slash at the end.
    pub external_url: Arc<str>,
    /// How the configuration file is doing.
    pub config: Arc<ConfigHealth>,
    /// The time between two scrapes, ms: no chart is finer.
    pub scrape_interval: i64,
    /// How long everything is kept in full detail, ms.
    pub detail: i64,
    /// How long hours are kept, ms.
    pub hours: i64,
    /// How long anything is kept, ms.
    pub retention: i64,
}

/// What is remembered of senders with other SDKs than ours, in memory alone.
pub struct Senders {
    /// The page views of the last hours.
    pub views: Views,
    /// What pages have counted so far.
    pub cumulative: Cumulative,
    /// The services that push.
    pub pushes: Pushes,
}

impl Senders {
    /// Nothing is known yet, as of `now`.
    pub fn new(now: i64) -> Self {
        Self { views: Views::default(), cumulative: Cumulative::new(now), pushes: Pushes::default() }
    }
}

impl App {
    /// All targets: those that are scraped, and those that a Prometheus has.
    pub fn targets(&self) -> Vec<Target> {
        let mut targets = self.target_status.snapshot();
        let read = self.prometheus.as_ref().map(|reader| reader.targets()).unwrap_or_default();
        // The collector itself comes last.
        let place = targets.iter().position(|target| target.name == OWN_TARGET).unwrap_or(targets.len());
        targets.splice(place..place, read);
        targets
    }

    /// The backends that are scraped, or that push.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn backends(&self) -> Result<Backends, StoreError> {
        backends(&self.store, (&self.target_status, &self.matches), self.scrape_interval).await
    }

    /// What `/metrics` shows.
    pub fn shown(&self) -> Shown {
        let (metrics, store) = (Arc::clone(&self.metrics), Arc::clone(&self.store));
        let own = Arc::new(move || metrics.text(store.waiting()));
        Shown { own, pages: self.page_figures.clone(), clock: self.clock.clone() }
    }

    /// Stores a beacon that came from `client` as a text of `bytes`, and counts it.
    ///
    /// # Errors
    /// Those of [`Store::ingest`].
    pub async fn ingest(
        &self,
        beacon: Beacon,
        client: Sender,
        bytes: usize,
        now: i64,
    ) -> Result<Ingested, StoreError> {
        let losses = losses::of(&beacon);
        // It counts once it is stored: another one with its id does not.
        let counted = self.page_figures.as_ref().map(|figures| (figures, beacon.clone()));
        let ingested = self.store.ingest(beacon, self.networks.client(client), now).await?;
        match ingested {
            Ingested::New => {
                self.metrics.accepted(bytes, &losses);
                if let Some((figures, beacon)) = counted {
                    figures.count(&beacon, now);
                }
            }
            Ingested::Duplicate => self.metrics.duplicate(),
        }
        Ok(ingested)
    }
}
