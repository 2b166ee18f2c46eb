//! What a component sees of a query, consistently: all of it is of one key at one time.
use crate::QueryKey;
#[cfg(any(feature = "hydrate", feature = "ssr", not(feature = "csr"), not(target_family = "wasm")))]
use crate::settled::Settled;
use std::sync::Arc;
use whippet_engine::query::pages::Direction;
use whippet_engine::query::{FetchStatus, Status};

/// The result of an observer.
pub(crate) struct Seen<T, E> {
    /// Of which query; `None` where the component wants none.
    pub(crate) key: Option<QueryKey>,
    pub(crate) data: Option<Arc<T>>,
    pub(crate) error: Option<Arc<E>>,
    /// The error of the last attempt that failed, even if a retry follows.
    pub(crate) failure_reason: Option<Arc<E>>,
    /// What part of the data the last fetch was of; `None`: all.
    pub(crate) part: Option<Direction>,
    pub(crate) status: Status,
    pub(crate) fetch_status: FetchStatus,
    pub(crate) is_stale: bool,
    pub(crate) is_enabled: bool,
    pub(crate) is_placeholder: bool,
    /// Whether a fetch ever ended, or data was set: initial data is not fetched.
    pub(crate) is_fetched: bool,
    pub(crate) is_fetched_after_mount: bool,
    pub(crate) is_invalidated: bool,
    pub(crate) failure_count: u32,
    /// In ms since 1970; zero where there never was any.
    pub(crate) data_updated_at: f64,
    pub(crate) error_updated_at: f64,
}

/// What is shown outside of any `<Suspense/>` while a server renders and a browser hydrates: that is sent before anything is fetched, and
/// the browser must begin with the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FirstView {
    /// This is no first view: what is there is shown.
    Over,
    /// Nothing is wanted.
    Nothing,
    /// It waits for other queries to know what it wants.
    Waiting,
    /// What is wanted is on its way.
    Pending,
}

impl FirstView {
    pub(crate) fn seen<T, E>(self) -> Option<Seen<T, E>> {
        match self {
            Self::Over => None,
            Self::Nothing => Some(Seen::nothing()),
            Self::Waiting => Some(Seen::pending(None)),
            Self::Pending => Some(Seen { is_enabled: true, ..Seen::pending(None) }),
        }
    }
}

impl<T, E> Seen<T, E> {
    /// There is nothing, and nothing is fetched.
    pub(crate) fn nothing() -> Self {
        Self {
            key: None,
            data: None,
            error: None,
            failure_reason: None,
            part: None,
            status: Status::Pending,
            fetch_status: FetchStatus::Idle,
            is_stale: true,
            is_enabled: false,
            is_placeholder: false,
            is_fetched: false,
            is_fetched_after_mount: false,
            is_invalidated: false,
            failure_count: 0,
            data_updated_at: 0.0,
            error_updated_at: 0.0,
        }
    }

    /// Whether its own first data or error is on its way, so that who awaits it has to wait, even if there is a placeholder.
    #[cfg(all(target_family = "wasm", not(feature = "ssr")))]
    pub(crate) fn is_unsettled(&self) -> bool {
        self.waits() || self.is_placeholder && self.fetch_status != FetchStatus::Idle
    }

    /// Its first fetch is running, or will be as soon as its key is known.
    pub(crate) fn pending(key: Option<QueryKey>) -> Self {
        Self { is_enabled: key.is_some(), key, fetch_status: FetchStatus::Fetching, ..Self::nothing() }
    }

    /// Its fetch has just ended, on a server or before the page was sent.
    #[cfg(any(feature = "hydrate", feature = "ssr", not(feature = "csr"), not(target_family = "wasm")))]
    pub(crate) fn settled(key: Option<QueryKey>, settled: Settled<T, E>) -> Self {
        let idle = Self { is_enabled: key.is_some(), key, ..Self::nothing() };
        match settled {
            Settled::Idle => Self::nothing(),
            Settled::Data { value, at } => Self {
                data: Some(value),
                status: Status::Success,
                is_fetched: true,
                is_stale: false,
                data_updated_at: at,
                ..idle
            },
            Settled::Error { value, at } => Self {
                error: Some(value),
                status: Status::Error,
                is_fetched: true,
                error_updated_at: at,
                ..idle
            },
        }
    }

    /// Whether its first data or error is on its way, so that a view has to wait.
    pub(crate) fn waits(&self) -> bool {
        self.status == Status::Pending && self.fetch_status != FetchStatus::Idle
    }
}

impl<T, E> Clone for Seen<T, E> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            data: self.data.clone(),
            error: self.error.clone(),
            failure_reason: self.failure_reason.clone(),
            ..*self
        }
    }
}

impl<T, E> PartialEq for Seen<T, E> {
    /// Values are compared by identity: the cache keeps the old one where the new one is equal.
    fn eq(&self, other: &Self) -> bool {
        let plain = |it: &Self| {
            let flags = (
                it.is_stale,
                it.is_enabled,
                it.part,
                it.is_placeholder,
                it.is_fetched,
                it.is_fetched_after_mount,
                it.is_invalidated,
            );
            (it.status, it.fetch_status, flags, it.failure_count, it.data_updated_at, it.error_updated_at)
        };
        self.key == other.key
            && same(self.data.as_ref(), other.data.as_ref())
            && same(self.error.as_ref(), other.error.as_ref())
            && same(self.failure_reason.as_ref(), other.failure_reason.as_ref())
            && plain(self) == plain(other)
    }
}

/// Whether both are one value, or both none.
pub(crate) fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}
