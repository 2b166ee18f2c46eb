//! The options of a query.
use crate::attempts::{Attempts, by_error, same};
use crate::{RetryHint, thrown};
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use whippet_engine::query::{NetworkMode, ObserverOptions, Refetch, Retry, RunOptions, StaleTime, Verdict};
use whippet_engine::time::Duration;
use whippet_web::query::{SizeOf, Value};

/// The options of [`use_query`](crate::use_query), with the names and defaults of TanStack Query.
///
/// ```
/// use std::time::Duration;
/// use whippet_leptos::QueryOptions;
///
/// let options = QueryOptions::new().stale_time(Duration::from_secs(30)).refetch_every(Duration::from_secs(5));
/// ```
#[derive(Clone)]
#[must_use]
pub struct QueryOptions {
    pub(crate) observer: ObserverOptions,
    pub(crate) attempts: Attempts,
    pub(crate) gc_time: Duration,
    pub(crate) keep_previous_data: bool,
    pub(crate) initial: Option<MakeValue>,
    pub(crate) placeholder: Option<MakeValue>,
    pub(crate) size: Option<SizeOf>,
    /// The judge, if there is no other.
    hint: Option<fn(u32, &dyn Any) -> Verdict>,
    /// Which of them the app has set: see [`Self::fill`].
    set: u32,
}

/// Makes data whose type the query knows.
pub(crate) type MakeValue = Arc<dyn Fn() -> Value + Send + Sync>;

/// The bits of `QueryOptions::set`.
mod bit {
    pub(super) const ENABLED: u32 = 1;
    pub(super) const STALE_TIME: u32 = 2;
    pub(super) const ON_MOUNT: u32 = 4;
    pub(super) const ON_FOCUS: u32 = 8;
    pub(super) const ON_RECONNECT: u32 = 16;
    pub(super) const INTERVAL: u32 = 32;
    pub(super) const IN_BACKGROUND: u32 = 64;
    pub(super) const GC_TIME: u32 = 1024;
    pub(super) const KEEP: u32 = 2048;
    pub(super) const RETRY_ON_MOUNT: u32 = 4096;
}

impl fmt::Debug for QueryOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryOptions")
            .field("observer", &self.observer)
            .field("run", &self.attempts.run)
            .finish_non_exhaustive()
    }
}

impl PartialEq for QueryOptions {
    /// Functions are equal where they are the same one.
    fn eq(&self, other: &Self) -> bool {
        same(self.initial.as_ref(), other.initial.as_ref())
            && same(self.placeholder.as_ref(), other.placeholder.as_ref())
            && same(self.size.as_ref(), other.size.as_ref())
            && self.observer == other.observer
            && self.attempts == other.attempts
            && self.gc_time == other.gc_time
            && self.keep_previous_data == other.keep_previous_data
            && self.set == other.set
    }
}

impl Default for QueryOptions {
    /// Stale at once, kept for five minutes, retried three times, refetched on mount, focus and reconnect if stale.
    fn default() -> Self {
        Self {
            observer: ObserverOptions::default(),
            attempts: Attempts::new(RunOptions::default()),
            gc_time: Duration::from_ms(300_000.0),
            keep_previous_data: false,
            initial: None,
            placeholder: None,
            size: None,
            hint: None,
            set: 0,
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
        self.set |= bit::ENABLED;
        self
    }

    /// How long data is fresh. With `Duration::INFINITE` it is fresh until it is invalidated.
    pub fn stale_time(mut self, span: impl Into<Duration>) -> Self {
        self.observer.stale_time = StaleTime::After(span.into());
        self.set |= bit::STALE_TIME;
        self
    }

    /// How long data is kept after the last component that observed it was disposed.
    pub fn gc_time(mut self, span: impl Into<Duration>) -> Self {
        self.gc_time = span.into();
        self.set |= bit::GC_TIME;
        self
    }

    /// Refetches this long after each change of the query; `None` never does.
    pub fn refetch_interval(mut self, span: Option<Duration>) -> Self {
        self.observer.interval = span;
        self.set |= bit::INTERVAL;
        self
    }

    /// Refetches this long after each change of the query.
    pub fn refetch_every(self, span: impl Into<Duration>) -> Self {
        self.refetch_interval(Some(span.into()))
    }

    /// The data is always fresh, even when it is invalidated: only `refetch` fetches it again.
    pub fn never_stale(mut self) -> Self {
        self.observer.stale_time = StaleTime::Static;
        self.set |= bit::STALE_TIME;
        self
    }

    /// Whether the interval also refetches while the page is hidden.
    pub fn refetch_interval_in_background(mut self, enabled: bool) -> Self {
        self.observer.interval_in_background = enabled;
        self.set |= bit::IN_BACKGROUND;
        self
    }

    /// Whether mounting refetches existing data.
    pub fn refetch_on_mount(mut self, when: Refetch) -> Self {
        self.observer.on_mount = when;
        self.set |= bit::ON_MOUNT;
        self
    }

    /// Whether mounting refetches a query that failed and has no data.
    pub fn retry_on_mount(mut self, retry: bool) -> Self {
        self.observer.retry_on_mount = retry;
        self.set |= bit::RETRY_ON_MOUNT;
        self
    }

    /// Whether returning to the page refetches.
    pub fn refetch_on_focus(mut self, when: Refetch) -> Self {
        self.observer.on_focus = when;
        self.set |= bit::ON_FOCUS;
        self
    }

    /// Whether coming back online refetches.
    pub fn refetch_on_reconnect(mut self, when: Refetch) -> Self {
        self.observer.on_reconnect = when;
        self.set |= bit::ON_RECONNECT;
        self
    }

    /// How often a failed attempt is retried. The delay is a second, doubled with each failure up to thirty.
    pub fn retry(mut self, times: u32) -> Self {
        self.attempts.retry(times);
        self
    }

    /// Whether a failed attempt is retried, by how many failed before it and by its error. It takes the place of
    /// [`retry`](Self::retry) for errors of that type.
    ///
    /// ```
    /// # use whippet_leptos::{JsonError, QueryOptions};
    /// let options = QueryOptions::new().retry_if(|failures, error: &JsonError| failures < 5 && !error.is_permanent());
    /// ```
    pub fn retry_if<E: 'static>(mut self, retry: impl Fn(u32, &E) -> bool + Send + Sync + 'static) -> Self {
        self.attempts.retry_if(retry);
        self
    }

    /// Retries as the errors say: see [`RetryHint`].
    pub fn retry_by_error<E: RetryHint + 'static>(mut self) -> Self {
        self.attempts.retry_by_error::<E>();
        self
    }

    /// Retries after a fixed delay.
    pub fn retry_delay(mut self, span: impl Into<Duration>) -> Self {
        self.attempts.retry_delay(span.into());
        self
    }

    /// Whether it fetches and retries offline.
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.attempts.network_mode(mode);
        self
    }

    /// Whether the `<ErrorBoundary/>` around the component shows errors of type `E`, once the retries are over and until the
    /// query fetches anew or has data again. The components within stay as they are meanwhile.
    ///
    /// ```
    /// # use whippet_leptos::{JsonError, QueryOptions};
    /// let options = QueryOptions::new().throw_on_error::<JsonError>(true);
    /// ```
    pub fn throw_on_error<E>(self, throw: bool) -> Self
    where
        E: fmt::Debug + fmt::Display + Send + Sync + 'static,
    {
        self.throw_if(move |_: &E| throw)
    }

    /// Which errors the `<ErrorBoundary/>` around the component shows.
    ///
    /// ```
    /// # use whippet_leptos::{JsonError, QueryOptions};
    /// let options = QueryOptions::new().throw_if(|error: &JsonError| error.is_permanent());
    /// ```
    pub fn throw_if<E>(mut self, throw: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self
    where
        E: fmt::Debug + fmt::Display + Send + Sync + 'static,
    {
        self.attempts.throw = Some(thrown::rule(throw));
        self
    }

    /// When the key changes, shows the data of the previous key until that of the new key arrives. A key that is `None` ends that:
    /// what is to stay while nothing is wanted, as under a search box that is cleared, has a key and is not
    /// [`enabled`](Self::enabled).
    pub fn keep_previous_data(mut self, keep: bool) -> Self {
        self.keep_previous_data = keep;
        self.set |= bit::KEEP;
        self
    }

    /// Data of a query that has none yet: it counts as if it had just been fetched, and is shared by all who observe the
    /// query. Its type is that of the query's data.
    ///
    /// ```
    /// # use whippet_leptos::QueryOptions;
    /// let options = QueryOptions::new().initial_data(|| vec!["from local storage".to_owned()]);
    /// ```
    pub fn initial_data<T: Send + Sync + 'static>(
        mut self,
        make: impl Fn() -> T + Send + Sync + 'static,
    ) -> Self {
        self.initial = Some(Arc::new(move || Arc::new(make())));
        self
    }

    /// What this component shows as data until there is any; it is not stored, and
    /// [`is_placeholder_data`](crate::Query::is_placeholder_data) says so. Its type is that of the query's data.
    pub fn placeholder_data<T: Send + Sync + 'static>(
        mut self,
        make: impl Fn() -> T + Send + Sync + 'static,
    ) -> Self {
        self.placeholder = Some(Arc::new(move || Arc::new(make())));
        self
    }

    /// What data counts as, in bytes, for [`QueryClientOptions::max_bytes`](crate::QueryClientOptions::max_bytes). By default
    /// JSON counts as its body, what can be serialized as the JSON that it would be, and other data as its struct alone.
    ///
    /// ```
    /// # use whippet_leptos::QueryOptions;
    /// let options = QueryOptions::new().size_of(|pixels: &Vec<u8>| pixels.len());
    /// ```
    pub fn size_of<T: 'static>(mut self, size: impl Fn(&T) -> usize + Send + Sync + 'static) -> Self {
        self.size = Some(Arc::new(move |data| data.downcast_ref().map_or(0.0, |data| size(data) as f64)));
        self
    }

    /// Measures by `size`, unless somebody has said otherwise.
    pub(crate) fn or_size_of(mut self, size: &SizeOf) -> Self {
        self.size.get_or_insert_with(|| size.clone());
        self
    }

    /// Takes from `defaults` what was not set.
    pub(crate) fn fill(&mut self, defaults: &Self) {
        self.attempts.fill(&defaults.attempts);
        let mut take = |bit: u32, copy: fn(&mut Self, &Self)| {
            if self.set & bit == 0 && defaults.set & bit != 0 {
                copy(self, defaults);
                self.set |= bit;
            }
        };
        take(bit::ENABLED, |to, from| to.observer.enabled = from.observer.enabled);
        take(bit::STALE_TIME, |to, from| to.observer.stale_time = from.observer.stale_time);
        take(bit::ON_MOUNT, |to, from| to.observer.on_mount = from.observer.on_mount);
        take(bit::ON_FOCUS, |to, from| to.observer.on_focus = from.observer.on_focus);
        take(bit::ON_RECONNECT, |to, from| to.observer.on_reconnect = from.observer.on_reconnect);
        take(bit::INTERVAL, |to, from| to.observer.interval = from.observer.interval);
        take(bit::IN_BACKGROUND, |to, from| {
            to.observer.interval_in_background = from.observer.interval_in_background;
        });
        take(bit::RETRY_ON_MOUNT, |to, from| to.observer.retry_on_mount = from.observer.retry_on_mount);
        take(bit::GC_TIME, |to, from| to.gc_time = from.gc_time);
        take(bit::KEEP, |to, from| to.keep_previous_data = from.keep_previous_data);
        fill(&mut self.initial, defaults.initial.as_ref());
        fill(&mut self.placeholder, defaults.placeholder.as_ref());
        fill(&mut self.size, defaults.size.as_ref());
    }

    /// What errors of type `E` say, unless somebody has said otherwise.
    pub(crate) fn or_by_error<E: RetryHint + 'static>(mut self) -> Self {
        self.hint = Some(by_error::<E>);
        self
    }

    /// Once all defaults are in.
    pub(crate) fn complete(&mut self) {
        if let (None, Some(hint)) = (&self.attempts.judge, self.hint) {
            self.attempts.judge = Some(Arc::new(hint));
        }
    }

    /// For who fetches a query by name: nothing is retried unless somebody has said so, and `enabled` is about what fetches by itself.
    pub(crate) fn once(mut self) -> Self {
        self.observer.enabled = true;
        if !self.attempts.decides_retries() {
            self.attempts.run.retry = Retry::NEVER;
        }
        self
    }
}

fn fill<F: ?Sized>(own: &mut Option<Arc<F>>, default: Option<&Arc<F>>) {
    if own.is_none() {
        *own = default.cloned();
    }
}
