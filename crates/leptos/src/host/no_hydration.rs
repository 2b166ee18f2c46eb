//! Hydration in an app that is rendered in the browser alone: there is none, and none of its code.
use crate::QueryKey;
use crate::query_source::QuerySource;
use crate::seen::Seen;
use crate::settled::Settled;
use leptos::prelude::*;
use std::marker::PhantomData;
use whippet_engine::time::Duration;

pub(super) struct Hydration<T, E>(PhantomData<fn() -> (T, E)>);

impl<T, E> Clone for Hydration<T, E> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Hydration<T, E> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }

    pub(super) fn begin_with(&self, _: &QueryKey, _: &Settled<T, E>) {}

    pub(super) fn seen<K>(&self, _: &QuerySource<K, T, E>) -> Option<Seen<T, E>>
    where
        K: Clone + Send + Sync + 'static,
    {
        None
    }

    pub(super) fn age(&self) -> Option<Duration> {
        None
    }

    pub(super) fn is_over(&self) -> bool {
        true
    }

    pub(super) fn is_over_tracked(&self) -> bool {
        true
    }

    pub(super) fn end_with_the_page(&self) {}
}

pub(crate) fn page_is_hydrated() -> Option<ArcRwSignal<bool>> {
    None
}
