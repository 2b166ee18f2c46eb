//! Takes a configuration file that has changed, while the collector runs.
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use whippet_catalogue::Catalogue;

use super::all::Settings;
use super::changes::changes;
use super::file::FileWatch;
use super::openness::warn_if_open;
use super::sources::Sources;
use crate::answers::Answering;
use crate::app::App;
use crate::args::Log;
use crate::clock::Clock;
use crate::config::{ConfigHealth, Rules};
use crate::live::Live;
use crate::notify::Receiver;
use crate::scrape::{Fetcher, Scraping};

/// The time between two looks at the file. It is taken once two of them found the same, so that one that is being written is not.
const LOOK: Duration = Duration::from_secs(2);

/// What is said of a file that was emptied.
const EMPTIED: &str = "is empty now, which would take back all that it said, a token too: write a comment into it where that is meant";

/// Sets what is logged.
pub type SetLog = Arc<dyn Fn(&Log) + Send + Sync>;

/// Builds the routes of an application.
pub type Routes = Arc<dyn Fn(App, &Settings) -> Answering + Send + Sync>;

/// What is changed while the collector runs.
pub struct Parts {
    /// What all requests share, as it was at start.
    pub app: App,
    /// Builds the routes.
    pub routes: Routes,
    /// The routes that answer.
    pub router: Arc<Live<Answering>>,
    /// What is scraped.
    pub scraping: Scraping,
    /// The client that scrapes.
    pub fetcher: Fetcher,
    /// The rules.
    pub rules: watch::Sender<Arc<Rules>>,
    /// Who is told.
    pub receivers: watch::Sender<Arc<Vec<Receiver>>>,
    /// What is logged.
    pub log: SetLog,
    /// The time.
    pub clock: Clock,
    /// How it is doing.
    pub shown: Arc<ConfigHealth>,
}

/// Watches the file, and takes what it says.
pub struct Reloader {
    sources: Sources,
    begun: Settings,
    /// The mappings that are in force.
    mappings: String,
    /// Whether the dashboard asks for a token.
    has_token: bool,
    /// Whether the file that was taken last said nothing, or there was none.
    said_nothing: bool,
    watch: FileWatch,
    parts: Parts,
}

impl Reloader {
    /// The collector runs with the settings `begun`; `watch` looked at the file before they were read.
    pub fn new(sources: Sources, begun: Settings, watch: FileWatch, parts: Parts) -> Self {
        let mappings = format!("{:?}", begun.config.mappings);
        let has_token = begun.serve.token.is_some();
        let said_nothing = sources.say_nothing();
        Self { sources, begun, mappings, has_token, said_nothing, watch, parts }
    }

    /// Takes the file each time that it has changed or `asked` is told, until it is dropped.
    pub async fn run(mut self, asked: Arc<tokio::sync::Notify>) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut is_new = false;
        loop {
            let is_asked = tokio::select! {
                _ = ticks.tick() => false,
                () = asked.notified() => true,
            };
            let changed = self.watch.changed();
            if is_asked || is_new && !changed {
                self.take().await;
                is_new = false;
            } else {
                is_new |= changed;
            }
        }
    }

    async fn take(&mut self) {
        let file = self.sources.file().display().to_string();
        let says_nothing = self.sources.say_nothing();
        let taken = match self.sources.load() {
            // As a full disk leaves it, or an editor that was stopped.
            Ok(_) if says_nothing && !self.said_nothing && self.sources.has_file() => {
                Err(format!("{file}: {EMPTIED}"))
            }
            Ok(settings) => self.apply(settings).await,
            Err(error) => Err(error.to_string()),
        };
        match taken {
            Ok(restart) => {
                self.said_nothing = says_nothing;
                self.say_taken(&file, &restart);
            }
            Err(error) => {
                tracing::error!(
                    "the configuration was not loaded, and the one from before stays in force: {error}"
                );
                self.parts.shown.refused(error);
            }
        }
    }

    /// Says what counts from now on, and that `restart` does only after one.
    fn say_taken(&self, file: &str, restart: &[String]) {
        self.sources.warn_if_foreign();
        // What a file said that is gone or left alone has gone, too: it is not to look as if it were in force.
        let taken = match self.sources.has_file() {
            true => "the configuration was loaded",
            false => "there is no configuration file that counts: flags, variables and defaults do",
        };
        match restart.join("`, `") {
            keys if keys.is_empty() => tracing::info!(file, "{taken}"),
            keys => tracing::warn!(file, "{taken}; this needs a restart: `{keys}`"),
        }
    }

    /// Takes settings. Returns the keys of those that need a restart.
    async fn apply(&mut self, settings: Settings) -> Result<Vec<String>, String> {
        let restart = changes(&self.begun, &settings);
        // All that may fail comes first.
        let (targets, lists) = settings.targets().map_err(|error| error.to_string())?;
        for target in targets.iter().filter(|target| target.is_secure()) {
            let wrong = |error| format!("{}: {error}", settings.config.target(&target.name));
            self.parts.fetcher.prepare(&target.settings.tls).map_err(wrong)?;
        }
        let parts = &mut self.parts;
        // What targets tell is found out anew only where it may be something else. What a mapping says is in its text alone.
        let mappings = format!("{:?}", settings.config.mappings);
        if mappings != self.mappings {
            parts.app.matches.set(Catalogue::new().with_mappings(settings.config.mappings.clone()));
            self.mappings = mappings;
        }
        let rules = Arc::new(settings.config.rules.clone());
        parts.receivers.send_replace(Arc::new(rules.receivers.clone()));
        parts.rules.send_replace(Arc::clone(&rules));
        (parts.log)(&settings.log);
        parts.router.set((parts.routes)(parts.app.clone(), &settings));
        let has_token = settings.serve.token.is_some();
        if self.has_token {
            warn_if_open(self.begun.serve.listen, has_token);
        }
        self.has_token = has_token;
        parts.shown.taken(self.sources.shown(), &rules, (restart.clone(), parts.clock.now()));
        // Last, as it is what everybody sees: whoever sees the new targets finds all else in force.
        parts.scraping.set(targets, lists).await;
        Ok(restart)
    }
}
