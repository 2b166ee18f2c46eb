//! Which queries are meant.
use super::{Key, Value};
use alloc::sync::Arc;
use whippet_engine::query::{FetchStatus, State};

/// A test of the user's.
pub type Predicate = Arc<dyn Fn(&Found) -> bool + Send + Sync>;

/// Selects queries: those that meet all of its conditions. The default selects all.
#[derive(Clone, Default)]
pub struct Filter {
    /// What their keys begin with.
    pub prefix: Key,
    /// How many segments their keys have.
    pub length: Option<usize>,
    /// Whether they have an enabled observer.
    pub active: Option<bool>,
    /// Whether their data is stale.
    pub stale: Option<bool>,
    /// The status of their fetch.
    pub fetch_status: Option<FetchStatus>,
    /// A test of the user's.
    pub predicate: Option<Predicate>,
}

impl From<&Key> for Filter {
    /// All queries whose keys begin with this.
    fn from(prefix: &Key) -> Self {
        Self { prefix: prefix.clone(), ..Self::default() }
    }
}

/// A query as it is now.
#[derive(Clone)]
pub struct Found {
    /// Its key.
    pub key: Key,
    /// Status, timestamps and counts.
    pub state: State,
    /// Its data, if there is any.
    pub data: Option<Value>,
    /// The error of its last fetch; `None` if that succeeded.
    pub error: Option<Value>,
    /// How many observers it has.
    pub observers: usize,
    /// Whether one of them is enabled.
    pub is_active: bool,
    /// Whether its data is stale for one of them; without any, whether it is missing or invalidated.
    pub is_stale: bool,
}

impl Filter {
    /// Whether a query meets all conditions but that of the prefix, which the index of keys knows, and the user's.
    pub fn selects(&self, found: &Found) -> bool {
        self.length.is_none_or(|length| length == found.key.0.len())
            && self.active.is_none_or(|active| active == found.is_active)
            && self.stale.is_none_or(|stale| stale == found.is_stale)
            && self.fetch_status.is_none_or(|status| status == found.state.fetch_status)
    }

    /// Whether it meets the user's. Nothing may be borrowed meanwhile: it may call the client.
    pub fn agrees(&self, found: &Found) -> bool {
        self.predicate.as_ref().is_none_or(|predicate| predicate(found))
    }
}
