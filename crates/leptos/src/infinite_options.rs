//! The options of an infinite query.
use crate::{InfiniteData, QueryOptions};
use leptos::prelude::*;
use std::sync::Arc;
use whippet_engine::query::pages::{Direction, PageRules};

type Beyond<T, P> = Arc<dyn Fn(&T, &P) -> Option<P> + Send + Sync>;
type BeyondAll<T, P> = Arc<dyn Fn(&InfiniteData<T, P>) -> Option<P> + Send + Sync>;

/// The options of [`use_infinite_query`](crate::use_infinite_query): how its pages follow each other, and those of any query.
#[must_use]
pub struct InfiniteOptions<T, P> {
    pub(crate) first: P,
    next: BeyondAll<T, P>,
    previous: Option<BeyondAll<T, P>>,
    pub(crate) max_pages: usize,
    pub(crate) query: Signal<QueryOptions>,
}

impl<T, P: Clone> Clone for InfiniteOptions<T, P> {
    fn clone(&self) -> Self {
        Self {
            first: self.first.clone(),
            next: self.next.clone(),
            previous: self.previous.clone(),
            max_pages: self.max_pages,
            query: self.query,
        }
    }
}

fn at_end<T: 'static, P: 'static>(beyond: Beyond<T, P>, last: bool) -> BeyondAll<T, P> {
    Arc::new(move |data| {
        let at = if last { data.pages.len().checked_sub(1)? } else { 0 };
        beyond(data.pages.get(at)?, data.page_params.get(at)?)
    })
}

impl<T: 'static, P: 'static> InfiniteOptions<T, P> {
    /// A list whose first page has the page param `first`. `next` is given the last page and its page param, and returns the page
    /// param of the page after it, or `None` if there is none: TanStack Query's `getNextPageParam`.
    pub fn new(first: P, next: impl Fn(&T, &P) -> Option<P> + Send + Sync + 'static) -> Self {
        let (next, query) = (at_end(Arc::new(next), true), Signal::stored(QueryOptions::new()));
        Self { first, next, previous: None, max_pages: 0, query }
    }

    /// A list that has pages before its first one: `previous` is given that page and its page param, and returns the page param of
    /// the page before it, or `None`.
    pub fn previous(mut self, previous: impl Fn(&T, &P) -> Option<P> + Send + Sync + 'static) -> Self {
        self.previous = Some(at_end(Arc::new(previous), false));
        self
    }

    /// As `next` of [`new`](Self::new), for a rule that needs all pages.
    pub fn next_of_all(
        mut self,
        next: impl Fn(&InfiniteData<T, P>) -> Option<P> + Send + Sync + 'static,
    ) -> Self {
        self.next = Arc::new(next);
        self
    }

    /// As [`previous`](Self::previous), for a rule that needs all pages.
    pub fn previous_of_all(
        mut self,
        previous: impl Fn(&InfiniteData<T, P>) -> Option<P> + Send + Sync + 'static,
    ) -> Self {
        self.previous = Some(Arc::new(previous));
        self
    }

    /// Keeps no more pages than this: one that is added at one end takes the place of one at the other. Zero keeps all.
    /// Give [`previous`](Self::previous) as well, so that what went can come back.
    pub fn max_pages(mut self, most: usize) -> Self {
        self.max_pages = most;
        self
    }

    /// The options that it has as any query does, such as `stale_time`; they may be a signal.
    pub fn query(mut self, options: impl Into<Signal<QueryOptions>>) -> Self {
        self.query = options.into();
        self
    }

    /// What is beyond one end of these pages.
    pub(crate) fn beyond_data(&self, data: &InfiniteData<T, P>, end: Direction) -> Option<P> {
        let rule = match end {
            Direction::Forward => Some(&self.next),
            Direction::Backward => self.previous.as_ref(),
        };
        rule.filter(|_| !data.pages.is_empty())?(data)
    }
}

impl<T: 'static, P: Clone + 'static> PageRules<Arc<T>, P> for InfiniteOptions<T, P> {
    fn beyond(&self, pages: &[Arc<T>], params: &[P], end: Direction) -> Option<P> {
        self.beyond_data(&InfiniteData::new(pages.to_vec(), params.to_vec()), end)
    }
}
