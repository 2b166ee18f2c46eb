//! On what terms a component looks at a query.
use whippet_engine::query::{Delay, NetworkMode, ObserverOptions, Refetch, Retry, RunOptions, StaleTime};
use whippet_engine::time::Duration;

/// The options of [`use_query`](crate::use_query), named as TanStack Query names them, with its defaults.
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
    /// Stale at once, kept for five minutes, three retries, refetched on mount, focus and reconnect.
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

    /// Whether it fetches of its own accord.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.observer.enabled = enabled;
        self
    }

    /// For how long data is fresh. `Duration::INFINITE` is until it is invalidated.
    pub fn stale_time(mut self, span: Duration) -> Self {
        self.observer.stale_time = StaleTime::After(span);
        self
    }

    /// How long data is kept after the last component that looked at it has gone.
    pub fn gc_time(mut self, span: Duration) -> Self {
        self.gc_time = span;
        self
    }

    /// Fetches again so long after each answer; `None` is never.
    pub fn refetch_interval(mut self, span: Option<Duration>) -> Self {
        self.observer.interval = span;
        self
    }

    /// Whether the interval goes on while the page is hidden.
    pub fn refetch_interval_in_background(mut self, goes_on: bool) -> Self {
        self.observer.interval_in_background = goes_on;
        self
    }

    /// Whether mounting fetches where there is data already.
    pub fn refetch_on_mount(mut self, when: Refetch) -> Self {
        self.observer.on_mount = when;
        self
    }

    /// Whether coming back to the page fetches.
    pub fn refetch_on_focus(mut self, when: Refetch) -> Self {
        self.observer.on_focus = when;
        self
    }

    /// Whether coming back online fetches.
    pub fn refetch_on_reconnect(mut self, when: Refetch) -> Self {
        self.observer.on_reconnect = when;
        self
    }

    /// How often a failed attempt is repeated: a second later, then two, four, up to thirty.
    pub fn retry(mut self, times: u32) -> Self {
        self.run.retry = Retry::Times(times);
        self
    }

    /// Repeats a failed attempt always after the same time.
    pub fn retry_delay(mut self, span: Duration) -> Self {
        self.run.delay = Delay::Fixed(span);
        self
    }

    /// What fetching needs of the network.
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.run.network_mode = mode;
        self
    }

    /// When the key changes, shows the data of the key before until the new one's is there.
    pub fn keep_previous_data(mut self, keep: bool) -> Self {
        self.keep_previous_data = keep;
        self
    }
}
