//! What an error says of trying again.
use whippet_engine::time::Duration;

/// An error that knows whether trying again helps. [`QueryOptions::retry_by_error`](crate::QueryOptions::retry_by_error) asks it.
pub trait RetryHint {
    /// Whether the same request would fail again, as most of HTTP's 4xx do.
    fn is_permanent(&self) -> bool {
        false
    }

    /// How long to wait at least before the next attempt, as HTTP's `Retry-After` says.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}
