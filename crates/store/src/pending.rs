//! Whether rows lack what was acknowledged, as the journal of cells has it: whoever reads has it written first.
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Shared by the writer, who sets it, and those who read.
#[derive(Debug)]
pub struct Pending {
    began: Instant,
    /// Since when rows lack something, ms since `began` and 1 more; 0 where they lack nothing.
    since: AtomicU64,
}

impl Default for Pending {
    fn default() -> Self {
        Self { began: Instant::now(), since: AtomicU64::new(0) }
    }
}

impl Pending {
    /// To be called after a commit, and before it is acknowledged.
    pub fn set(&self, is_pending: bool) {
        if is_pending == self.get() {
            return;
        }
        let since = if is_pending { self.began.elapsed().as_millis() as u64 + 1 } else { 0 };
        self.since.store(since, Ordering::SeqCst);
    }

    /// Whether rows lack anything.
    pub fn get(&self) -> bool {
        self.since.load(Ordering::SeqCst) > 0
    }

    /// Whether rows lack anything for as long as this.
    pub fn has_been_for(&self, time: Duration) -> bool {
        let since = self.since.load(Ordering::SeqCst);
        since > 0 && self.began.elapsed() >= Duration::from_millis(since - 1) + time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pending_has_been_since_the_first_of_it() {
        let pending = Pending::default();
        assert!(!pending.get() && !pending.has_been_for(Duration::ZERO));
        pending.set(true);
        let since = pending.since.load(Ordering::SeqCst);
        pending.set(true);
        assert_eq!(pending.since.load(Ordering::SeqCst), since);
        assert!(pending.get() && pending.has_been_for(Duration::ZERO));
        assert!(!pending.has_been_for(Duration::from_secs(3600)));
        pending.set(false);
        assert!(!pending.get() && !pending.has_been_for(Duration::ZERO));
    }
}
