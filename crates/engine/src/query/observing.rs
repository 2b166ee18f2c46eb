//! Observers: mount, change options, unmount, refetch and notify.
use super::cache::Cache;
use super::due::Due;
use super::effect::Effect;
use super::entry::{FetchStatus, Status};
use super::freshness::{StaleTime, stale_at};
use super::ids::{ObserverId, QueryId, RunId};
use super::index::Keys;
use super::observer::{Changes, Observer, ObserverOptions, Refetch, Snapshot};
use crate::time::Instant;
use alloc::vec::Vec;

/// Something that happened to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// It became visible.
    Focus,
    /// Its network came back.
    Reconnect,
}

/// What to do about the running fetch when an observer is detached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detached {
    /// Nothing: it continues, or there is none.
    KeepFetch,
    /// Cancel it: nobody awaits it, and cancelling saves work.
    CancelFetch,
}

impl<K: Keys> Cache<K> {
    /// The current result of an observer; `None` where the id is spent.
    pub fn snapshot(&self, now: Instant, observer: ObserverId) -> Option<Snapshot> {
        let observer = self.observers.get(observer)?;
        let state = *self.state(observer.query)?;
        let ended = (state.data_update_count, state.error_update_count);
        Some(Snapshot {
            state,
            is_stale: observer.options.is_stale(&state, now),
            is_enabled: observer.options.enabled,
            is_fetched_after_mount: ended.0 > observer.counts_at_mount.0
                || ended.1 > observer.counts_at_mount.1,
        })
    }

    /// The observers of a query, in the order in which they were added.
    pub fn observers(&self, query: QueryId) -> &[ObserverId] {
        self.entries.get(query).map_or(&[], |entry| &entry.observers)
    }

    /// The options of an observer.
    pub fn options(&self, observer: ObserverId) -> Option<&ObserverOptions> {
        self.observers.get(observer).map(|observer| &observer.options)
    }

    /// Whether some observer of the query is enabled.
    pub fn is_active(&self, query: QueryId) -> bool {
        self.any(query, |options| options.enabled)
    }

    /// Whether the query has data that is static for some observer: then only an explicit fetch refetches it.
    pub fn is_static(&self, query: QueryId) -> bool {
        self.state(query).is_some_and(|state| state.has_data)
            && self.any(query, |options| options.stale_time == StaleTime::Static)
    }

    /// Whether the data is stale for some observer; without observers, whether it is invalidated or missing.
    pub fn is_stale(&self, now: Instant, query: QueryId) -> bool {
        let Some(entry) = self.entries.get(query) else { return true };
        match entry.observers.is_empty() {
            true => !entry.state.has_data || entry.state.invalidated,
            false => self.any(query, |options| options.is_stale(&entry.state, now)),
        }
    }

    fn any(&self, query: QueryId, test: impl Fn(&ObserverOptions) -> bool) -> bool {
        self.observers(query).iter().any(|&id| self.options(id).is_some_and(&test))
    }

    /// Adds an observer of `query`, which is not garbage-collected while it has one. Counts as a read, and
    /// [`Effect::Fetch`] follows where the options ask for it.
    pub fn observe(&mut self, now: Instant, query: QueryId, options: ObserverOptions) -> ObserverId {
        let observer = self.attach(now, query, options);
        if options.enabled {
            self.note_read(now, query, &options);
        }
        if self.fetches_on_mount(now, query, &options) {
            self.effects.push(Effect::Fetch { query, observer });
        }
        observer
    }

    /// The first step of [`observe`](Self::observe).
    pub fn attach(&mut self, now: Instant, query: QueryId, options: ObserverOptions) -> ObserverId {
        if let Some(entry) = self.entries.get_mut(query) {
            entry.last_use.expected_until = now;
            self.deadlines.end(&mut entry.gc);
        }
        let counts_at_mount = self.update_counts(query);
        let observer = self.observers.insert(Observer {
            query,
            options,
            last_result: None,
            counts_at_mount,
            stale: None,
            interval: None,
        });
        if let Some(entry) = self.entries.get_mut(query) {
            entry.observers.push(observer);
        }
        self.rearm(now, observer);
        observer
    }

    /// The second step of [`observe`](Self::observe): whether it fetches.
    pub fn fetches_on_mount(&self, now: Instant, query: QueryId, options: &ObserverOptions) -> bool {
        self.state(query).is_some_and(|state| options.fetches_on_mount(state, now))
    }

    /// Counts a read in the [stats](Self::stats).
    pub fn note_read(&mut self, now: Instant, query: QueryId, options: &ObserverOptions) {
        let Some(state) = self.state(query) else { return };
        let (has_data, stale) = (state.has_data, options.is_stale(state, now));
        if !has_data {
            self.stats.misses += 1;
        } else if stale {
            self.stats.stale_served += 1;
        } else {
            self.stats.hits += 1;
        }
        self.touch(query);
    }

    /// Changes the options of an observer. [`Effect::Fetch`] follows where it was disabled before and the data is stale
    /// for it now.
    pub fn set_options(&mut self, now: Instant, observer: ObserverId, options: ObserverOptions) {
        let Some(known) = self.observers.get(observer) else { return };
        let (query, was_enabled) = (known.query, known.options.enabled);
        self.replace_options(now, observer, options);
        self.fetch_on_change(now, observer, query, !was_enabled);
    }

    /// The first step of [`set_options`](Self::set_options), for a host that asks itself whether to fetch.
    pub fn replace_options(&mut self, now: Instant, observer: ObserverId, options: ObserverOptions) {
        let Some(known) = self.observers.get_mut(observer) else { return };
        let before = &known.options;
        // An unchanged interval is not restarted; only changes of the query do that.
        let same = before.enabled == options.enabled
            && before.timers == options.timers
            && before.interval == options.interval;
        known.options = options;
        self.rearm_some(now, observer, !same);
    }

    /// The observer observes `query` from now on.
    pub fn set_query(
        &mut self,
        now: Instant,
        observer: ObserverId,
        query: QueryId,
        options: ObserverOptions,
    ) {
        let Some(from) = self.observers.get(observer).map(|known| known.query) else { return };
        if from == query {
            return self.set_options(now, observer, options);
        }
        let counts_at_mount = self.update_counts(query);
        let Some(entry) = self.entries.get_mut(query) else { return };
        entry.observers.push(observer);
        entry.last_use.expected_until = now;
        self.deadlines.end(&mut entry.gc);
        if let Some(known) = self.observers.get_mut(observer) {
            (known.query, known.options, known.counts_at_mount, known.last_result) =
                (query, options, counts_at_mount, None);
        }
        self.rearm(now, observer);
        if options.enabled {
            self.note_read(now, query, &options);
        }
        if self.leave(now, from, observer) == Detached::CancelFetch {
            self.cancel(now, from);
        }
        self.fetch_on_change(now, observer, query, true);
    }

    fn fetch_on_change(&mut self, now: Instant, observer: ObserverId, query: QueryId, switched: bool) {
        let Some(options) = self.options(observer) else { return };
        if self.state(query).is_some_and(|state| options.fetches_on_change(switched, state, now)) {
            self.effects.push(Effect::Fetch { query, observer });
        }
    }

    /// Removes an observer; its id is spent. A fetch that nobody else awaits is cancelled if the function uses its abort
    /// signal, and otherwise not retried. A query without observers is garbage-collected after its `gcTime`.
    pub fn unobserve(&mut self, now: Instant, observer: ObserverId) {
        let query = self.observers.get(observer).map(|known| known.query);
        if self.detach(now, observer) == Detached::CancelFetch
            && let Some(query) = query
        {
            self.cancel(now, query);
        }
    }

    /// [`unobserve`](Self::unobserve) without cancelling, which is left to the host.
    pub fn detach(&mut self, now: Instant, observer: ObserverId) -> Detached {
        let Some(mut known) = self.observers.remove(observer) else { return Detached::KeepFetch };
        self.deadlines.end(&mut known.stale);
        self.deadlines.end(&mut known.interval);
        self.leave(now, known.query, observer)
    }

    fn leave(&mut self, now: Instant, query: QueryId, observer: ObserverId) -> Detached {
        let Some(entry) = self.entries.get_mut(query) else { return Detached::KeepFetch };
        if let Some(place) = entry.observers.iter().position(|known| *known == observer) {
            entry.observers.remove(place);
        }
        if !entry.observers.is_empty() {
            return Detached::KeepFetch;
        }
        if let Some(run) = entry.run.filter(|_| !entry.held) {
            let state = &entry.state;
            let never_started = state.fetch_status == FetchStatus::Paused && state.status == Status::Pending;
            if entry.abortable || never_started {
                return Detached::CancelFetch;
            }
            if let Some(fetch) = self.fetches.get_mut(run) {
                fetch.run.last_attempt = true;
            }
        }
        self.schedule_gc(now, query);
        Detached::KeepFetch
    }

    /// The page was focused or reconnected, as [`set_host`](Self::set_host) has set before: refetches the queries whose
    /// observers ask for that, and continues paused runs.
    pub fn handle_trigger(&mut self, now: Instant, trigger: Trigger) {
        let queries: Vec<(QueryId, Option<RunId>)> =
            self.entries.iter().map(|(query, entry)| (query, entry.run)).collect();
        for (query, run) in queries {
            if let Some(observer) = self.triggered_observer(now, query, trigger) {
                self.effects.push(Effect::Fetch { query, observer });
            }
            if let Some(run) = run {
                self.resume(now, run);
            }
        }
    }

    /// An observer whose options refetch the query on `trigger`.
    pub fn triggered_observer(&self, now: Instant, query: QueryId, trigger: Trigger) -> Option<ObserverId> {
        let state = self.state(query)?;
        self.observers(query).iter().copied().find(|&id| {
            self.options(id).is_some_and(|options| {
                let refetch = match trigger {
                    Trigger::Focus => options.on_focus,
                    Trigger::Reconnect => options.on_reconnect,
                };
                refetch != Refetch::No && options.fetches_on(refetch, state, now)
            })
        })
    }

    /// Whether to notify the observer: the fields that changed since the last call, or `None` where none of them is in
    /// its [`wants`](ObserverOptions::wants).
    pub fn update(&mut self, now: Instant, observer: ObserverId) -> Option<Changes> {
        let snapshot = self.snapshot(now, observer)?;
        let known = self.observers.get_mut(observer)?;
        let changes = match known.last_result.replace(snapshot) {
            Some(before) => snapshot.changes(&before),
            None => Changes::ALL,
        };
        changes.intersects(known.options.wants).then_some(changes)
    }

    /// Resets the deadlines of an observer, after each change of its query or options.
    /// How many updates of data and of errors a query has had.
    fn update_counts(&self, query: QueryId) -> (u32, u32) {
        self.state(query).map_or((0, 0), |state| (state.data_update_count, state.error_update_count))
    }

    pub(crate) fn rearm(&mut self, now: Instant, observer: ObserverId) {
        self.rearm_some(now, observer, true);
    }

    fn rearm_some(&mut self, now: Instant, observer: ObserverId, and_interval: bool) {
        let Some(known) = self.observers.get(observer) else { return };
        let options = &known.options;
        let awake = options.timers && options.enabled;
        let stale = match self.state(known.query) {
            Some(state) if awake && !options.is_stale(state, now) => stale_at(state, options.stale_time),
            _ => Instant::NEVER,
        };
        let interval = match options.interval {
            Some(span) if awake && span.as_ms() > 0.0 => now + span,
            _ => Instant::NEVER,
        };
        if let Some(known) = self.observers.get_mut(observer) {
            self.deadlines.reset(&mut known.stale, stale, Due::Stale(observer));
            if and_interval {
                self.deadlines.reset(&mut known.interval, interval, Due::Interval(observer));
            }
        }
    }

    pub(crate) fn stale_due(&mut self, observer: ObserverId) {
        if let Some(known) = self.observers.get_mut(observer) {
            known.stale = None;
            self.effects.push(Effect::Stale { observer });
        }
    }

    pub(crate) fn interval_due(&mut self, now: Instant, observer: ObserverId) {
        let focused = self.host.focused;
        let Some(known) = self.observers.get_mut(observer) else { return };
        let query = known.query;
        known.interval =
            known.options.interval.and_then(|span| self.deadlines.set(now + span, Due::Interval(observer)));
        if known.options.interval_in_background || focused {
            self.effects.push(Effect::Fetch { query, observer });
        }
    }
}
