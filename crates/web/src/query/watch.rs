//! One who looks at a query.
use super::client::Client;
use super::{Fetcher, Key, Value};
use alloc::rc::Rc;
use core::any::Any;
use core::cell::RefCell;
use whippet_engine::query::{ObserverId, ObserverOptions, RunOptions, Snapshot};
use whippet_engine::time::Duration;

/// On what terms someone looks.
#[derive(Clone)]
pub struct Terms {
    /// When to fetch of one's own accord.
    pub observer: ObserverOptions,
    /// How to fetch.
    pub run: RunOptions,
    /// How long the data is kept after the last one has left.
    pub gc_time: Duration,
    /// Whether the data of the last key stands in until the next one's is there.
    pub keep_previous_data: bool,
    /// Gets the data.
    pub fetcher: Fetcher,
    /// Whether two values are equal: then the older one is kept, and who compares by identity sees no change.
    pub equal: fn(&dyn Any, &dyn Any) -> bool,
}

/// What there is to see.
#[derive(Clone)]
pub struct Seen {
    /// The data, if there is any.
    pub data: Option<Value>,
    /// Why the last fetch failed; `None` once one succeeded.
    pub error: Option<Value>,
    /// Whether `data` is that of the key before.
    pub is_placeholder: bool,
    /// All the rest.
    pub snapshot: Snapshot,
}

/// Looks at one query at a time.
#[must_use = "dropping it ends the looking: nothing is fetched on its behalf any more"]
pub struct Watch {
    client: Client,
    observer: ObserverId,
    keep_previous: RefCell<Option<Value>>,
}

impl Watch {
    pub(super) fn new(client: Client, observer: ObserverId) -> Self {
        Self { client, observer, keep_previous: RefCell::new(None) }
    }

    /// From now on at `key`, on these terms. Where both are as before, nothing happens.
    pub fn turn(&self, key: &Key, terms: Terms) {
        let before = terms.keep_previous_data.then(|| self.see()).flatten().and_then(|seen| seen.data);
        self.keep_previous.replace(before);
        self.client.turn(self.observer, key, Rc::new(terms));
    }

    /// What there is to see now; `None` where the client is gone.
    pub fn see(&self) -> Option<Seen> {
        let mut seen = self.client.see(self.observer)?;
        match (&seen.data, &*self.keep_previous.borrow()) {
            (None, Some(previous)) => {
                seen.data = Some(previous.clone());
                seen.is_placeholder = true;
            }
            _ => seen.is_placeholder = false,
        }
        if !seen.is_placeholder {
            self.keep_previous.replace(None);
        }
        Some(seen)
    }

    /// Fetches, whether the data is stale or not; a fetch on its way that has data to fall back on starts
    /// again.
    pub fn refetch(&self) {
        self.client.refetch(self.observer);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.client.leave(self.observer);
    }
}
