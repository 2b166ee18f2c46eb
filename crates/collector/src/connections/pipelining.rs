//! Throttles clients that pipeline, which means to send the next request before the answer to the last.
//!
//! Browsers do not pipeline. A few connections that send thousands of requests each would take the processor from all clients
//! that wait for one answer.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// The longest delay of one request.
const MOST: Duration = Duration::from_millis(250);
/// How much longer each pipelined request is delayed than the one before it.
const STEP: Duration = Duration::from_millis(10);

/// What is known of one connection's requests.
#[derive(Clone)]
pub struct PipelineThrottle {
    /// Whether there was nothing to read at some time since the last request.
    waited: Arc<AtomicBool>,
    /// How many pipelined requests came in a row.
    row: Arc<AtomicU32>,
}

impl PipelineThrottle {
    /// For a new connection. Its first request is not pipelined.
    pub fn new() -> Self {
        Self { waited: Arc::new(AtomicBool::new(true)), row: Arc::default() }
    }

    /// Records that there is nothing to read, so the next request is not pipelined.
    pub fn waited(&self) {
        self.waited.store(true, Ordering::Relaxed);
    }

    /// Counts a request. Returns how long to wait before answering it.
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
    fn only_pipelined_requests_are_delayed() {
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
