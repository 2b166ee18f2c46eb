//! The wall clock, as something that is handed in, so that tests can own the time.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch, read from whatever clock it was made of.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Clock(Arc::new(|| {
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis() as i64)
        }))
    }

    /// A clock that stands still until the returned hand is moved.
    pub fn manual(start: i64) -> (Self, Arc<AtomicI64>) {
        let hand = Arc::new(AtomicI64::new(start));
        let reader = Arc::clone(&hand);
        (Clock(Arc::new(move || reader.load(Ordering::SeqCst))), hand)
    }

    /// Now, ms since the Unix epoch.
    pub fn now(&self) -> i64 {
        (self.0)()
    }
}
