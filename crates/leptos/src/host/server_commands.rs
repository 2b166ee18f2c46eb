//! What a program does with the queries of a request. What was fetched stays what the request shows, so most of it is
//! nothing.
use super::server::{Host, Known, Refetcher};
use crate::component::Component;
use crate::query_source::Fetch;
use std::sync::Arc;
use whippet_engine::query::State;
use whippet_engine::query::pages::Direction;
use whippet_engine::time::{Duration, Instant};
use whippet_web::query::{Filter, Found, Key, Value};

impl Host {
    pub(crate) fn invalidate(&self, _: impl Into<Filter>) {}

    pub(crate) fn refetch(&self, _: &Filter) {}

    pub(crate) fn cancel(&self, _: &Filter) {}

    pub(crate) fn remove(&self, filter: &Filter) {
        let found = self.select(filter);
        self.forget(&found.iter().map(|found| &found.key).collect());
    }

    pub(crate) fn reset(&self, filter: &Filter) {
        self.remove(filter);
    }

    pub(crate) fn clear(&self) {
        self.remove(&Filter::default());
    }

    pub(crate) fn select(&self, filter: &Filter) -> Vec<Found> {
        let all = self.all().into_iter();
        let found = all.filter(|(key, _)| key.0.starts_with(&filter.prefix.0)).map(found);
        found.filter(|found| filter.selects(found) && filter.agrees(found)).collect()
    }

    pub(crate) fn state(&self, key: &Key) -> Option<Found> {
        Some(found((key.clone(), self.known(key)?)))
    }

    pub(crate) fn mutating(&self, _: &Key) -> usize {
        0
    }

    pub(crate) fn subscribe(&self, _: impl Fn() + 'static) -> Silence {
        Silence
    }
}

/// Stores data that a program gives, until the request ends.
pub(crate) fn store(host: &Host, key: &Key, data: Value, _: Duration) {
    host.set_data(key, data);
}

impl Refetcher {
    /// A server sends the first page.
    pub(crate) fn fetch_part<T, E>(
        self,
        _: Direction,
        _: Component,
        _: Arc<dyn Fn() -> Fetch<T, E> + Send + Sync>,
    ) {
    }
}

/// Nothing changes that somebody could hear of.
pub(crate) struct Silence;

fn found((key, known): (Key, Known)) -> Found {
    Found {
        key,
        state: State { data_update_count: 1, ..State::with_data(Instant::from_ms(known.at)) },
        data: Some(known.data),
        error: None,
        observers: 0,
        is_active: false,
        is_stale: false,
    }
}
