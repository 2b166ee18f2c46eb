//! Putting the collector together, and running it until it is told to stop.
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use whippet_catalogue::Catalogue;
use whippet_store::database::Place;
use whippet_store::reports::matches::Matches;
use whippet_store::{OWN_TARGET, Options, SWEEPER, Store, StoreError, WATCHER};
use whippet_watch::regressions::RegressionSettings;

use crate::answering::{answering, origins};
use crate::answers::Replaceable;
use crate::app::{App, Senders};
use crate::args;
use crate::client::Networks;
use crate::clock::Clock;
use crate::config::{Config, ConfigError, ConfigHealth};
use crate::connections;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::notify::{self, Notifier};
use crate::prometheus::pages::{PageFigures, PageOptions};
use crate::prometheus::reading;
use crate::prometheus::remote_write::{self, RemoteWriter};
use crate::prometheus_setup::{self, SetupError};
use crate::rate_limiter::RateLimiter;
use crate::regressions::Regressions;
use crate::scrape::{self, Fetcher, NoRoots, Scraper, Scraping, Target, TargetStatus, Tls, TlsError};
use crate::settings::reload::{Parts, Reloader, SetLog};
use crate::settings::{FileWatch, SettingsError, Sources, warn_if_idle, warn_if_open};
use crate::watching;

/// The time between two looks whether a release made pages slower.
const REGRESSION_CHECK: Duration = Duration::from_secs(60);
/// The time between two sweeps of what is too old.
const SWEEP: Duration = Duration::from_secs(15 * 60);

/// The time between two looks at how many page views reports read one by one.
const SETTLE: Duration = Duration::from_secs(3);

/// The time between two looks whether this collector is the one that sweeps.
const TAKE_OVER: Duration = Duration::from_secs(20);

/// The time between two looks at how long the database's log is.
const LOG_CHECK: Duration = Duration::from_secs(2);

/// The time between two looks at which services have not pushed for long.
const PUSH_CHECK: Duration = Duration::from_secs(15);

/// Why the collector does not run.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServeError {
    /// The address cannot be listened at.
    Listen {
        /// Which one.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The data cannot be used.
    Store(StoreError),
    /// The configuration file is wrong.
    Config(ConfigError),
    /// Settings do not go together.
    Settings(SettingsError),
    /// TLS cannot be set up for a target.
    Tls {
        /// Where it stands, and its name.
        target: String,
        /// Why not.
        source: TlsError,
    },
    /// The list of applications in the environment is none.
    Apps(String),
    /// No certificate can be checked.
    Roots(NoRoots),
    /// A Prometheus cannot be read from, or written to.
    Prometheus(SetupError),
    /// Signals cannot be caught.
    Signals(std::io::Error),
}

impl std::fmt::Display for ServeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listen { address, source } if source.kind() == std::io::ErrorKind::AddrInUse => write!(
                f,
                "port {} is in use on {}: stop what listens there, or choose another with --listen {}:PORT",
                address.port(),
                address.ip(),
                address.ip()
            ),
            Self::Listen { address, source } => {
                write!(f, "cannot listen on {address}: {source}. Choose another address with --listen.")
            }
            Self::Store(error) => error.fmt(f),
            Self::Config(error) => error.fmt(f),
            Self::Settings(error) => error.fmt(f),
            Self::Tls { target, source } => write!(f, "{target}: {source}"),
            Self::Apps(error) => write!(f, "an application in WHIPPET_APPS {error}"),
            Self::Roots(error) => error.fmt(f),
            Self::Prometheus(error) => error.fmt(f),
            Self::Signals(error) => write!(f, "cannot wait for signals: {error}. Start whippet again."),
        }
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } => Some(source),
            Self::Store(error) => Some(error),
            Self::Roots(error) => Some(error),
            Self::Signals(error) => Some(error),
            Self::Prometheus(error) => Some(error),
            Self::Config(error) => Some(error),
            Self::Settings(error) => Some(error),
            Self::Tls { source, .. } => Some(source),
            Self::Apps(_) => None,
        }
    }
}

impl From<SetupError> for ServeError {
    fn from(error: SetupError) -> Self {
        Self::Prometheus(error)
    }
}

impl From<SettingsError> for ServeError {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error)
    }
}

impl From<StoreError> for ServeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Runs the collector until SIGINT or SIGTERM. `sources` are read again when the configuration file changes; `log` sets what is
/// logged.
pub async fn serve(sources: Sources, log: SetLog) -> Result<(), ServeError> {
    let watch = FileWatch::new(sources.file());
    let settings = sources.load().map_err(ServeError::Config)?;
    log(&settings.log);
    let arguments = &settings.serve;
    let config = &settings.config;
    let patience = settings.patience();
    let (targets, lists) = settings.targets()?;
    let token = arguments.token.clone();
    let fetcher = fetcher(&targets, config, patience)?;
    let clock = Clock::system();
    let metrics = Arc::new(Metrics::new());
    let mut options = Options::new(&arguments.data);
    let password = std::env::var("PGPASSWORD").unwrap_or_default();
    options.server = arguments.store.clone().map(|address| address.with_password(&password));
    options.retention = arguments.retention.as_millis() as i64;
    options.detail = arguments.keep_minutes.as_millis() as i64;
    options.hours = arguments.keep_hours.as_millis() as i64;
    options.max_size = arguments.max_size;
    options.known_apps = known_apps(&arguments.app, &std::env::var("WHIPPET_APPS").unwrap_or_default())?;
    options.min_sample_rate = arguments.min_sample_rate;
    let (detail, hours, retention) = (options.detail, options.hours, options.retention);
    let page_figures = arguments.export_pages.map(|labels| {
        Arc::new(PageFigures::new(PageOptions {
            labels,
            limit: arguments.export_pages_limit as usize,
            quiet: arguments.export_pages_after.as_millis() as i64,
            min_sample_rate: options.min_sample_rate,
            known_apps: options.known_apps.clone(),
        }))
    });
    // First the address, so that nothing is touched where another collector runs already.
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|source| ServeError::Listen { address: arguments.listen, source })?;
    let address = listener.local_addr().unwrap_or(arguments.listen);
    let store = Arc::new(Store::open(options, Arc::clone(&metrics.store))?);
    let names = targets.iter().map(|target| target.name.clone());
    let reader = prometheus_setup::reader(arguments, config.prometheus.clone(), names)?;
    let writer = prometheus_setup::writer(arguments, config.remote_write.clone(), address, &metrics)?;
    let target_status = Arc::new(target_status(arguments.scrape_interval, address));
    let external_url: Arc<str> = match &arguments.external_url {
        Some(url) => url.as_str().into(),
        None => format!("http://{address}").into(),
    };
    let (rules_sender, rules) = watch::channel(Arc::new(config.rules.clone()));
    let (receivers_sender, receivers) = watch::channel(Arc::new(config.rules.receivers.clone()));
    let notifier = Notifier::new(
        Arc::new(notify::Stored(Arc::clone(&store))),
        receivers,
        Arc::clone(&external_url),
        clock.clone(),
        Arc::clone(&metrics.notify),
    );
    let shown = Arc::new(ConfigHealth::default());
    shown.taken(sources.shown(), &config.rules, (Vec::new(), clock.now()));
    sources.warn_if_foreign();
    warn_if_idle(&settings);
    if let Some(file) = sources.shown() {
        tracing::info!(file, "the configuration was loaded");
    }
    let app = App {
        store: Arc::clone(&store),
        metrics: Arc::clone(&metrics),
        target_status: Arc::clone(&target_status),
        matches: Arc::new(Matches::new(Catalogue::new().with_mappings(config.mappings.clone()))),
        clock: clock.clone(),
        limiter: Arc::new(RateLimiter::new(arguments.rate_limit)),
        proxies: arguments.trust_proxy,
        networks: Networks::default(),
        token: token.clone(),
        origins: Arc::new(origins(arguments)),
        prometheus: reader.clone(),
        page_figures,
        senders: Arc::new(Senders::new(clock.now())),
        watch: Arc::default(),
        regressions: Arc::new(Regressions::new(RegressionSettings::default())),
        rules,
        notifier: Arc::new(notifier),
        external_url,
        config: Arc::clone(&shown),
        scrape_interval: arguments.scrape_interval.as_millis() as i64,
        detail,
        hours,
        retention,
    };
    let asked = Arc::new(Notify::new());
    let told_to_stop = told_to_stop(Arc::clone(&asked)).map_err(ServeError::Signals)?;
    announce(address, store.place(), token.is_some());

    let scraper = Scraper {
        store: Arc::clone(&store),
        metrics: Arc::clone(&metrics),
        target_status: Arc::clone(&target_status),
        clock: clock.clone(),
        fetcher: fetcher.clone(),
        forward: writer.as_ref().and_then(RemoteWriter::forwarding),
        instance: scrape::others::instance(address),
    };
    // Where there may be other collectors, the one that scrapes a target does that.
    if !store.is_shared() {
        for target in &targets {
            store.set_target_address(&target.name, &target.address()).await?;
        }
    }
    let scraper = Arc::new(scraper);
    let mut tasks = JoinSet::new();
    scrape::start_own(&mut tasks, Arc::clone(&scraper), arguments.scrape_interval);
    let mut scraping = Scraping::new(scraper, arguments.scrape_interval);
    scraping.set(targets, lists).await;
    watch_pushes(&mut tasks, app.clone());
    watching::start(&mut tasks, &app);
    watch_regressions(&mut tasks, app.clone());
    scrape::others::watch(&mut tasks, Arc::clone(&store), target_status);
    sweep(&mut tasks, Arc::clone(&store), clock.clone());
    settle(&mut tasks, Arc::clone(&store), clock.clone());
    bound_log(&mut tasks, Arc::clone(&store));

    if let Some(reader) = &reader {
        reading::start(&mut tasks, reader, &app.clock);
    }
    if let Some(writer) = writer {
        remote_write::start(&mut tasks, &writer, app.shown());
    }

    notify::start(&mut tasks, &app.notifier);

    let router = Arc::new(Live::new(answering(app.clone(), &settings)));
    let limits = connections::Limits::new(arguments.trust_proxy);
    let parts = Parts {
        app,
        routes: Arc::new(answering),
        router: Arc::clone(&router),
        scraping,
        fetcher,
        rules: rules_sender,
        receivers: receivers_sender,
        log,
        clock,
        shown,
    };
    tasks.spawn(Reloader::new(sources, settings, watch, parts).run(asked));
    connections::serve(listener, Replaceable(router), limits, metrics, told_to_stop).await;
    tasks.shutdown().await;
    store.close().await;
    match store.last_trouble() {
        None => tracing::info!("stopped; everything is on disk"),
        Some(kind) => {
            tracing::warn!(
                reason = kind.label(),
                "stopped; the last writes failed, and what they had is not on disk"
            );
        }
    }
    Ok(())
}

/// The client, with the certificates that the targets need.
fn fetcher(targets: &[Target], config: &Config, patience: Duration) -> Result<Fetcher, ServeError> {
    let secure = || targets.iter().filter(|target| target.is_secure());
    let fetcher = match secure().any(|target| target.settings.tls == Tls::default()) {
        true => Fetcher::secure(patience).map_err(ServeError::Roots)?,
        false => Fetcher::new(patience),
    };
    for target in secure() {
        let wrong = |source| ServeError::Tls { target: config.target(&target.name), source };
        fetcher.prepare(&target.settings.tls).map_err(wrong)?;
    }
    Ok(fetcher)
}

/// The applications of the command line, and of the environment.
fn known_apps(named: &[String], listed: &str) -> Result<Vec<String>, ServeError> {
    let listed = args::items(listed).into_iter().map(|name| args::app(&name).map_err(ServeError::Apps));
    named.iter().cloned().map(Ok).chain(listed).collect()
}

/// The collector itself. Targets come before it.
fn target_status(every: Duration, address: SocketAddr) -> TargetStatus {
    let status = TargetStatus::new([]);
    status.add(OWN_TARGET, format!("http://{address}/metrics"), every.as_millis() as i64, None);
    status
}

fn announce(address: SocketAddr, place: &Place, has_token: bool) {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(
        data = %place,
        "whippet {version}: dashboard at http://{address}/, beacons at http://{address}/v1/beacons"
    );
    warn_if_open(address, has_token);
}

fn watch_pushes(tasks: &mut JoinSet<()>, app: App) {
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(PUSH_CHECK);
        loop {
            ticks.tick().await;
            let now = app.clock.now();
            for (target, since) in app.senders.pushes.silent(now).await {
                let error =
                    "nothing was pushed for minutes: see whether the service runs and reaches this address";
                if app.target_status.record_silence(&target, (since, now), error) {
                    tracing::warn!(target_name = target, "target is silent");
                }
            }
        }
    });
}

fn watch_regressions(tasks: &mut JoinSet<()>, app: App) {
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(REGRESSION_CHECK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if !app.store.lead(WATCHER).await {
                continue;
            }
            let settings = app.rules.borrow().regressions.clone();
            app.regressions.set(settings).await;
            let looked = match app.backends().await {
                Ok(backends) => app.regressions.look(&app.store, backends.all, app.clock.now()).await,
                Err(error) => Err(error),
            };
            if let Err(error) = looked {
                tracing::warn!(%error, "not all releases were looked at; it is tried again in a minute");
            }
            // Where some could not be read, what was found of the others counts.
            if let Some(lasting) = app.regressions.lasting() {
                app.watch.found.set(lasting.to_vec());
            }
        }
    });
}

fn sweep(tasks: &mut JoinSet<()>, store: Arc<Store>, clock: Clock) {
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(TAKE_OVER);
        let mut due = tokio::time::Instant::now();
        loop {
            ticks.tick().await;
            // Of several collectors one sweeps. The others ask often, and begin at once when it has gone.
            let now = tokio::time::Instant::now();
            if now < due || !store.lead(SWEEPER).await {
                continue;
            }
            due = now + SWEEP;
            if let Err(error) = store.sweep(clock.now()).await {
                tracing::warn!(%error, "old data was not swept; it is tried again later");
            }
        }
    });
}

/// Keeps those few that reports read one by one.
fn settle(tasks: &mut JoinSet<()>, store: Arc<Store>, clock: Clock) {
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(SETTLE);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = store.settle(clock.now()).await {
                tracing::warn!(%error, "page views were not counted; it is tried again later");
            }
        }
    });
}

fn bound_log(tasks: &mut JoinSet<()>, store: Arc<Store>) {
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(LOG_CHECK);
        loop {
            ticks.tick().await;
            if let Err(error) = store.bound_log().await {
                tracing::warn!(%error, "the log was not merged into the file; it is tried again later");
            }
        }
    });
}

/// Waits for Ctrl-C or a friendly kill, and tells `asked` when the configuration is to be read again. They are caught from this call on, not only once it is polled.
#[cfg(unix)]
fn told_to_stop(asked: Arc<Notify>) -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    // A terminal that is closed is not to end it.
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => return,
                _ = terminate.recv() => return,
                _ = hang_up.recv() => asked.notify_one(),
            }
        }
    })
}

#[cfg(not(unix))]
fn told_to_stop(_asked: Arc<Notify>) -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

#[cfg(test)]
mod tests {
    use super::known_apps;

    #[test]
    fn the_variable_with_applications_is_a_list_as_all_others() {
        let apps = |listed: &str| known_apps(&["shop".to_owned()], listed).unwrap();
        assert_eq!(apps(""), ["shop"]);
        assert_eq!(apps(" blog, docs,,"), ["shop", "blog", "docs"]);
        assert_eq!(apps("blog\ndocs\n"), ["shop", "blog", "docs"]);
        assert!(known_apps(&[], "(other)").is_err());
    }
}
