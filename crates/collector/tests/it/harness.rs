//! A collector in a temporary folder, without a network. What it stores is there, too, or on PostgreSQL: see schema.rs.
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use whippet_store::cells::{self, Cell, Level, Page, Section, Selection};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;
use tower::ServiceExt;
use whippet_catalogue::Catalogue;
use whippet_collector::app::{App, Senders};
use whippet_collector::client::Networks;
use whippet_collector::clock::Clock;
use whippet_collector::metrics::Metrics;
use whippet_collector::notify::{Notifier, Stored};
use whippet_collector::origins::Origins;
use whippet_collector::rate_limiter::RateLimiter;
use whippet_collector::regressions::Regressions;
use whippet_collector::routes;
use whippet_collector::scrape::{Fetcher, Scraper, TargetStatus};
use whippet_store::database::Database;
use whippet_store::name_admin::Source;
use whippet_store::reports::matches::Matches;
use whippet_store::{Options, Sample, Scrape, Store};
use whippet_watch::regressions::RegressionSettings;

use crate::schema::Schema;

pub const SECOND: i64 = 1000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// Midnight, so that minutes, hours and days begin here; ms since the epoch.
pub const START: i64 = 19_676 * DAY;

pub struct Collector {
    pub app: App,
    hand: Arc<AtomicI64>,
    data: Option<Data>,
    router: Router,
}

/// What outlives a collector.
struct Data {
    folder: tempfile::TempDir,
    schema: Option<Schema>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The status and the error's code.
    pub fn failure(&self) -> (u16, String) {
        let failure: whippet_api::Failure = self.json();
        assert!(failure.error.message.len() > 10, "{}", failure.error.message);
        (self.status.as_u16(), failure.error.code)
    }
}

impl Collector {
    pub fn new() -> Self {
        Self::with(|_| {}, |_| {})
    }

    pub fn with(options: impl FnOnce(&mut Options), app: impl FnOnce(&mut App)) -> Self {
        let data = Data { folder: tempfile::tempdir().unwrap(), schema: Schema::wanted() };
        Self::open(data, START, options, app)
    }

    /// A collector on the data in `folder`.
    pub fn on(folder: tempfile::TempDir) -> Self {
        Self::open_with(folder, |_| {})
    }

    /// The same, with changed options.
    pub fn open_with(folder: tempfile::TempDir, options: impl FnOnce(&mut Options)) -> Self {
        Self::open(Data { folder, schema: None }, START, options, |_| {})
    }

    fn open(
        data: Data,
        now: i64,
        change: impl FnOnce(&mut Options),
        change_app: impl FnOnce(&mut App),
    ) -> Self {
        let metrics = Arc::new(Metrics::new());
        let mut options = Options::new(data.folder.path());
        options.server = data.schema.as_ref().map(|schema| schema.url().parse().unwrap());
        // On a busy machine a query may take long: tests are of what it answers.
        options.patience = Duration::from_secs(60);
        change(&mut options);
        let (detail, hours, retention) = (options.detail, options.hours, options.retention);
        let store = Arc::new(Store::open(options, Arc::clone(&metrics.store)).unwrap());
        let (clock, hand) = Clock::manual(now);
        let names = ["shop", "collector"].map(|name| (name.to_owned(), format!("http://{name}/metrics")));
        let notifier = Notifier::new(
            Arc::new(Stored(Arc::clone(&store))),
            watch::channel(Arc::default()).1,
            Arc::from("http://here:7300"),
            clock.clone(),
            Arc::clone(&metrics.notify),
        );
        let mut app = App {
            store,
            metrics,
            target_status: Arc::new(TargetStatus::new(names)),
            matches: Arc::new(Matches::new(Catalogue::new())),
            clock,
            limiter: Arc::new(RateLimiter::new(0)),
            proxies: 0,
            networks: Networks::default(),
            token: None,
            origins: Arc::new(Origins::Any),
            prometheus: None,
            page_figures: None,
            senders: Arc::new(Senders::new(now)),
            watch: Arc::default(),
            regressions: Arc::new(Regressions::new(RegressionSettings::default())),
            rules: watch::channel(Arc::default()).1,
            notifier: Arc::new(notifier),
            external_url: Arc::from("http://here:7300"),
            config: Arc::default(),
            scrape_interval: 5 * SECOND,
            detail,
            hours,
            retention,
        };
        change_app(&mut app);
        Self { router: routes::router(app.clone()), app, hand, data: Some(data) }
    }

    /// Stops this collector, and starts another on the same data.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    /// The same, with changed options. While `options` runs, no process has the file open.
    pub async fn restart_with(mut self, options: impl FnOnce(&mut Options)) -> Self {
        self.app.store.close().await;
        let (data, now) = (self.data.take().unwrap(), self.now());
        drop(self);
        Self::open(data, now, options, |_| {})
    }

    pub fn folder(&self) -> &std::path::Path {
        self.data.as_ref().unwrap().folder.path()
    }

    pub fn database(&self) -> std::path::PathBuf {
        assert!(
            self.data.as_ref().unwrap().schema.is_none(),
            "a test of SQLite's file: name it in tests/once.txt"
        );
        self.folder().join("whippet.db")
    }

    pub fn now(&self) -> i64 {
        self.hand.load(Ordering::SeqCst)
    }

    pub fn advance(&self, by: i64) {
        self.hand.fetch_add(by, Ordering::SeqCst);
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        self.send_from([127, 0, 0, 1], request).await
    }

    pub async fn send_from(&self, address: [u8; 4], mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 40_000))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes().into();
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, body: impl Into<Body>) -> Answer {
        self.send(
            Request::post("/v1/beacons").header("content-type", "text/plain").body(body.into()).unwrap(),
        )
        .await
    }

    /// Posts a beacon that must be accepted.
    pub async fn beacon(&self, beacon: Value) {
        let answer = self.post(beacon.to_string()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    }

    /// Posts a beacon from `address`, which must be accepted.
    pub async fn beacon_from(&self, address: [u8; 4], beacon: Value) {
        let request = Request::post("/v1/beacons").body(Body::from(beacon.to_string())).unwrap();
        let answer = self.send_from(address, request).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    }

    /// The report at `path` over the window from `START` to now.
    pub async fn chart<T: DeserializeOwned>(&self, path: &str) -> T {
        let joint = if path.contains('?') { '&' } else { '?' };
        let to = self.now().max(START + 1);
        let answer = self.get(&format!("{path}{joint}from={START}&to={to}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }

    pub async fn status(&self) -> whippet_api::Status {
        self.get("/api/status").await.json()
    }

    /// The value of a series in `/metrics`; 0 if it is not there.
    pub async fn figure(&self, series: &str) -> f64 {
        let text = self.get("/metrics").await.text();
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Records samples as if they had been scraped from `shop` now.
    pub async fn scraped(&self, samples: &[(&str, f64)]) {
        let text: String = samples.iter().map(|(series, value)| format!("{series} {value}\n")).collect();
        let samples: Vec<Sample> = whippet_collector::scrape::parse(&text).unwrap();
        self.app
            .store
            .record_scrape(Scrape { target: "shop".to_owned(), time: self.now(), samples, instance: None })
            .await
            .unwrap();
    }

    pub fn scraper(&self) -> Scraper {
        Scraper {
            store: Arc::clone(&self.app.store),
            metrics: Arc::clone(&self.app.metrics),
            target_status: Arc::clone(&self.app.target_status),
            clock: self.app.clock.clone(),
            // On a busy machine 16 MiB may take long.
            fetcher: Fetcher::new(Duration::from_secs(60)),
            forward: None,
            instance: "here:7300".to_owned(),
        }
    }

    /// Serves the collector on this machine. Returns its address.
    pub async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    /// All kept values of series that differ from the one before.
    pub async fn samples(&self) -> Vec<whippet_store::Kept> {
        let query = |db: &dyn Database| {
            let mut all = Vec::new();
            whippet_store::samples(db, &mut |sample| all.push(sample))?;
            Ok(all)
        };
        self.app.store.read_database("test", query).await.unwrap()
    }

    /// Whether its store is a server's.
    pub fn is_on_server(&self) -> bool {
        self.data.as_ref().is_some_and(|data| data.schema.is_some())
    }

    /// Runs what works on the store beside a collector, as `whippet names` does. It may wait, so it has a thread of its own.
    pub fn aside<T: Send>(&self, run: impl FnOnce(Source<'_>) -> T + Send) -> T {
        let data = self.data.as_ref().unwrap();
        let server = data.schema.as_ref().map(|schema| schema.url().parse().unwrap());
        let source = server.as_ref().map_or(Source::Folder(data.folder.path()), Source::Server);
        std::thread::scope(|scope| scope.spawn(|| run(source)).join().unwrap())
    }

    /// The first number that a statement finds.
    pub async fn number(&self, sql: String) -> i64 {
        let query = move |db: &dyn Database| db.query_one(&sql, &[], |row| row.get(0));
        self.app.store.read_database("test", query).await.unwrap()
    }

    /// The number of rows of a table.
    pub async fn rows(&self, table: &'static str) -> i64 {
        self.number(format!("SELECT count(*) FROM {table}")).await
    }
}

/// What is kept in cells.
impl Collector {
    /// The number of cells of pages that a level has of a section. On a server the rows of minutes and hours that are not
    /// read any more go with their day.
    pub async fn cells(&self, level: Level, section: Section) -> i64 {
        let (table, section, number) = (level.table(), section as i64, level as i64);
        let read = match self.app.store.place().file() {
            Some(_) => String::new(),
            None => format!(
                " AND time >= (SELECT coalesce(max(time), 0) FROM cell_marks WHERE level = {number} AND section = 0)"
            ),
        };
        // Collectors that wrote to the same bucket, as one before and one after a restart on a server, have a row each.
        let buckets = format!(
            "SELECT DISTINCT time, app, page FROM {table} WHERE section = {section} AND page <> 0{read}"
        );
        self.number(format!("SELECT count(*) FROM ({buckets}) AS buckets")).await
    }

    /// All that is kept of a section, added up over all applications and times.
    pub async fn kept<T: Cell + Send + 'static>(&self, section: Section, pages: Page<'static>) -> T {
        let to = self.now();
        let query = move |db: &dyn Database| {
            let selection = Selection { from: 0, to, coarsest: Level::Day, apps: None, pages };
            let mut sum = T::default();
            cells::read::<T>(db, section, &selection, |_, value| sum.merge(&value))?;
            Ok(sum)
        };
        self.app.store.read_database("test", query).await.unwrap()
    }

    /// The number of page views that may still report and have a vital.
    pub async fn open_measures(&self) -> i64 {
        self.number("SELECT count(*) FROM views WHERE folded = 0 AND length(measures) > 2".to_owned()).await
    }
}

/// A beacon with that id, of its own page view.
pub fn beacon(id: &str) -> Value {
    json!({
        "v": 1, "id": id, "session": "s", "view": format!("view-of-{id}"), "app": "shop", "page": "/items/:id",
        "navigation": "navigate", "device": "desktop", "sentAt": START,
    })
}

/// The same, with more or other members.
pub fn beacon_with(id: &str, more: Value) -> Value {
    let mut beacon = beacon(id);
    for (key, value) in more.as_object().unwrap() {
        beacon[key] = value.clone();
    }
    beacon
}
