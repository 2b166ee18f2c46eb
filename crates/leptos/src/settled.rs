//! How a query's first fetch ended: what a server sends to the page that it rendered.
#[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
use leptos::reactive::computed::ArcAsyncDerived;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The outcome of a fetch.
#[derive(Serialize, Deserialize)]
pub(crate) enum Settled<T, E> {
    /// Nothing was fetched: the query has no key yet, or is disabled.
    Idle,
    /// It succeeded.
    Data {
        /// What it gave.
        value: Arc<T>,
        /// When, in ms since 1970 by the clock of who fetched.
        at: f64,
    },
    /// It failed.
    Error {
        /// Why.
        value: Arc<E>,
        /// When, as above.
        at: f64,
    },
}

impl<T, E> Clone for Settled<T, E> {
    fn clone(&self) -> Self {
        match self {
            Self::Idle => Self::Idle,
            Self::Data { value, at } => Self::Data { value: value.clone(), at: *at },
            Self::Error { value, at } => Self::Error { value: value.clone(), at: *at },
        }
    }
}

/// What a server sends; in a browser, what came with the page.
#[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
pub(crate) type SentResult<T, E> = ArcAsyncDerived<Settled<T, E>>;
#[cfg(all(target_family = "wasm", not(feature = "ssr")))]
pub(crate) type SentResult<T, E> = Option<Settled<T, E>>;
