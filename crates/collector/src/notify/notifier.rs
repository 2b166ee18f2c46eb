//! What those who send notifications share.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use whippet_watch::notification::NotifiedAlert;

use super::outbox::Outbox;
use super::receiver::Receiver;
use crate::clock::Clock;
use crate::metrics::NotifyFigures;

/// The receivers that are told.
pub type Receivers = watch::Receiver<Arc<Vec<Receiver>>>;

/// Tells receivers of alerts.
pub struct Notifier {
    pub(super) outbox: Arc<dyn Outbox>,
    pub(super) receivers: Receivers,
    pub(super) external_url: Arc<str>,
    pub(super) clock: Clock,
    pub(super) figures: Arc<NotifyFigures>,
    pub(super) filled: Notify,
    firing: Mutex<Option<Firing>>,
    /// When receivers that failed are tried again, ms since the epoch.
    next: Mutex<BTreeMap<String, i64>>,
}

/// What fires, by receiver, as of a time.
pub(super) struct Firing {
    pub(super) at: Instant,
    pub(super) by_receiver: BTreeMap<String, Vec<NotifiedAlert>>,
}

impl Notifier {
    /// Sends what waits in `outbox` to `receivers`. `external_url` is where people reach the dashboard.
    pub fn new(
        outbox: Arc<dyn Outbox>,
        receivers: Receivers,
        external_url: Arc<str>,
        clock: Clock,
        figures: Arc<NotifyFigures>,
    ) -> Self {
        let (filled, firing, next) = (Notify::new(), Mutex::default(), Mutex::default());
        Self { outbox, receivers, external_url, clock, figures, filled, firing, next }
    }

    /// There is something new in the outbox.
    pub fn wake(&self) {
        self.filled.notify_one();
    }

    /// All that fires now and is not silenced, by receiver. To be told at each evaluation: Alertmanagers are sent it again and
    /// again, until it is not told any more for minutes.
    pub fn firing(&self, alerts: Vec<(String, Vec<NotifiedAlert>)>) {
        *self.fires() = Some(Firing { at: Instant::now(), by_receiver: alerts.into_iter().collect() });
    }

    /// When a receiver that failed is tried again, ms since the epoch. `None` where it is not, or where another collector sends.
    pub fn next(&self, receiver: &str) -> Option<i64> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).get(receiver).copied()
    }

    pub(super) fn tries(&self, receiver: &str, next: Option<i64>) {
        let mut known = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        match next {
            Some(next) => known.insert(receiver.to_owned(), next),
            None => known.remove(receiver),
        };
    }

    pub(super) fn fires(&self) -> MutexGuard<'_, Option<Firing>> {
        self.firing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn receiver(&self, name: &str) -> Option<Receiver> {
        self.receivers.borrow().iter().find(|receiver| receiver.name == name).cloned()
    }
}
