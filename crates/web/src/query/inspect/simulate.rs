//! What devtools do to a query that no server does: it loads for ever, or has failed.
use crate::query::client::Client;
use crate::query::filter::Filter;
use crate::query::inspectors::Replaced;
use crate::query::options::QueryObserverOptions;
use crate::query::state::{ClientState, now};
use crate::query::{Fetcher, Value};
use alloc::rc::Rc;
use whippet_engine::query::{FetchStatus, QueryId, State, Status};

impl Client {
    /// The query has no data, and a fetch that does not end: until it is [restored](Self::restore), or fetched anew with
    /// its own function. Data that comes from elsewhere ends it, too.
    pub fn simulate_loading(&self, query: QueryId) {
        let _dropped = self.with(|state| {
            let values = state.replace(query)?;
            let pending = State { status: Status::Pending, has_data: false, ..*state.cache.state(query)? };
            // First, so that cancelling the fetch reverts to this: then there is no data that a state could speak of.
            state.cache.set_state(now(), query, State { fetch_status: FetchStatus::Idle, ..pending });
            if let Some(options) = state.some_options(query) {
                state.begin(query, &Rc::new(never(&options)), None, true);
            }
            Some(values)
        });
    }

    /// The query has failed with `error`, until it is [restored](Self::restore), or data comes. Its data stays.
    pub fn simulate_error(&self, query: QueryId, error: Value) {
        let _dropped = self.with(|state| {
            let (data, dropped) = state.replace(query)?;
            let failed = *state.cache.state(query)?;
            let failed = State { status: Status::Error, fetch_status: FetchStatus::Idle, ..failed };
            let values = state.values.get_mut(query)?;
            (values.data, values.error) = (data, Some(error));
            let has_data = values.data.is_some();
            state.cache.set_state(now(), query, State { has_data, ..failed });
            Some(dropped)
        });
    }

    /// Ends a simulation: the query is what it was before.
    pub fn restore(&self, query: QueryId) {
        let _dropped = self.with(|state| {
            let Replaced { state: before, data, error } = state.inspectors.replaced.remove(&query)?;
            state.cache.cancel(now(), query);
            let values = state.values.get_mut(query)?;
            let dropped = (values.data.take(), values.error.take());
            (values.data, values.error) = (data, error);
            state.cache.set_state(now(), query, State { fetch_status: FetchStatus::Idle, ..before });
            state.inspectors.touch(query);
            Some(dropped)
        });
    }

    /// One query alone.
    pub fn only(&self, query: QueryId) -> Option<Filter> {
        let key = self.inspected(query)?.found.key;
        Some(Filter { length: Some(key.0.len()), prefix: key, ..Filter::default() })
    }
}

impl ClientState {
    /// Ends the fetch, remembers what the query was unless that is a simulation already, and takes its values.
    fn replace(&mut self, query: QueryId) -> Option<(Option<Value>, Option<Value>)> {
        self.cache.cancel(now(), query);
        let state = *self.cache.state(query)?;
        let values = self.values.get_mut(query)?;
        let taken = (values.data.take(), values.error.take());
        self.inspectors.replaced.entry(query).or_insert_with(|| Replaced {
            state,
            data: taken.0.clone(),
            error: taken.1.clone(),
        });
        self.inspectors.touch(query);
        Some(taken)
    }

    /// Of who fetched it last, or observes it.
    fn some_options(&self, query: QueryId) -> Option<Rc<QueryObserverOptions>> {
        let last = self.values.get(query)?.options.clone();
        last.or_else(|| {
            let first = self.cache.observers(query).first()?;
            Some(self.observers.get(*first)?.options.clone())
        })
    }
}

/// The same options, with a function that does not answer.
fn never(options: &QueryObserverOptions) -> QueryObserverOptions {
    let mut options = options.clone();
    options.fetcher = Fetcher::new(core::future::pending::<Result<(), ()>>);
    options
}
