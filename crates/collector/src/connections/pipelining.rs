//! Throttles clients that pipeline requests: that send the next without waiting for the answer.
//!
//! Browsers do not do that. A few connections with thousands of requests in them would keep the processor from everyone
//! who waits for one answer.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// The longest delay of one request.
const MOST: Duration = Duration::from_millis(250);
/// By this much longer than the one before each pipelined request waits.
const STEP: Duration = Duration::from_millis(10);

/// What is known of one connection's requests.
#[derive(Clone)]
pub struct PipelineThrottle {
    /// Whether the collector had to wait for the client since the last request.
    waited: Arc<AtomicBool>,
    /// How many requests came in a row.
    row: Arc<AtomicU32>,
}

impl PipelineThrottle {
    /// A new connection's: its first request is never one of a row.
    pub fn new() -> Self {
        Self { waited: Arc::new(AtomicBool::new(true)), row: Arc::default() }
    }

    /// There was nothing to read.
    pub fn waited(&self) {
        self.waited.store(true, Ordering::Relaxed);
    }

    /// A request is there. How long it is to wait before it is answered.
    pub fn request(&self) -> Duration {
        if self.waited.swap(false, Ordering::Relaxed) {
            self.row.store(0, Ordering::Relaxed);
            return Duration::ZERO;
        }
        let row = self.row.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        (STEP * row.min(1000)).min(MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, PipelineThrottle, STEP};
    use std::time::Duration;

    #[test]
    fn only_what_does_not_wait_for_answers_is_slowed_down() {
        let pipeline = PipelineThrottle::new();
        for _ in 0..100 {
            assert_eq!(pipeline.request(), Duration::ZERO);
            pipeline.waited();
        }
        assert_eq!(pipeline.request(), Duration::ZERO);
        assert_eq!([(); 3].map(|()| pipeline.request()), [STEP, STEP * 2, STEP * 3]);
        (0..5000).for_each(|_| {
            pipeline.request();
        });
        assert_eq!(pipeline.request(), MOST);
        pipeline.waited();
        assert_eq!([(); 2].map(|()| pipeline.request()), [Duration::ZERO, STEP]);
    }
}
