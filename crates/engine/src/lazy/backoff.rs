//! How long to rest after a failure.
use crate::time::Duration;

/// Doubles from failure to failure, up to a bound, and spreads: half of each rest is drawn, so that pages
/// that failed together do not come back together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// After the first failure, at most.
    pub first: Duration,
    /// After any failure, at most.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_ms(1000.0), longest: Duration::from_ms(30_000.0) }
    }
}

impl Backoff {
    /// The rest after `failures` in a row, at least one; `draw` is from 0 up to 1.
    pub fn rest(&self, failures: u32, draw: f64) -> Duration {
        let mut rest = self.first.as_ms();
        for _ in 1..failures {
            if rest >= self.longest.as_ms() {
                break;
            }
            rest *= 2.0;
        }
        Duration::from_ms(rest.min(self.longest.as_ms()) * (0.5 + draw / 2.0))
    }
}
