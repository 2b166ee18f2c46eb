//! The collector's own figures, as any backend would expose them.
mod connections;
mod notify;
mod process;
mod remote_write;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connections::ConnectionMetrics;
use watch::WatchFigures;
use whippet_engine::expo::{Kind, Writer};
use whippet_store::StoreMetrics;
use whippet_store::families::{Counters, Durations, Value, single};

pub use notify::NotifyFigures;
pub use remote_write::{Backlog, Dropped, RemoteWriteFigures};

/// What `/metrics` says it is.
pub const CONTENT_TYPE: &str = Writer::CONTENT_TYPE;

/// All figures, and where they are counted. Every label takes few values: nothing a client chose becomes one.
pub struct Metrics {
    started: f64,
    accepted: AtomicU64,
    duplicates: AtomicU64,
    bytes: AtomicU64,
    lost: Counters<1>,
    rejected: Counters<1>,
    /// The store's own.
    pub store: Arc<StoreMetrics>,
    /// Those of remote write.
    pub remote_write: Arc<RemoteWriteFigures>,
    /// Those of notifications.
    pub notify: Arc<NotifyFigures>,
    /// Those of connections.
    pub connections: ConnectionMetrics,
    /// Those of watching.
    pub watch: WatchFigures,
    requests: Counters<3>,
    latency: Durations<2>,
    in_flight: AtomicI64,
    scrapes: Counters<2>,
    scrape_latency: Durations<1>,
    lines_left_out: Counters<2>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Everything at zero.
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            started: now.map_or(0.0, |elapsed| elapsed.as_secs_f64()),
            accepted: AtomicU64::default(),
            duplicates: AtomicU64::default(),
            bytes: AtomicU64::default(),
            lost: Counters::new(["kind"]),
            rejected: Counters::new(["reason"]),
            store: Arc::default(),
            remote_write: Arc::default(),
            notify: Arc::default(),
            connections: ConnectionMetrics::default(),
            watch: WatchFigures::default(),
            requests: Counters::new(["method", "route", "status"]),
            latency: Durations::new(["method", "route"]),
            in_flight: AtomicI64::default(),
            scrapes: Counters::new(["target", "result"]),
            scrape_latency: Durations::new(["target"]),
            lines_left_out: Counters::new(["target", "reason"]),
        }
    }

    /// All figures as text; `queue` is how many writes are waiting.
    pub fn text(&self, queue: usize) -> String {
        let mut writer = Writer::new();
        self.write_beacons(&mut writer);
        self.write_scrapes(&mut writer);
        self.write_requests(&mut writer);
        self.store.write(&mut writer, queue);
        self.remote_write.write(&mut writer);
        self.watch.write(&mut writer);
        self.notify.write(&mut writer);
        writer.family("whippet_build_info", Kind::Gauge, "The version of this program");
        writer.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        process::write(&mut writer, self.started);
        writer.finish()
    }

    fn write_beacons(&self, writer: &mut Writer) {
        let mut counter = |name: &str, help: &str, counter: &AtomicU64| {
            single(writer, name, Kind::Counter, help, counter.load(Relaxed) as f64);
        };
        counter("whippet_beacons_accepted_total", "Beacons kept", &self.accepted);
        counter("whippet_beacons_duplicate_total", "Beacons that had been counted before", &self.duplicates);
        counter("whippet_beacon_bytes_total", "Bytes of all beacons kept, as they came", &self.bytes);
        let help = "Measurements that pages say they lost, by the member of a beacon they would have been in";
        self.lost.write(writer, "whippet_measurements_lost_total", help);
        self.rejected.write(writer, "whippet_beacons_rejected_total", "Beacons refused, by reason");
    }

    fn write_scrapes(&self, writer: &mut Writer) {
        self.scrapes.write(writer, "whippet_scrapes_total", "Scrapes by target and result");
        self.scrape_latency.write(writer, "whippet_scrape_duration_seconds", "How long scrapes took");
        let help = "Lines of scrapes left out: bad ones cannot be read, repeated ones have a series that came before";
        self.lines_left_out.write(writer, "whippet_scrape_lines_left_out_total", help);
    }

    fn write_requests(&self, writer: &mut Writer) {
        self.requests.write(writer, "http_requests_total", "Requests by route and status");
        self.latency.write(writer, "http_request_duration_seconds", "How long requests took");
        self.connections.write(writer);
        let in_flight = self.in_flight.load(Relaxed) as f64;
        single(writer, "http_requests_in_flight", Kind::Gauge, "Requests being answered", in_flight);
    }

    /// Counts a beacon of `bytes` that was kept, and what it says was lost by kind.
    pub fn accepted(&self, bytes: usize, losses: &[(&'static str, u64)]) {
        self.accepted.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes as u64, Relaxed);
        for (kind, count) in losses {
            self.lost.add([(*kind).into()], *count);
        }
    }

    /// Counts a beacon that was sent again.
    pub fn duplicate(&self) {
        self.duplicates.fetch_add(1, Relaxed);
    }

    /// Counts a beacon that was refused.
    pub fn rejected(&self, reason: &'static str) {
        self.rejected.add([reason.into()], 1);
    }

    /// Counts `by` more requests that are being answered.
    pub fn in_flight(&self, by: i64) {
        self.in_flight.fetch_add(by, Relaxed);
    }

    /// Counts an answered request.
    pub fn request(&self, method: &'static str, route: Value, status: u16, took: Duration) {
        let code = match status {
            // That of a beacon.
            204 => "204".into(),
            status => status.to_string().into(),
        };
        self.requests.add([method.into(), route.clone(), code], 1);
        self.latency.record([method.into(), route], took);
    }

    /// Counts a scrape.
    pub fn scraped(&self, target: &str, success: bool, took: Duration) {
        let result = if success { "success" } else { "failure" };
        self.scrapes.add([target.to_owned().into(), result.into()], 1);
        self.scrape_latency.record([target.to_owned().into()], took);
    }

    /// Counts lines that were left out.
    pub fn left_out(&self, target: &str, bad: u64, repeated: u64) {
        for (reason, count) in [("bad", bad), ("repeated", repeated)].into_iter().filter(|entry| entry.1 > 0)
        {
            self.lines_left_out.add([target.to_owned().into(), reason.into()], count);
        }
    }
}
