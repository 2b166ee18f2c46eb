//! The options of a query.
use whippet_engine::query::{Delay, NetworkMode, ObserverOptions, Refetch, Retry, RunOptions, StaleTime};
use whippet_engine::time::Duration;

/// The options of [`use_query`](crate::use_query), with the names and defaults of TanStack Query.
///
/// ```
/// use whippet_leptos::{Duration, QueryOptions};
///
/// let options = QueryOptions::new()
///     .stale_time(Duration::from_ms(30_000.0))
///     .refetch_interval(Some(Duration::from_ms(5_000.0)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct QueryOptions {
    pub(crate) observer: ObserverOptions,
    pub(crate) run: RunOptions,
    pub(crate) gc_time: Duration,
    pub(crate) keep_previous_data: bool,
}

impl Default for QueryOptions {
    /// Stale at once, kept for five minutes, retried three times, refetched on mount, focus and reconnect if stale.
    fn default() -> Self {
        Self {
            observer: ObserverOptions::default(),
            run: RunOptions::default(),
            gc_time: Duration::from_ms(300_000.0),
            keep_previous_data: false,
        }
    }
}

impl QueryOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it fetches by itself. A disabled query fetches only by `refetch`.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.observer.enabled = enabled;
        self
    }

    /// How long data is fresh. With `Duration::INFINITE` it is fresh until it is invalidated.
    pub fn stale_time(mut self, span: Duration) -> Self {
        self.observer.stale_time = StaleTime::After(span);
        self
    }

    /// How long data is kept after the last component that observed it was disposed.
    pub fn gc_time(mut self, span: Duration) -> Self {
        self.gc_time = span;
        self
    }

    /// Refetches this long after each change of the query; `None` never does.
    pub fn refetch_interval(mut self, span: Option<Duration>) -> Self {
        self.observer.interval = span;
        self
    }

    /// Whether the interval also refetches while the page is hidden.
    pub fn refetch_interval_in_background(mut self, enabled: bool) -> Self {
        self.observer.interval_in_background = enabled;
        self
    }

    /// Whether mounting refetches existing data.
    pub fn refetch_on_mount(mut self, when: Refetch) -> Self {
        self.observer.on_mount = when;
        self
    }

    /// Whether returning to the page refetches.
    pub fn refetch_on_focus(mut self, when: Refetch) -> Self {
        self.observer.on_focus = when;
        self
    }

    /// Whether coming back online refetches.
    pub fn refetch_on_reconnect(mut self, when: Refetch) -> Self {
        self.observer.on_reconnect = when;
        self
    }

    /// How often a failed attempt is retried. The delay is a second, doubled with each failure up to thirty.
    pub fn retry(mut self, times: u32) -> Self {
        self.run.retry = Retry::Times(times);
        self
    }

    /// Retries after a fixed delay.
    pub fn retry_delay(mut self, span: Duration) -> Self {
        self.run.delay = Delay::Fixed(span);
        self
    }

    /// Whether it fetches and retries offline.
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.run.network_mode = mode;
        self
    }

    /// When the key changes, shows the data of the previous key until that of the new key arrives.
    pub fn keep_previous_data(mut self, keep: bool) -> Self {
        self.keep_previous_data = keep;
        self
    }
}
