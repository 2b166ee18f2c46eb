//! A query of the cache, as it is now.
use crate::query_key::untyped;
use crate::{FetchStatus, QueryKey, Status};
use std::sync::Arc;
use whippet_web::query::{Found, Value};

/// What the cache has of a query: see [`QueryClient::state`](crate::QueryClient::state).
#[derive(Clone)]
#[non_exhaustive]
pub struct QueryState {
    /// Its key.
    pub key: QueryKey,
    /// Pending, error or success.
    pub status: Status,
    /// Fetching, paused or idle.
    pub fetch_status: FetchStatus,
    /// The number of failed attempts of the fetch that runs, or ran last.
    pub failure_count: u32,
    /// When the data was fetched or set, in ms since 1970; 0 where there never was any.
    pub data_updated_at: f64,
    /// When the last fetch failed, in ms since 1970; 0 where none did.
    pub error_updated_at: f64,
    /// Whether the data is stale whatever its age: it was invalidated, or the last fetch failed.
    pub is_invalidated: bool,
    /// Whether the data is stale for a component that observes it; without any, whether it is missing or invalidated.
    pub is_stale: bool,
    /// Whether a component observes it and has it enabled.
    pub is_active: bool,
    /// How many components observe it.
    pub observers: usize,
    data: Option<Value>,
    error: Option<Value>,
}

impl QueryState {
    pub(crate) fn new(found: Found) -> Self {
        let Found { key, state, data, error, observers, is_active, is_stale } = found;
        Self {
            key: untyped(key),
            status: state.status,
            fetch_status: state.fetch_status,
            failure_count: state.failure_count,
            data_updated_at: state.data_updated_at.as_ms(),
            error_updated_at: state.error_updated_at.as_ms(),
            is_invalidated: state.invalidated,
            is_stale,
            is_active,
            observers,
            data,
            error,
        }
    }

    /// Its data, if there is any of this type.
    pub fn data<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.data.clone()?.downcast().ok()
    }

    /// The error of its last fetch, if there is one of this type.
    pub fn error<E: Send + Sync + 'static>(&self) -> Option<Arc<E>> {
        self.error.clone()?.downcast().ok()
    }
}
