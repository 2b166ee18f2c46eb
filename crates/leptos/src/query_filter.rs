//! Which queries a command is for.
use crate::query_state::QueryState;
use crate::{FetchStatus, QueryKey};
use serde::Serialize;
use std::sync::Arc;
use whippet_web::query::Filter;

/// Selects queries: those that meet all of its conditions. A reference to a key is the filter of all queries whose key
/// begins with it, and `&()` that of all queries.
///
/// ```
/// use whippet_leptos::QueryFilter;
///
/// let todos = QueryFilter::from("todos");         // ("todos",), ("todos", 7), …
/// let one = QueryFilter::key(&("todos", 7));       // ("todos", 7) alone
/// let old = QueryFilter::all().stale(true).active(false);
/// let failed = QueryFilter::prefix(&"todos").predicate(|query| query.failure_count > 0);
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct QueryFilter(pub(crate) Filter);

impl QueryFilter {
    /// All queries.
    pub fn all() -> Self {
        Self::default()
    }

    /// The query of this key; of every type of data that it has.
    pub fn key(key: &(impl Serialize + ?Sized)) -> Self {
        Self(QueryKey::new(key).only())
    }

    /// The queries whose keys begin with this.
    pub fn prefix(prefix: &(impl Serialize + ?Sized)) -> Self {
        Self(Filter { prefix: QueryKey::new(prefix).0, ..Filter::default() })
    }

    /// Those that some component observes and has enabled, or those that none has.
    pub fn active(mut self, active: bool) -> Self {
        self.0.active = Some(active);
        self
    }

    /// Those whose data is stale, or fresh.
    pub fn stale(mut self, stale: bool) -> Self {
        self.0.stale = Some(stale);
        self
    }

    /// Those that are fetched, paused or idle.
    pub fn fetch_status(mut self, status: FetchStatus) -> Self {
        self.0.fetch_status = Some(status);
        self
    }

    /// Those of which `predicate` is true.
    pub fn predicate(mut self, predicate: impl Fn(&QueryState) -> bool + Send + Sync + 'static) -> Self {
        self.0.predicate = Some(Arc::new(move |found| predicate(&QueryState::new(found.clone()))));
        self
    }
}

impl<K: Serialize + ?Sized> From<&K> for QueryFilter {
    fn from(prefix: &K) -> Self {
        Self::prefix(prefix)
    }
}
