//! Putting the collector together, and running it until it is told to stop.
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use whippet_catalogue::Catalogue;
use whippet_store::database::Place;
use whippet_store::reports::matches::Matches;
use whippet_store::{OWN_TARGET, Options, SWEEPER, Store, StoreError};

use crate::app::{App, Senders};
use crate::args::{self, Serve};
use crate::client::Networks;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::connections;
use crate::hosts;
use crate::metrics::Metrics;
use crate::origins::Origins;
use crate::prometheus::pages::{PageFigures, PageOptions};
use crate::prometheus::reading;
use crate::prometheus::remote_write::{self, RemoteWriter};
use crate::prometheus_setup::{self, SetupError};
use crate::rate_limiter::RateLimiter;
use crate::routes;
use crate::scrape::{self, Fetcher, NoRoots, Scraper, Target, TargetError, TargetStatus, Tls, TlsError};

/// The time between two sweeps of what is too old.
const SWEEP: Duration = Duration::from_secs(15 * 60);

/// The time between two looks whether this collector is the one that sweeps.
const TAKE_OVER: Duration = Duration::from_secs(20);

/// The time between two looks at how long the database's log is.
const LOG_CHECK: Duration = Duration::from_secs(2);

/// The time between two looks at which services have not pushed for long.
const PUSH_CHECK: Duration = Duration::from_secs(15);

/// How long a scrape may take where nothing else was said and the next is not due before.
const LONGEST_SCRAPE: Duration = Duration::from_secs(10);

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
    /// The addresses of one target do not go together.
    Target {
        /// Its name.
        name: String,
        /// Why not.
        source: TargetError,
    },
    /// A scrape could take longer than the time to the next.
    SlowTimeout,
    /// A scrape of this target could.
    SlowTarget(String),
    /// TLS cannot be set up for a target.
    Tls {
        /// Its name.
        name: String,
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
            Self::Target { name, source } => write!(f, "target '{name}': {source}"),
            Self::Tls { name, source } => write!(f, "target '{name}': {source}"),
            Self::SlowTarget(name) => write!(
                f,
                "the scrapes of target '{name}' may take longer than the time between two of them: shorten its `timeout` or lengthen its `interval`"
            ),
            Self::SlowTimeout => {
                f.write_str("--scrape-timeout must not be longer than --scrape-interval: shorten the one or lengthen the other")
            }
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
            Self::Target { source, .. } => Some(source),
            Self::Tls { source, .. } => Some(source),
            Self::SlowTarget(_) | Self::SlowTimeout | Self::Apps(_) => None,
        }
    }
}

impl From<SetupError> for ServeError {
    fn from(error: SetupError) -> Self {
        Self::Prometheus(error)
    }
}

impl From<StoreError> for ServeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Runs the collector until SIGINT or SIGTERM.
pub async fn serve(arguments: Serve) -> Result<(), ServeError> {
    if arguments.scrape_timeout.is_some_and(|timeout| timeout > arguments.scrape_interval) {
        return Err(ServeError::SlowTimeout);
    }
    let config = match &arguments.config {
        Some(path) => Config::load(path).map_err(ServeError::Config)?,
        None => Config::default(),
    };
    let token = arguments.token.clone();
    let patience = arguments.scrape_timeout.unwrap_or(arguments.scrape_interval.min(LONGEST_SCRAPE));
    let targets = targets(config.targets, &arguments, patience)?;
    let fetcher = fetcher(&targets, patience)?;
    let clock = Clock::system();
    let metrics = Arc::new(Metrics::new());
    let mut options = Options::new(&arguments.data);
    let password = std::env::var("PGPASSWORD").unwrap_or_default();
    options.server = arguments.store.clone().or(config.store).map(|address| address.with_password(&password));
    options.retention = arguments.retention.as_millis() as i64;
    options.detail = arguments.keep_minutes.as_millis() as i64;
    options.hours = arguments.keep_hours.as_millis() as i64;
    options.max_size = arguments.max_size;
    options.known_apps = known_apps(&arguments)?;
    options.min_sample_rate = arguments.min_sample_rate;
    let (detail, hours, retention) = (options.detail, options.hours, options.retention);
    if options.server.is_some() && options.max_size.is_some() {
        tracing::warn!("--max-size bounds a folder, not a server: choose how long data is kept there");
    }
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
    let reader = prometheus_setup::reader(&arguments, config.prometheus, names)?;
    let writer = prometheus_setup::writer(&arguments, config.remote_write, address, &metrics)?;
    let target_status = Arc::new(target_status(&targets, arguments.scrape_interval, address));
    let app = App {
        store: Arc::clone(&store),
        metrics: Arc::clone(&metrics),
        target_status: Arc::clone(&target_status),
        matches: Arc::new(Matches::new(Catalogue::new().with_mappings(config.mappings))),
        clock: clock.clone(),
        limiter: Arc::new(RateLimiter::new(arguments.rate_limit)),
        proxies: arguments.trust_proxy,
        networks: Networks::default(),
        token: token.clone(),
        origins: Arc::new(match arguments.allow_origin.is_empty() {
            true => Origins::Any,
            false => Origins::These(arguments.allow_origin),
        }),
        prometheus: reader.clone(),
        page_figures,
        senders: Arc::new(Senders::new(clock.now())),
        scrape_interval: arguments.scrape_interval.as_millis() as i64,
        detail,
        hours,
        retention,
    };
    let told_to_stop = told_to_stop().map_err(ServeError::Signals)?;
    announce(address, store.place(), token.is_some());

    let scraper = Scraper {
        store: Arc::clone(&store),
        metrics: Arc::clone(&metrics),
        target_status: Arc::clone(&target_status),
        clock: clock.clone(),
        fetcher,
        forward: writer.as_ref().and_then(RemoteWriter::forwarding),
        instance: scrape::others::instance(address),
    };
    // Where there may be other collectors, the one that scrapes a target does that.
    if !store.is_shared() {
        for target in &targets {
            store.set_target_address(&target.name, &target.address()).await?;
        }
    }
    let mut tasks = scrape::start(Arc::new(scraper), targets, config.lists, arguments.scrape_interval);
    watch_pushes(&mut tasks, app.clone());
    scrape::others::watch(&mut tasks, Arc::clone(&store), target_status);
    sweep(&mut tasks, Arc::clone(&store), clock);
    bound_log(&mut tasks, Arc::clone(&store));

    if let Some(reader) = &reader {
        reading::start(&mut tasks, reader, &app.clock);
    }
    if let Some(writer) = writer {
        remote_write::start(&mut tasks, &writer, app.shown());
    }

    let mut router = routes::router(app);
    // Behind a proxy, and where a token is asked for, no page gets anything by another name.
    if arguments.trust_proxy == 0 && token.is_none() {
        router = hosts::guarded(router, arguments.allow_host);
    }
    let router = routes::base_path::below(arguments.base_path, router);
    let limits = connections::Limits::new(arguments.trust_proxy);
    connections::serve(listener, router, limits, metrics, told_to_stop).await;
    tasks.shutdown().await;
    store.close().await;
    tracing::info!("stopped; everything is on disk");
    Ok(())
}

/// The targets of the configuration file and of the command line. Those of one name are one target.
fn targets(
    configured: Vec<Target>,
    arguments: &Serve,
    patience: Duration,
) -> Result<Vec<Target>, ServeError> {
    let mut targets = configured;
    for target in arguments.scrape.iter().cloned() {
        let name = target.name.clone();
        match targets.iter().position(|other| other.name == name) {
            None => targets.push(target),
            Some(place) => {
                let joined = targets[place].clone().join(target);
                targets[place] = joined.map_err(|source| ServeError::Target { name, source })?;
            }
        }
    }
    for target in &mut targets {
        let interval = target.settings.interval.unwrap_or(arguments.scrape_interval);
        match target.settings.timeout {
            Some(timeout) if timeout > interval => return Err(ServeError::SlowTarget(target.name.clone())),
            None if patience > interval => Arc::make_mut(&mut target.settings).timeout = Some(interval),
            _ => {}
        }
    }
    Ok(targets)
}

/// The client, with the certificates that the targets need.
fn fetcher(targets: &[Target], patience: Duration) -> Result<Fetcher, ServeError> {
    let secure = || targets.iter().filter(|target| target.is_secure());
    let fetcher = match secure().any(|target| target.settings.tls == Tls::default()) {
        true => Fetcher::secure(patience).map_err(ServeError::Roots)?,
        false => Fetcher::new(patience),
    };
    for target in secure() {
        let wrong = |source| ServeError::Tls { name: target.name.clone(), source };
        fetcher.prepare(&target.settings.tls).map_err(wrong)?;
    }
    Ok(fetcher)
}

/// The applications of the command line, and of the environment.
fn known_apps(arguments: &Serve) -> Result<Vec<String>, ServeError> {
    let mut apps = arguments.app.clone();
    let listed = std::env::var("WHIPPET_APPS").unwrap_or_default();
    for name in listed.split(',').filter(|name| !name.trim().is_empty()) {
        apps.push(args::app(name).map_err(ServeError::Apps)?);
    }
    Ok(apps)
}

/// All targets, the collector itself last.
fn target_status(targets: &[Target], every: Duration, address: SocketAddr) -> TargetStatus {
    let status = TargetStatus::new([]);
    for target in targets {
        let interval = target.settings.interval.unwrap_or(every).as_millis() as i64;
        status.add(&target.name, target.shown(), interval, None);
    }
    status.add(OWN_TARGET, format!("http://{address}/metrics"), every.as_millis() as i64, None);
    status
}

fn announce(address: SocketAddr, place: &Place, has_token: bool) {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(
        data = %place,
        "whippet {version}: dashboard at http://{address}/, beacons at http://{address}/v1/beacons"
    );
    if !address.ip().is_loopback() && !has_token {
        tracing::warn!(
            "listening on {address}, which other machines may reach, and anyone may see the dashboard: set \
             WHIPPET_TOKEN, or put a proxy with authentication before everything but /v1/beacons."
        );
    }
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

/// Waits for Ctrl-C or a friendly kill. They are caught from this call on, not only once it is polled.
#[cfg(unix)]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    // A terminal that is closed, or somebody who wants a new log file: neither is to end it.
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => return,
                _ = terminate.recv() => return,
                _ = hang_up.recv() => tracing::info!("SIGHUP is ignored: there is nothing to read again"),
            }
        }
    })
}

#[cfg(not(unix))]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
