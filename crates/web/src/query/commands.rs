//! What a program does with queries that it names, without observing them.
use super::client::Client;
use super::filter::{Filter, Found};
use super::options::QueryObserverOptions;
use super::state::{ClientState, now};
use super::waiters::OnSettled;
use super::{Key, Value};
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use whippet_engine::query::{ObserverId, QueryId, Start};

impl Client {
    /// The queries that `filter` selects.
    pub fn select(&self, filter: &Filter) -> Vec<Found> {
        self.chosen(filter).into_iter().map(|(_, found)| found).collect()
    }

    /// The query of `key`.
    pub fn state(&self, key: &Key) -> Option<Found> {
        let state = self.borrow();
        state.found(state.find(key)?)
    }

    /// Marks queries as stale, and fetches those that have an enabled observer.
    pub fn invalidate(&self, filter: impl Into<Filter>) {
        let chosen = self.ids(&filter.into());
        self.with(|state| {
            for query in chosen {
                state.cache.invalidate(now(), query);
                state.refetch_active(query);
            }
        });
    }

    /// Fetches those that have an enabled observer, even if their data is fresh.
    pub fn refetch(&self, filter: &Filter) {
        let chosen = self.ids(filter);
        self.with(|state| chosen.into_iter().for_each(|query| state.refetch_active(query)));
    }

    /// Cancels fetches: each query is what it was before.
    pub fn cancel(&self, filter: &Filter) {
        let chosen = self.ids(filter);
        self.with(|state| chosen.into_iter().for_each(|query| state.cache.cancel(now(), query)));
    }

    /// Removes queries, with their data. Those that are observed live on until their last observer leaves, but cannot be
    /// found any more.
    pub fn remove(&self, filter: &Filter) {
        let chosen = self.ids(filter);
        let _dropped = self.with(|state| {
            chosen.iter().for_each(|query| state.inspectors.touch(*query));
            let gone = chosen.into_iter().filter(|query| state.cache.remove(now(), *query));
            gone.collect::<Vec<_>>().iter().map(|query| state.values.remove(*query)).collect::<Vec<_>>()
        });
    }

    /// Takes queries back to where they began, with their [initial data](Self::begin_with) or without any, and fetches those
    /// that have an enabled observer.
    pub fn reset(&self, filter: &Filter) {
        let chosen = self.ids(filter);
        let _dropped = self.with(|state| {
            let mut dropped = Vec::new();
            for query in chosen {
                dropped.push(state.reset(query));
                state.refetch_active(query);
            }
            dropped
        });
    }

    /// Removes all queries and mutations.
    pub fn clear(&self) {
        self.remove(&Filter::default());
        let forgotten = self.inspected_mutations();
        let _dropped = self.with(|state| state.mutator.as_mut().map(|mutator| mutator.clear()));
        self.tell_of_forgotten(forgotten);
    }

    /// Fetches a query without observing it, unless its data is fresh by the `stale_time` of the options. `on_settled` is
    /// called once, perhaps at once, with the data or the error; with `Err(None)` where the fetch was cancelled.
    pub fn fetch(
        &self,
        key: &Key,
        options: QueryObserverOptions,
        on_settled: impl FnOnce(Result<Value, Option<Value>>) + 'static,
    ) {
        let options = Rc::new(options);
        let on_settled: OnSettled = Box::new(on_settled);
        let at_once = self.with(|state| {
            let query = state.entry(key, &options);
            let found = state.found(query);
            let fresh = found.as_ref().is_some_and(|found| !options.observer.is_stale(&found.state, now()));
            if let (Some(data), true) = (found.and_then(|found| found.data), fresh) {
                return Some((on_settled, Ok(data)));
            }
            match state.begin(query, &options, None, false) {
                Start::Begun(run) | Start::Joined(run) => {
                    state.cache.hold(query);
                    state.waiters.add(run, on_settled);
                    None
                }
                Start::Gone => Some((on_settled, Err(None))),
            }
        });
        if let Some((on_settled, outcome)) = at_once {
            on_settled(outcome);
        }
    }

    /// How many mutations are under way whose key begins with `prefix`.
    pub fn mutating(&self, prefix: &Key) -> usize {
        self.borrow().mutator.as_ref().map_or(0, |mutator| mutator.count(prefix))
    }

    /// Calls `on_change` after queries or mutations changed, until what it returns is dropped.
    pub fn subscribe(&self, on_change: impl Fn() + 'static) -> Subscription {
        let number = self.borrow_mut().listeners.add(Rc::new(on_change));
        Subscription { client: self.clone(), number }
    }

    /// Calls `on_settled` with each fetch that succeeded or failed.
    pub fn on_settled(&self, on_settled: impl Fn(&Key, Result<&Value, &Value>) + 'static) {
        self.borrow_mut().on_settled = Some(Rc::new(on_settled));
    }

    fn ids(&self, filter: &Filter) -> Vec<QueryId> {
        self.chosen(filter).into_iter().map(|(query, _)| query).collect()
    }

    fn chosen(&self, filter: &Filter) -> Vec<(QueryId, Found)> {
        let mut found = {
            let state = self.borrow();
            let queries = state.matching(&filter.prefix).into_iter();
            let found = queries.filter_map(|query| Some((query, state.found(query)?)));
            found.filter(|(_, found)| filter.selects(found)).collect::<Vec<_>>()
        };
        found.retain(|(_, found)| filter.agrees(found));
        found
    }
}

impl ClientState {
    /// Fetches a query that has an enabled observer, and no static data.
    fn refetch_active(&mut self, query: QueryId) {
        let enabled =
            |observer: &ObserverId| self.cache.options(*observer).is_some_and(|options| options.enabled);
        let observer = self.cache.observers(query).iter().copied().find(enabled);
        if let Some(observer) = observer.filter(|_| !self.cache.is_static(query)) {
            self.fetch(query, observer, true);
        }
    }

    pub(super) fn found(&self, query: QueryId) -> Option<Found> {
        let (values, &state) = (self.values.get(query)?, self.cache.state(query)?);
        Some(Found {
            key: values.key.clone(),
            state,
            data: values.data.clone(),
            error: values.error.clone(),
            observers: self.cache.observers(query).len(),
            is_active: self.cache.is_active(query),
            is_stale: self.cache.is_stale(now(), query),
        })
    }
}

/// Hears of changes until it is dropped.
#[must_use = "dropping it stops listening"]
pub struct Subscription {
    client: Client,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let _dropped = self.client.borrow_mut().listeners.remove(self.number);
    }
}
