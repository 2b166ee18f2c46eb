//! Whether a connection waits for its client or is being served.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

/// Whether one connection waits or is served, and since when. Shared by its stream, its bodies and the slots.
#[derive(Clone)]
pub struct Activity {
    began: Instant,
    /// Twice the ms since `began`, and 1 more while it is served.
    state: Arc<AtomicU64>,
}

impl Activity {
    /// A connection that was just accepted. Times are measured from `began`.
    pub fn new(began: Instant) -> Self {
        let activity = Self { began, state: Arc::default() };
        activity.set_waiting();
        activity
    }

    /// The client is to send or to read next.
    pub fn set_waiting(&self) {
        self.state.store(self.now() * 2, Ordering::Relaxed);
    }

    /// The connection is throttled: its slot is the first to be given to another.
    pub fn set_throttled(&self) {
        self.state.store(0, Ordering::Relaxed);
    }

    /// The collector is to answer next.
    pub fn set_serving(&self) {
        self.state.store(self.now() * 2 + 1, Ordering::Relaxed);
    }

    /// Whether it is being served, and since when (ms).
    pub fn get(&self) -> (bool, u64) {
        let state = self.state.load(Ordering::Relaxed);
        (state % 2 == 1, state / 2)
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }
}
