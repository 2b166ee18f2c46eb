//! What a query waits for: when it is due, for whom, and which option says so. Devtools show it.
use super::cache::Cache;
use super::freshness::StaleTime;
use super::ids::{ObserverId, QueryId};
use super::index::Keys;
use super::retry::Phase;
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// What happens when a timer is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerKind {
    /// The data becomes stale, by the `staleTime`.
    Stale,
    /// It is fetched again, by the `refetchInterval`.
    Refetch,
    /// The failed attempt is retried, by the `retryDelay` or the server's `Retry-After`.
    Retry,
    /// The running attempt counts as failed, by its timeout.
    Timeout,
    /// It is garbage-collected, by the `gcTime`.
    Collect,
}

/// A deadline of a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timer {
    /// What happens.
    pub kind: TimerKind,
    /// When.
    pub at: Instant,
    /// The observer whose option it is; `None`: the query's, or its fetch's.
    pub observer: Option<ObserverId>,
    /// The option's value. Of a retry: what is left of the delay.
    pub span: Duration,
}

impl<K: Keys> Cache<K> {
    /// All deadlines of a query, the soonest first. None where the id is spent.
    pub fn timers(&self, now: Instant, query: QueryId) -> Vec<Timer> {
        let mut timers = Vec::new();
        let mut add = |kind, handle: Option<Handle>, observer, span| {
            if let Some(at) = handle.and_then(|handle| self.deadlines.at(handle)) {
                timers.push(Timer { kind, at, observer, span });
            }
        };
        let Some(entry) = self.entries.get(query) else { return timers };
        for &id in self.observers(query) {
            let Some(observer) = self.observers.get(id) else { continue };
            if let StaleTime::After(span) = observer.options.stale_time {
                add(TimerKind::Stale, observer.stale, Some(id), span);
            }
            if let Some(span) = observer.options.interval {
                add(TimerKind::Refetch, observer.interval, Some(id), span);
            }
        }
        if let Some(fetch) = entry.run.and_then(|run| self.fetches.get(run)) {
            let due = fetch.due.and_then(|due| self.deadlines.at(due));
            match (fetch.run.phase, due) {
                (Phase::Running, _) => add(TimerKind::Timeout, fetch.due, None, fetch.run.options.timeout),
                (_, Some(at)) => add(TimerKind::Retry, fetch.due, None, at - now),
                (_, None) => {}
            }
        }
        add(TimerKind::Collect, entry.gc, None, entry.gc_time);
        timers.sort_by_key(|timer| timer.at);
        timers
    }
}
