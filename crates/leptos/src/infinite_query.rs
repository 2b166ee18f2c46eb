//! What the hook of infinite queries gives.
use crate::infinite_options::InfiniteOptions;
use crate::{InfiniteData, Query};
use leptos::prelude::*;
use std::future::IntoFuture;
use std::ops::Deref;
use std::sync::Arc;
use whippet_engine::query::pages::Direction;

/// The result of [`use_infinite_query`](crate::use_infinite_query): a [`Query`] whose data is pages, and what there is to
/// fetch beyond them.
#[non_exhaustive]
pub struct InfiniteQuery<T: Send + Sync + 'static, E: Send + Sync + 'static, P: Send + Sync + 'static> {
    /// The query: its signals are those of this one too.
    pub query: Query<InfiniteData<T, P>, E>,
    /// Whether there is a page after the last one.
    pub has_next_page: Signal<bool>,
    /// Whether there is a page before the first one.
    pub has_previous_page: Signal<bool>,
    /// Whether the page after the last one is being fetched.
    pub is_fetching_next_page: Signal<bool>,
    /// Whether the page before the first one is being fetched.
    pub is_fetching_previous_page: Signal<bool>,
    /// Whether fetching the page after the last one failed.
    pub is_fetch_next_page_error: Signal<bool>,
    /// Whether fetching the page before the first one failed.
    pub is_fetch_previous_page_error: Signal<bool>,
    /// Whether all pages are being fetched again.
    pub is_refetching: Signal<bool>,
    more: StoredValue<More>,
}

/// Fetches beyond one end.
pub(crate) type More = Arc<dyn Fn(Direction) + Send + Sync>;

impl<T: Send + Sync, E: Send + Sync, P: Send + Sync> Clone for InfiniteQuery<T, E, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync, E: Send + Sync, P: Send + Sync> Copy for InfiniteQuery<T, E, P> {}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static, P: Send + Sync + 'static> Deref
    for InfiniteQuery<T, E, P>
{
    type Target = Query<InfiniteData<T, P>, E>;

    fn deref(&self) -> &Self::Target {
        &self.query
    }
}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static, P: Send + Sync + 'static> IntoFuture
    for InfiniteQuery<T, E, P>
{
    type Output = <Query<InfiniteData<T, P>, E> as IntoFuture>::Output;
    type IntoFuture = <Query<InfiniteData<T, P>, E> as IntoFuture>::IntoFuture;

    fn into_future(self) -> Self::IntoFuture {
        self.query.into_future()
    }
}

impl<T, E, P> InfiniteQuery<T, E, P>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    pub(crate) fn new(
        query: &Query<InfiniteData<T, P>, E>,
        options: &InfiniteOptions<T, P>,
        more: More,
    ) -> Self {
        let query = *query;
        let has = |end: Direction| {
            let options = options.clone();
            let has = move |data: &Option<Arc<InfiniteData<T, P>>>| {
                data.as_ref().is_some_and(|data| options.beyond_data(data, end).is_some())
            };
            query.derived(move || query.data.with(&has))
        };
        let fetching = |end| query.derived(move || query.is_fetching() && query.part() == Some(end));
        let failed = |end| query.derived(move || query.is_error() && query.part() == Some(end));
        Self {
            query,
            has_next_page: has(Direction::Forward),
            has_previous_page: has(Direction::Backward),
            is_fetching_next_page: fetching(Direction::Forward),
            is_fetching_previous_page: fetching(Direction::Backward),
            is_fetch_next_page_error: failed(Direction::Forward),
            is_fetch_previous_page_error: failed(Direction::Backward),
            is_refetching: query.derived(move || query.is_refetching() && query.part().is_none()),
            more: StoredValue::new(more),
        }
    }

    /// Fetches the page after the last one, if there is one, and the first page of a list that has none yet. While it is being
    /// fetched, nothing more happens; a fetch of all pages is replaced.
    pub fn fetch_next_page(&self) {
        self.fetch(Direction::Forward);
    }

    /// Fetches the page before the first one, if there is one; otherwise as [`fetch_next_page`](Self::fetch_next_page).
    pub fn fetch_previous_page(&self) {
        self.fetch(Direction::Backward);
    }

    fn fetch(&self, end: Direction) {
        // Nothing happens once the component was disposed.
        if let Some(more) = self.more.try_get_value() {
            more(end);
        }
    }
}
