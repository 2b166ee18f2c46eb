//! The store's own metrics.
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use whippet_engine::expo::{Kind, Writer};

use crate::busy::Busy;
use crate::database::{ErrorKind, Server};
use crate::families::{Counters, Durations, single};
use crate::write_health::WriteHealth;

/// What the store counts. Every label takes few values: nothing a client chose becomes one.
pub struct StoreMetrics {
    overflow: Counters<1>,
    evicted: Counters<1>,
    write_failures: AtomicU64,
    store_bytes: AtomicI64,
    deleted_for_room: AtomicI64,
    database: Durations<1>,
    database_errors: Counters<1>,
    series_dropped: Counters<1>,
    busy: Busy,
    started: Instant,
    /// The server, if everything is kept on one.
    server: OnceLock<Arc<Server>>,
    /// Whether writes fail.
    pub(crate) write_health: WriteHealth,
}

impl Default for StoreMetrics {
    fn default() -> Self {
        Self {
            overflow: Counters::new(["kind"]),
            evicted: Counters::new(["kind"]),
            write_failures: AtomicU64::default(),
            store_bytes: AtomicI64::default(),
            deleted_for_room: AtomicI64::default(),
            database: Durations::new(["operation"]),
            database_errors: Counters::new(["kind"]),
            series_dropped: Counters::new(["target"]),
            busy: Busy::default(),
            started: Instant::now(),
            server: OnceLock::new(),
            write_health: WriteHealth::default(),
        }
    }
}

impl StoreMetrics {
    /// Writes all of them; `queue` is how many writes are waiting.
    pub fn write(&self, writer: &mut Writer, queue: usize) {
        self.overflow.write(
            writer,
            "whippet_overflow_total",
            "Names and errors beyond the limits, counted as (other)",
        );
        let help = "Names and errors evicted, as the rarest, to make a place for others";
        self.evicted.write(writer, "whippet_names_evicted_total", help);
        self.series_dropped.write(
            writer,
            "whippet_scrape_series_dropped_total",
            "Samples left out because their target has too many series",
        );
        single(writer, "whippet_store_queue_length", Kind::Gauge, "Writes that are waiting", queue as f64);
        let help = "How long the writer worked";
        single(writer, "whippet_store_busy_seconds_total", Kind::Counter, help, self.busy.seconds());
        let failures = self.write_failures.load(Relaxed) as f64;
        single(writer, "whippet_store_write_failures_total", Kind::Counter, "Writes rolled back", failures);
        let bytes = self.store_bytes.load(Relaxed) as f64;
        let help = "Bytes in use when the file was last swept";
        single(writer, "whippet_store_bytes", Kind::Gauge, help, bytes);
        let before = self.deleted_for_room.load(Relaxed) as f64 / 1000.0;
        let help =
            "What is older was deleted to stay below --max-size, s since the epoch; 0 where nothing was";
        single(writer, "whippet_store_deleted_before_seconds", Kind::Gauge, help, before);
        let help = "Transactions that the database failed, by the kind of failure";
        self.database_errors.write(writer, "whippet_database_errors_total", help);
        if let Some(server) = self.server.get() {
            let (open, opened, refused) = server.connections();
            let help = "Connections to the database that are open";
            single(writer, "whippet_database_connections", Kind::Gauge, help, open as f64);
            let help = "Connections to the database that were opened";
            single(writer, "whippet_database_connects_total", Kind::Counter, help, opened as f64);
            let help = "Connections to the database that could not be opened";
            single(writer, "whippet_database_connect_failures_total", Kind::Counter, help, refused as f64);
        }
        self.database.write(writer, "db_query_duration_seconds", "How long the database took");
    }

    /// Records that the writer worked for so long until now.
    pub(crate) fn worked(&self, took: Duration) {
        self.busy.add(took, self.running());
    }

    /// The share of time that the writer works, where it is so much that something should be done.
    pub(crate) fn busy(&self) -> Option<f64> {
        self.busy.much(self.running())
    }

    /// How long the process has run, ms.
    fn running(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Counts a name or error that was counted as `(other)`.
    pub(crate) fn overflow(&self, kind: &'static str) {
        self.overflow.add([kind.into()], 1);
    }

    /// Counts a name or error that was evicted for another.
    pub(crate) fn evicted(&self, kind: &'static str) {
        self.evicted.add([kind.into()], 1);
    }

    /// Counts a transaction that was rolled back.
    pub(crate) fn write_failed(&self) {
        self.write_failures.fetch_add(1, Relaxed);
    }

    /// Sets how many bytes are in use.
    pub(crate) fn store_size(&self, bytes: i64) {
        self.store_bytes.store(bytes, Relaxed);
    }

    /// Sets before what time, ms since the epoch, data was deleted to stay below the size limit.
    pub(crate) fn deleted_for_room(&self, before: i64) {
        self.deleted_for_room.fetch_max(before, Relaxed);
    }

    /// Records how long an operation on the database took.
    pub(crate) fn database(&self, operation: &'static str, took: Duration) {
        self.database.record([operation.into()], took);
    }

    /// Shows the connections to a server from now on.
    pub(crate) fn show_server(&self, server: Arc<Server>) {
        let _ = self.server.set(server);
    }

    /// Counts a failure of the database.
    pub(crate) fn database_failed(&self, kind: ErrorKind) {
        self.database_errors.add([kind.label().into()], 1);
    }

    /// Counts samples that were left out.
    pub(crate) fn series_dropped(&self, target: &str, count: u64) {
        if count > 0 {
            self.series_dropped.add([target.to_owned().into()], count);
        }
    }
}
