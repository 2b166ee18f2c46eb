//! Whether the collector responds.
use super::ApiError;
use leptos::prelude::*;
use whippet_api::{Status, StoreState};
use whippet_leptos::Query;

/// The state of the connection to the collector.
#[derive(Clone, Debug, PartialEq)]
pub enum Connection {
    /// Waiting for the first response.
    Opening,
    /// It responds.
    Open,
    /// It responds slowly.
    Slow,
    /// It responds, and its store is busy for this share of the time.
    Busy(f64),
    /// It responds, and cannot keep what arrives: the reason.
    NotKept(String),
    /// It does not respond, or the response is invalid.
    Lost(ApiError),
}

impl Connection {
    /// Derived from `status`, which every page fetches.
    pub fn of(status: Query<Status, ApiError>) -> Signal<Self> {
        let connection =
            Memo::new(move |before: Option<&Self>| match (status.error.get(), status.data.get()) {
                (Some(error), _) if matches!(*error, ApiError::Slow { .. }) => Self::Slow,
                (Some(error), _) => Self::Lost((*error).clone()),
                (None, Some(status)) => match status.store.as_ref() {
                    Some(StoreState { trouble: Some(trouble), .. }) => Self::NotKept(trouble.clone()),
                    Some(StoreState { busy: Some(share), .. }) => Self::Busy(*share),
                    _ => Self::Open,
                },
                // A refetch after an error does not return to `Opening`.
                (None, None) => before.cloned().unwrap_or(Self::Opening),
            });
        connection.into()
    }
}
