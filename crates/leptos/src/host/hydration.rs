//! While a page is hydrated, a query shows what the server had: no more, no less. What is to be fetched is fetched after that.
use crate::QueryKey;
use crate::query_source::QuerySource;
use crate::seen::Seen;
use crate::settled::Settled;
use leptos::prelude::*;
use leptos::web_sys::js_sys::Date;
use send_wrapper::SendWrapper;
use std::cell::RefCell;
use std::rc::Rc;
use whippet_engine::time::Duration;

/// How often, and how many times, it is asked whether the page is hydrated: a minute, for routes whose code is still to come.
const ASK_MS: u64 = 20;
const ASKS: u32 = 3_000;

/// One query's part in the hydration of the page.
pub(super) struct Hydration<T, E> {
    /// `None` for what is created in a page that is there.
    over: Option<ArcRwSignal<bool>>,
    sent: SendWrapper<Shared<T, E>>,
}

type Shared<T, E> = Rc<RefCell<Option<Sent<T, E>>>>;

/// What came with the page.
struct Sent<T, E> {
    key: QueryKey,
    seen: Seen<T, E>,
    /// In ms since 1970.
    at: f64,
}

impl<T, E> Clone for Hydration<T, E> {
    fn clone(&self) -> Self {
        Self { over: self.over.clone(), sent: self.sent.clone() }
    }
}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Hydration<T, E> {
    /// Of the component that is being built.
    pub(super) fn new() -> Self {
        Self { over: is_hydrating().then(|| ArcRwSignal::new(false)), sent: SendWrapper::new(Rc::default()) }
    }

    /// The page brought the result of `key`.
    pub(super) fn begin_with(&self, key: &QueryKey, settled: &Settled<T, E>) {
        let seen = Seen::settled(Some(key.clone()), settled.clone());
        let at = seen.data_updated_at.max(seen.error_updated_at);
        if self.over.is_some() && at > 0.0 {
            self.sent.replace(Some(Sent { key: key.clone(), seen, at }));
        }
    }

    /// What the server had of the wanted query; `None` once the page is hydrated.
    pub(super) fn seen<K>(&self, source: &QuerySource<K, T, E>) -> Option<Seen<T, E>>
    where
        K: Clone + Send + Sync + 'static,
    {
        if self.is_over_tracked() {
            return None;
        }
        let wanted = source.wanted.try_get().flatten();
        let sent = self.sent.borrow();
        let sent = sent.as_ref().filter(|sent| wanted.is_some_and(|wanted| wanted.key == sent.key));
        Some(sent.map_or_else(|| source.unsettled(), |sent| sent.seen.clone()))
    }

    /// How old it is that the page brought.
    pub(super) fn age(&self) -> Option<Duration> {
        let sent = self.sent.borrow();
        Some(Duration::from_ms((Date::now() - sent.as_ref()?.at).max(0.0)))
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.as_ref().is_none_or(GetUntracked::get_untracked)
    }

    pub(super) fn is_over_tracked(&self) -> bool {
        self.over.as_ref().is_none_or(Get::get)
    }

    /// It is over when the whole page is hydrated.
    pub(super) fn end_with_the_page(&self) {
        if let Some(over) = self.over.clone() {
            end_with_the_page(over);
        }
    }
}

/// Says whether the page is hydrated; `None` for what is created in a page that is there.
pub(crate) fn page_is_hydrated() -> Option<ArcRwSignal<bool>> {
    let over = is_hydrating().then(|| ArcRwSignal::new(false))?;
    end_with_the_page(over.clone());
    Some(over)
}

fn end_with_the_page(over: ArcRwSignal<bool>) {
    // Effects run when the components are there, which may wait for code.
    Effect::new(move || end(over.clone(), ASKS));
}

fn end(over: ArcRwSignal<bool>, asks: u32) {
    if is_hydrating() && asks > 0 {
        set_timeout(move || end(over, asks - 1), std::time::Duration::from_millis(ASK_MS));
    } else {
        over.set(true);
    }
}

/// In a page of islands, each of them is hydrated by itself.
fn is_hydrating() -> bool {
    Owner::current_shared_context()
        .is_some_and(|context| context.get_is_hydrating() && context.during_hydration())
}
