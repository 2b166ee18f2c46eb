//! The collector's own figures, as any backend would expose them.
mod process;

use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What `/metrics` says it is.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Counters<L> = Family<L, Counter>;
type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Overflow {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Target {
    target: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Scraped {
    target: String,
    result: &'static str,
}

/// All figures, and where they are counted. Every label is one of few: nothing a client chose becomes one.
pub struct Metrics {
    registry: Registry,
    accepted: Counter,
    duplicates: Counter,
    bytes: Counter,
    left_out: Counter,
    rejected: Counters<Reason>,
    overflow: Counters<Overflow>,
    write_failures: Counter,
    queue: Gauge,
    requests: Counters<Request>,
    latency: Durations<Route>,
    /// Requests that are being answered.
    pub in_flight: Gauge,
    database: Durations<Operation>,
    scrapes: Counters<Scraped>,
    scrape_latency: Durations<Target>,
    series_dropped: Counters<Target>,
}

/// 0.5 ms to 10 s: what a request, a query or a scrape may take.
fn durations() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Everything at zero.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            accepted: Counter::default(),
            duplicates: Counter::default(),
            bytes: Counter::default(),
            left_out: Counter::default(),
            rejected: Family::default(),
            overflow: Family::default(),
            write_failures: Counter::default(),
            queue: Gauge::default(),
            requests: Family::default(),
            latency: Family::new_with_constructor(durations),
            in_flight: Gauge::default(),
            database: Family::new_with_constructor(durations),
            scrapes: Family::default(),
            scrape_latency: Family::new_with_constructor(durations),
            series_dropped: Family::default(),
        };
        metrics.register();
        metrics
    }

    // The library appends `_total` to counters.
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("whippet_beacons_accepted", "Beacons kept", self.accepted.clone());
        registry.register("whippet_beacons_duplicate", "Beacons counted before", self.duplicates.clone());
        registry.register("whippet_beacons_rejected", "Beacons refused, by reason", self.rejected.clone());
        registry.register("whippet_beacon_bytes", "Bytes of all beacons kept", self.bytes.clone());
        registry.register(
            "whippet_measurements_left_out",
            "Measurements that pages say they had no room for",
            self.left_out.clone(),
        );
        registry.register(
            "whippet_overflow",
            "Names beyond the limits, counted as (other)",
            self.overflow.clone(),
        );
        registry.register("whippet_store_queue_length", "Writes that are waiting", self.queue.clone());
        registry.register("whippet_store_write_failures", "Writes rolled back", self.write_failures.clone());
        registry.register("whippet_scrapes", "Scrapes by target and result", self.scrapes.clone());
        registry.register(
            "whippet_scrape_duration_seconds",
            "How long scrapes took",
            self.scrape_latency.clone(),
        );
        registry.register(
            "whippet_scrape_series_dropped",
            "Samples left out because their target has too many series",
            self.series_dropped.clone(),
        );
        registry.register("http_requests", "Requests by route and status", self.requests.clone());
        registry.register("http_request_duration_seconds", "How long requests took", self.latency.clone());
        registry.register("http_requests_in_flight", "Requests being answered", self.in_flight.clone());
        registry.register("db_query_duration_seconds", "How long the database took", self.database.clone());
        // A gauge and not an `info`, which only OpenMetrics knows.
        let build: Family<Vec<(&str, &str)>, Gauge> = Family::default();
        build.get_or_create(&vec![("version", env!("CARGO_PKG_VERSION"))]).set(1);
        registry.register("whippet_build_info", "The version of this program", build);
        registry.register_collector(Box::new(process::Process::new()));
    }

    /// All figures in OpenMetrics text.
    pub fn text(&self, queue: usize) -> String {
        self.queue.set(queue as i64);
        let mut text = String::new();
        if let Err(error) = text::encode(&mut text, &self.registry) {
            tracing::error!(%error, "cannot write the metrics");
        }
        text
    }

    /// Counts a beacon of `bytes` that was kept, and what it says it had no room for.
    pub fn accepted(&self, bytes: usize, left_out: u64) {
        self.accepted.inc();
        self.bytes.inc_by(bytes as u64);
        // Whatever a client claims: the counter must not go round.
        self.left_out.inc_by(left_out.min(1_000_000));
    }

    /// Counts a beacon that was sent again.
    pub fn duplicate(&self) {
        self.duplicates.inc();
    }

    /// Counts a beacon that was refused.
    pub fn rejected(&self, reason: &'static str) {
        self.rejected.get_or_create(&Reason { reason }).inc();
    }

    /// Counts a name that had to be counted as `(other)`.
    pub fn overflow(&self, kind: &'static str) {
        self.overflow.get_or_create(&Overflow { kind }).inc();
    }

    /// Counts a transaction that was rolled back.
    pub fn write_failed(&self) {
        self.write_failures.inc();
    }

    /// Counts an answered request.
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&Request { method, route: route.to_owned(), status }).inc();
        self.latency.get_or_create(&Route { method, route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// Counts an operation on the database.
    pub fn database(&self, operation: &'static str, took: Duration) {
        self.database.get_or_create(&Operation { operation }).observe(took.as_secs_f64());
    }

    /// Counts a scrape.
    pub fn scraped(&self, target: &str, success: bool, took: Duration) {
        let result = if success { "success" } else { "failure" };
        self.scrapes.get_or_create(&Scraped { target: target.to_owned(), result }).inc();
        self.scrape_latency.get_or_create(&Target { target: target.to_owned() }).observe(took.as_secs_f64());
    }

    /// Counts samples that were left out.
    pub fn series_dropped(&self, target: &str, count: u64) {
        if count > 0 {
            self.series_dropped.get_or_create(&Target { target: target.to_owned() }).inc_by(count);
        }
    }
}
