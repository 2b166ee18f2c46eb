//! The delay before a failed load is retried.
use crate::time::Duration;

/// Exponential backoff with jitter: the delay doubles with each failure, up to a bound, and half of it is random, so that
/// pages that failed together do not retry together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The longest delay after the first failure.
    pub first: Duration,
    /// The longest delay after any failure.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_ms(Self::FIRST_MS), longest: Duration::from_ms(Self::LONGEST_MS) }
    }
}

impl Backoff {
    /// The default of [`first`](Self::first), in ms. `lazyImport` has the same.
    pub const FIRST_MS: f64 = 1000.0;
    /// The default of [`longest`](Self::longest), in ms. `lazyImport` has the same.
    pub const LONGEST_MS: f64 = 30_000.0;

    /// The delay after `failures` in a row, at least one; `draw` is random, from 0 up to 1.
    pub fn delay(&self, failures: u32, draw: f64) -> Duration {
        let mut delay = self.first;
        for _ in 1..failures {
            if delay >= self.longest {
                break;
            }
            delay = Duration::from_ms(delay.as_ms() * 2.0);
        }
        Duration::from_ms(delay.min(self.longest).as_ms() * (0.5 + draw / 2.0))
    }
}
