//! Observers of a query.
use super::client::Client;
use super::options::{QueryObserverOptions, QueryResult};
use super::{Fetcher, Key, Value};
use alloc::rc::Rc;
use core::cell::RefCell;
use whippet_engine::query::pages::Direction;
use whippet_engine::query::{ObserverId, Status};

/// Observes one query at a time, as TanStack's `QueryObserver` does.
#[must_use = "dropping it unsubscribes: the query is no longer fetched on its behalf"]
pub struct QueryObserver {
    client: Client,
    id: ObserverId,
    previous_data: RefCell<Option<Value>>,
}

impl QueryObserver {
    /// Observes the query of `key`, and fetches it if the options ask for that. `on_change` is called whenever the
    /// [result](Self::result) changed.
    pub fn new(
        client: &Client,
        key: &Key,
        options: QueryObserverOptions,
        on_change: impl Fn() + 'static,
    ) -> Self {
        let id = client.observe(key, Rc::new(options), Rc::new(on_change));
        Self { client: client.clone(), id, previous_data: RefCell::new(None) }
    }

    /// Changes key and options. Where both are equal to the current ones, nothing happens.
    pub fn set_options(&self, key: &Key, options: QueryObserverOptions) {
        let previous = options.keep_previous_data.then(|| self.result()).flatten();
        self.previous_data.replace(previous.and_then(|result| result.data));
        self.client.set_options(self.id, key, Rc::new(options));
    }

    /// The current result; `None` where the client has no such observer.
    pub fn result(&self) -> Option<QueryResult> {
        let mut result = self.client.result(self.id)?;
        match (&result.data, &*self.previous_data.borrow()) {
            // A failure is shown as one, not hidden behind older data.
            (None, Some(previous)) if result.snapshot.state.status == Status::Pending => {
                result.data = Some(previous.clone());
                result.is_placeholder = true;
            }
            _ => result.is_placeholder = false,
        }
        if !result.is_placeholder {
            self.previous_data.replace(None);
        }
        Some(result)
    }

    /// Fetches, even if the data is fresh. Replaces a fetch on its way if the query has data already.
    pub fn refetch(&self) {
        self.client.refetch_as(self.id);
    }

    /// Fetches a part of the data: `fetcher` gives all of it, with that part. While a fetch of that part is running,
    /// nothing more happens; any other is replaced.
    pub fn fetch_part(&self, fetcher: Fetcher, part: Direction) {
        self.client.fetch_part(self.id, fetcher, part);
    }
}

impl Drop for QueryObserver {
    fn drop(&mut self) {
        self.client.unobserve(self.id);
    }
}
