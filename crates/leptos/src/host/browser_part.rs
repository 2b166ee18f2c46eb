//! Fetches a part of a query's data in a browser.
use super::browser::Refetcher;
use crate::component::Component;
use crate::fetching::fetching;
use crate::query_source::Fetch;
use std::sync::Arc;
use whippet_engine::query::pages::Direction;
use whippet_web::query::Fetcher;

impl Refetcher {
    /// Fetches one page more: `function` gives all pages, with that.
    pub(crate) fn fetch_part<T, E>(
        self,
        part: Direction,
        component: Component,
        function: Arc<dyn Fn() -> Fetch<T, E> + Send + Sync>,
    ) where
        T: Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        if let Some(observer) = self.observer() {
            let fetch = move || fetching(&component, &*function);
            observer.fetch_part(Fetcher::new(fetch), part);
        }
    }
}
