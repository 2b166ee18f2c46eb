//! Remote write's own figures.
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use whippet_engine::expo::{Kind, Writer};
use whippet_store::families::{Counters, Durations, single};

/// What the queue gave up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Samples that were dropped, as the queue was full.
    pub full: u64,
    /// Samples whose file cannot be read.
    pub damaged: u64,
}

/// What waits in the queue.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backlog {
    /// Bytes.
    pub bytes: u64,
    /// Samples.
    pub samples: u64,
    /// The time of the oldest samples, ms since the epoch.
    pub oldest: Option<i64>,
}

/// How remote write goes. Nothing is written while it is not used.
pub struct RemoteWriteFigures {
    used: AtomicBool,
    sent: AtomicU64,
    dropped: Counters<1>,
    requests: Counters<1>,
    duration: Durations<0>,
    queue_bytes: AtomicU64,
    queue_samples: AtomicU64,
    /// The time of the oldest samples that wait, ms since the epoch; 0 if none do.
    oldest: AtomicI64,
}

impl Default for RemoteWriteFigures {
    fn default() -> Self {
        Self {
            used: AtomicBool::default(),
            sent: AtomicU64::default(),
            dropped: Counters::new(["reason"]),
            requests: Counters::new(["status"]),
            duration: Durations::new([]),
            queue_bytes: AtomicU64::default(),
            queue_samples: AtomicU64::default(),
            oldest: AtomicI64::default(),
        }
    }
}

impl RemoteWriteFigures {
    /// From now on they are written.
    pub fn begin(&self) {
        self.used.store(true, Relaxed);
    }

    /// Counts samples that were accepted.
    pub fn sent(&self, samples: u64) {
        self.sent.fetch_add(samples, Relaxed);
    }

    /// Counts samples that the receiver refused.
    pub fn refused(&self, samples: u64) {
        self.dropped.add(["refused".into()], samples);
    }

    /// Counts samples that the queue gave up.
    pub fn dropped(&self, dropped: Dropped) {
        for (reason, samples) in [("queue_full", dropped.full), ("damaged", dropped.damaged)] {
            if samples > 0 {
                self.dropped.add([reason.into()], samples);
            }
        }
    }

    /// Counts a request by the status of its answer.
    pub fn request(&self, status: Option<u16>, took: Duration) {
        let status = status.map_or("none".into(), |status| status.to_string().into());
        self.requests.add([status], 1);
        self.duration.record([], took);
    }

    /// Takes over the state of the queue.
    pub fn queue(&self, backlog: Backlog) {
        self.queue_bytes.store(backlog.bytes, Relaxed);
        self.queue_samples.store(backlog.samples, Relaxed);
        self.oldest.store(backlog.oldest.unwrap_or_default(), Relaxed);
    }

    /// Writes them.
    pub fn write(&self, writer: &mut Writer) {
        if !self.used.load(Relaxed) {
            return;
        }
        let sent = self.sent.load(Relaxed) as f64;
        single(
            writer,
            "whippet_remote_write_samples_sent_total",
            Kind::Counter,
            "Samples that the receiver took",
            sent,
        );
        let help = "Samples that were never taken: refused by the receiver, too many for the queue, or damaged in it";
        self.dropped.write(writer, "whippet_remote_write_samples_dropped_total", help);
        self.requests.write(
            writer,
            "whippet_remote_write_requests_total",
            "Requests by the status of the answer",
        );
        self.duration.write(
            writer,
            "whippet_remote_write_request_duration_seconds",
            "How long requests took",
        );
        let mut gauge = |name: &str, help: &str, value: f64| single(writer, name, Kind::Gauge, help, value);
        gauge("whippet_remote_write_queue_bytes", "Bytes that wait", self.queue_bytes.load(Relaxed) as f64);
        gauge(
            "whippet_remote_write_queue_samples",
            "Samples that wait",
            self.queue_samples.load(Relaxed) as f64,
        );
        let help = "When the oldest samples that wait were taken, since the epoch; 0 if none wait";
        gauge(
            "whippet_remote_write_queue_oldest_timestamp_seconds",
            help,
            self.oldest.load(Relaxed) as f64 / 1000.0,
        );
    }
}
