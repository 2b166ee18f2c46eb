//! How it goes to tell receivers of alerts.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use whippet_engine::expo::{Kind, Writer};
use whippet_store::families::{Counters, Durations};

/// How notifications go, by the receivers of the configuration. Nothing is written while none was tried.
pub struct NotifyFigures {
    used: AtomicBool,
    attempts: Counters<2>,
    resent: Counters<2>,
    duration: Durations<1>,
    waiting: Mutex<BTreeMap<String, usize>>,
}

impl Default for NotifyFigures {
    fn default() -> Self {
        Self {
            used: AtomicBool::default(),
            attempts: Counters::new(["receiver", "result"]),
            resent: Counters::new(["receiver", "result"]),
            duration: Durations::new(["receiver"]),
            waiting: Mutex::default(),
        }
    }
}

impl NotifyFigures {
    /// Counts an attempt to send a notification: `sent`, `failed`, or `given_up`.
    pub fn attempt(&self, receiver: &str, result: &'static str, took: Duration) {
        self.used.store(true, Relaxed);
        self.attempts.add([receiver.to_owned().into(), result.into()], 1);
        self.duration.record([receiver.to_owned().into()], took);
    }

    /// Counts a request that tells an Alertmanager again what fires.
    pub fn resent(&self, receiver: &str, sent: bool) {
        self.used.store(true, Relaxed);
        let result = if sent { "sent" } else { "failed" };
        self.resent.add([receiver.to_owned().into(), result.into()], 1);
    }

    /// Takes over how many notifications wait for each receiver.
    pub fn waiting<'a>(&self, waiting: impl Iterator<Item = (&'a str, usize)>) {
        let mut known = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *known = waiting.map(|(receiver, count)| (receiver.to_owned(), count)).collect();
    }

    /// Writes them.
    pub fn write(&self, writer: &mut Writer) {
        if !self.used.load(Relaxed) {
            return;
        }
        let help = "Attempts to send a notification: sent, failed and tried again, or given up";
        self.attempts.write(writer, "whippet_notifications_total", help);
        self.duration.write(
            writer,
            "whippet_notification_duration_seconds",
            "How long receivers took to answer",
        );
        let help = "Requests that told an Alertmanager again what fires";
        self.resent.write(writer, "whippet_alertmanager_resends_total", help);
        writer.family(
            "whippet_notifications_waiting",
            Kind::Gauge,
            "Notifications that wait to be sent; 50 stands for 50 or more",
        );
        for (receiver, count) in &*self.waiting.lock().unwrap_or_else(PoisonError::into_inner) {
            writer.sample(&[("receiver", receiver)], *count as f64);
        }
    }
}
