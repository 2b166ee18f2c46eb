//! What a connection is doing: waiting for its client, or being served.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

/// What one connection is doing, and since when. Shared by what reads, what writes, and who gives places away.
#[derive(Clone)]
pub struct Phase {
    began: Instant,
    /// Twice the ms since `began`, and 1 more while it is served.
    state: Arc<AtomicU64>,
}

impl Phase {
    /// A connection that was just taken, and has said nothing. Times are told from `began`.
    pub fn new(began: Instant) -> Self {
        let phase = Self { began, state: Arc::default() };
        phase.waits();
        phase
    }

    /// From now on it is the client who is to send or to read.
    pub fn waits(&self) {
        self.state.store(self.now() * 2, Ordering::Relaxed);
    }

    /// It is slowed down: its place is the first to be given to another.
    pub fn slowed(&self) {
        self.state.store(0, Ordering::Relaxed);
    }

    /// From now on it is the collector who is to answer.
    pub fn served(&self) {
        self.state.store(self.now() * 2 + 1, Ordering::Relaxed);
    }

    /// Whether it is being served, and since when in ms.
    pub fn get(&self) -> (bool, u64) {
        let state = self.state.load(Ordering::Relaxed);
        (state % 2 == 1, state / 2)
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }
}
