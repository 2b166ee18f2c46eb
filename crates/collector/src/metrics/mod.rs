//! The collector's own figures, as any backend would expose them.
mod doors;
mod families;
mod process;
mod trouble;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doors::Doors;
use families::{Counters, Durations};
use trouble::Trouble;
use whippet_engine::expo::{Kind, Writer};

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
    overflow: Counters<1>,
    write_failures: AtomicU64,
    store_bytes: AtomicI64,
    deleted_for_room: AtomicI64,
    /// What keeps the store from writing.
    pub trouble: Trouble,
    /// Who is connected.
    pub doors: Doors,
    requests: Counters<3>,
    latency: Durations<2>,
    in_flight: AtomicI64,
    database: Durations<1>,
    scrapes: Counters<2>,
    scrape_latency: Durations<1>,
    series_dropped: Counters<1>,
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
            overflow: Counters::new(["kind"]),
            write_failures: AtomicU64::default(),
            store_bytes: AtomicI64::default(),
            deleted_for_room: AtomicI64::default(),
            trouble: Trouble::default(),
            doors: Doors::default(),
            requests: Counters::new(["method", "route", "status"]),
            latency: Durations::new(["method", "route"]),
            in_flight: AtomicI64::default(),
            database: Durations::new(["operation"]),
            scrapes: Counters::new(["target", "result"]),
            scrape_latency: Durations::new(["target"]),
            series_dropped: Counters::new(["target"]),
            lines_left_out: Counters::new(["target", "reason"]),
        }
    }

    /// All figures as text; `queue` is how many writes are waiting.
    pub fn text(&self, queue: usize) -> String {
        let mut writer = Writer::new();
        self.write_beacons(&mut writer);
        self.write_scrapes(&mut writer);
        self.write_requests(&mut writer);
        one(&mut writer, "whippet_store_queue_length", Kind::Gauge, "Writes that are waiting", queue as f64);
        let failures = self.write_failures.load(Relaxed) as f64;
        one(&mut writer, "whippet_store_write_failures_total", Kind::Counter, "Writes rolled back", failures);
        let bytes = self.store_bytes.load(Relaxed) as f64;
        one(
            &mut writer,
            "whippet_store_bytes",
            Kind::Gauge,
            "Bytes in use when the file was last swept",
            bytes,
        );
        let before = self.deleted_for_room.load(Relaxed) as f64 / 1000.0;
        let help =
            "What is older was deleted to stay below --max-size, s since the epoch; 0 where nothing was";
        one(&mut writer, "whippet_store_deleted_before_seconds", Kind::Gauge, help, before);
        self.database.write(&mut writer, "db_query_duration_seconds", "How long the database took");
        writer.family("whippet_build_info", Kind::Gauge, "The version of this program");
        writer.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        process::write(&mut writer, self.started);
        writer.finish()
    }

    fn write_beacons(&self, writer: &mut Writer) {
        let mut counter = |name: &str, help: &str, counter: &AtomicU64| {
            one(writer, name, Kind::Counter, help, counter.load(Relaxed) as f64);
        };
        counter("whippet_beacons_accepted_total", "Beacons kept", &self.accepted);
        counter("whippet_beacons_duplicate_total", "Beacons that had been counted before", &self.duplicates);
        counter("whippet_beacon_bytes_total", "Bytes of all beacons kept, as they came", &self.bytes);
        let help = "Measurements that pages say they lost, by the member of a beacon they would have been in";
        self.lost.write(writer, "whippet_measurements_lost_total", help);
        self.rejected.write(writer, "whippet_beacons_rejected_total", "Beacons refused, by reason");
        self.overflow.write(writer, "whippet_overflow_total", "Names beyond the limits, counted as (other)");
    }

    fn write_scrapes(&self, writer: &mut Writer) {
        self.scrapes.write(writer, "whippet_scrapes_total", "Scrapes by target and result");
        self.scrape_latency.write(writer, "whippet_scrape_duration_seconds", "How long scrapes took");
        self.series_dropped.write(
            writer,
            "whippet_scrape_series_dropped_total",
            "Samples left out because their target has too many series",
        );
        let help = "Lines of scrapes left out: bad ones cannot be read, repeated ones have a series that came before";
        self.lines_left_out.write(writer, "whippet_scrape_lines_left_out_total", help);
    }

    fn write_requests(&self, writer: &mut Writer) {
        self.requests.write(writer, "http_requests_total", "Requests by route and status");
        self.latency.write(writer, "http_request_duration_seconds", "How long requests took");
        self.doors.write(writer);
        let in_flight = self.in_flight.load(Relaxed) as f64;
        one(writer, "http_requests_in_flight", Kind::Gauge, "Requests being answered", in_flight);
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

    /// Counts a name that had to be counted as `(other)`.
    pub fn overflow(&self, kind: &'static str) {
        self.overflow.add([kind.into()], 1);
    }

    /// Counts a transaction that was rolled back.
    pub fn write_failed(&self) {
        self.write_failures.fetch_add(1, Relaxed);
    }

    /// Notes how many bytes are in use.
    pub fn store_size(&self, bytes: i64) {
        self.store_bytes.store(bytes, Relaxed);
    }

    /// Notes that what is before that time was deleted since there was no room, ms since the epoch.
    pub fn deleted_for_room(&self, before: i64) {
        self.deleted_for_room.fetch_max(before, Relaxed);
    }

    /// Counts `by` more requests that are being answered.
    pub fn in_flight(&self, by: i64) {
        self.in_flight.fetch_add(by, Relaxed);
    }

    /// Counts an answered request.
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.requests.add([method.into(), route.to_owned().into(), status.to_string().into()], 1);
        self.latency.record([method.into(), route.to_owned().into()], took);
    }

    /// Counts an operation on the database.
    pub fn database(&self, operation: &'static str, took: Duration) {
        self.database.record([operation.into()], took);
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

    /// Counts samples that were left out.
    pub fn series_dropped(&self, target: &str, count: u64) {
        if count > 0 {
            self.series_dropped.add([target.to_owned().into()], count);
        }
    }
}

/// A metric of one sample.
fn one(writer: &mut Writer, name: &str, kind: Kind, help: &str, value: f64) {
    writer.family(name, kind, help);
    writer.sample(&[], value);
}
