//! Whether a connection waits for its client or is being served.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

/// Whether one connection waits or is served, and since when. Shared by its stream, its bodies and the slots.
#[derive(Clone)]
pub struct Activity {
    began: Instant,
    /// Twice the time of the last change, ms since `began`; plus 1 while the connection is served.
    state: Arc<AtomicU64>,
}

impl Activity {
    /// A connection that was just accepted. Times are measured from `began`.
    pub fn new(began: Instant) -> Self {
        let activity = Self { began, state: Arc::default() };
        activity.set_waiting();
        activity
    }

    /// The connection waits for the client to send or to read.
    pub fn set_waiting(&self) {
        self.state.store(self.now() * 2, Ordering::Relaxed);
    }

    /// The connection is throttled: it counts as idle for longest, so it is the first to be closed for another.
    pub fn set_throttled(&self) {
        self.state.store(0, Ordering::Relaxed);
    }

    /// The client waits for an answer.
    pub fn set_serving(&self) {
        self.state.store(self.now() * 2 + 1, Ordering::Relaxed);
    }

    /// Whether it is being served, and since when, ms.
    pub fn get(&self) -> (bool, u64) {
        let state = self.state.load(Ordering::Relaxed);
        (state % 2 == 1, state / 2)
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }
}
