//! Fetches: begin, join, replace, retry, pause, settle and cancel.
use super::breaker::Attempt;
use super::cache::{Cache, Fetch};
use super::due::Due;
use super::effect::{Effect, Outcome};
use super::entry::FetchStatus;
use super::ids::{ObserverId, QueryId, RunId};
use super::index::Keys;
use super::retry::{Next, Phase, Run, RunOptions, Verdict};
use crate::time::Instant;

/// The result of [`Cache::fetch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A fetch began.
    Begun(RunId),
    /// Another fetch is running: await that.
    Joined(RunId),
    /// There is no such query.
    Gone,
}

/// How [`Cache::fetch`] proceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Begin a fetch.
    Begin,
    /// Await the running fetch.
    Join(RunId),
    /// End the running fetch, and begin another.
    Replace(RunId),
}

impl<K: Keys> Cache<K> {
    /// Fetches the query, or joins the running fetch. With `cancel_refetch` the running fetch is replaced instead, if the
    /// query has data or was invalidated since that fetch began.
    pub fn fetch(
        &mut self,
        now: Instant,
        query: QueryId,
        options: &RunOptions,
        cancel_refetch: bool,
    ) -> Start {
        match self.intent(query, cancel_refetch) {
            Intent::Join(run) => return Start::Joined(run),
            Intent::Replace(run) => {
                self.end(now, run, Outcome::Replaced);
            }
            Intent::Begin => {}
        }
        let Some(run) = self.begin(now, query, options) else { return Start::Gone };
        self.changed(now, query);
        Start::Begun(run)
    }

    /// The first step of [`fetch`](Self::fetch): decides how to proceed. A joined run may retry again, even if its last
    /// observer had left.
    pub fn intent(&mut self, query: QueryId, cancel_refetch: bool) -> Intent {
        let Some(entry) = self.entries.get_mut(query) else { return Intent::Begin };
        let Some(run) = entry.run else { return Intent::Begin };
        let replaceable = entry.state.has_data || entry.outdated.is_some();
        // Idle with a running fetch: `set_state` overwrote the state.
        if cancel_refetch && replaceable || entry.state.fetch_status == FetchStatus::Idle {
            entry.replaced = true;
            return Intent::Replace(run);
        }
        if entry.outdated.is_some() {
            entry.outdated = Some(true);
        }
        if let Some(fetch) = self.fetches.get_mut(run) {
            fetch.run.last_attempt = false;
        }
        self.stats.deduplicated += 1;
        Intent::Join(run)
    }

    /// The second step of [`fetch`](Self::fetch), without a running fetch: starts a run with its first attempt or a
    /// pause. `None` where the query does not exist or has a run.
    pub fn begin(&mut self, now: Instant, query: QueryId, options: &RunOptions) -> Option<RunId> {
        let host = self.host;
        let entry = self.entries.get_mut(query)?;
        if entry.run.is_some() {
            return None;
        }
        entry.before_fetch = Some(entry.state);
        entry.partial = options.partial;
        // A partial fetch leaves the other parts as stale as they are.
        entry.outdated = (options.partial && entry.state.invalidated && !entry.page_failed).then_some(false);
        let mut fetch = Fetch { query, run: Run::new(now, *options), due: None, origin: 0, admitted: false };
        let next = fetch.run.proceed(options.network_mode.can_start(host), false);
        entry.set_fetching(next == Next::Pause);
        self.deadlines.end(&mut entry.gc);
        let run = self.fetches.insert(fetch);
        entry.run = Some(run);
        self.stats.fetches += 1;
        self.effects.push(if next == Next::Pause {
            Effect::Paused { query, run }
        } else {
            entry.abortable = false;
            Effect::Run { query, run }
        });
        if next == Next::Attempt {
            self.attempted(now, run);
        }
        Some(run)
    }

    /// The function returned data. Returns `false` if the run is over, or no attempt was running: then the host must
    /// ignore the data.
    ///
    /// If the query was invalidated after the run began, the data stays stale. If a fetch was also requested since, an
    /// [`Effect::Fetch`] follows.
    pub fn succeeded(&mut self, now: Instant, run: RunId) -> bool {
        let Some(query) = self.running(run) else { return false };
        self.set_data(now, query, now, false);
        if let Some(observer) = self.end(now, run, Outcome::Success) {
            self.effects.push(Effect::Fetch { query, observer });
        }
        true
    }

    /// The function failed. It is retried at [`Next::Wait`], or the run ends with an error.
    pub fn failed(&mut self, now: Instant, run: RunId, verdict: Verdict) -> Option<Next> {
        let next = self.attempt_failed(now, run, verdict)?;
        if next == Next::GiveUp {
            self.give_up(now, run);
        }
        Some(next)
    }

    /// Ends the run with an error, whatever its retry options.
    pub fn give_up(&mut self, now: Instant, run: RunId) {
        if let Some(query) = self.query_of(run) {
            self.set_error(now, query);
            self.end(now, run, Outcome::Error);
        }
    }

    /// The first step of [`failed`](Self::failed): decides whether to retry. `None` if the run is over, or no
    /// attempt was running: then the host must ignore the error.
    pub fn attempt_failed(&mut self, now: Instant, run: RunId, verdict: Verdict) -> Option<Next> {
        let query = self.running(run)?;
        self.notify_breaker(now, run, if verdict.permanent { Attempt::Answered } else { Attempt::Failed });
        let fetch = self.fetches.get_mut(run)?;
        let next = fetch.run.failed(now, verdict, &mut self.rng);
        if let Next::Wait(at) = next {
            self.deadlines.reset(&mut fetch.due, at, Due::Attempt(run));
            fetch.run.phase = Phase::Waiting;
            let failures = fetch.run.failures;
            self.stats.retries += 1;
            if let Some(entry) = self.entries.get_mut(query) {
                entry.state.failure_count = failures;
                self.changed(now, query);
            }
        }
        Some(next)
    }

    /// The second step of [`failed`](Self::failed), where it is not retried.
    pub fn set_error(&mut self, now: Instant, query: QueryId) {
        if let Some(entry) = self.entries.get_mut(query) {
            entry.set_error(now);
            self.changed(now, query);
        }
    }

    /// The last step of every run: its id is spent. Returns an observer to fetch for at once, if a fetch was requested
    /// after an invalidation that this run began before.
    pub fn end(&mut self, now: Instant, run: RunId, outcome: Outcome) -> Option<ObserverId> {
        let answered = if outcome == Outcome::Success { Attempt::Answered } else { Attempt::Cancelled };
        self.notify_breaker(now, run, answered);
        let mut fetch = self.fetches.remove(run)?;
        let query = fetch.query;
        self.deadlines.end(&mut fetch.due);
        match outcome {
            Outcome::Success => self.latency = (now - fetch.run.began).as_ms(),
            Outcome::Error => self.stats.errors += 1,
            _ => {}
        }
        self.effects.push(Effect::Settled { query, run, outcome });
        let entry = self.entries.get_mut(query)?;
        entry.run = None;
        entry.held = entry.held && entry.replaced;
        entry.replaced = false;
        if matches!(outcome, Outcome::Cancelled { .. }) {
            entry.state.fetch_status = FetchStatus::Idle;
        }
        entry.last_use.fetch_duration = now - fetch.run.began;
        let wanted = entry.outdated.take() == Some(true) && outcome == Outcome::Success;
        if matches!(outcome, Outcome::Success | Outcome::Error) {
            self.expect(now, query);
        }
        self.schedule_gc(now, query);
        if !wanted {
            return None;
        }
        let observers = &self.entries.get(query)?.observers;
        observers.iter().copied().find(|&id| self.observers.get(id).is_some_and(|o| o.options.enabled))
    }

    /// Cancels the query's fetch and reverts to the state before it. Data that was written meanwhile stays.
    pub fn cancel(&mut self, now: Instant, query: QueryId) {
        let Some(run) = self.entries.get(query).and_then(|entry| entry.run) else { return };
        self.end(now, run, Outcome::Cancelled { reverted: true });
        self.revert(now, query);
    }

    /// The second step of [`cancel`](Self::cancel), after [`end`](Self::end): reverts to the state before the fetch.
    /// The data stays invalidated.
    pub fn revert(&mut self, now: Instant, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        if let Some(before) = entry.before_fetch.take() {
            entry.state = before;
        }
        entry.state.fetch_status = FetchStatus::Idle;
        self.changed(now, query);
    }

    /// A caller without an observer awaits the running fetch: it continues, with its retries, when the last observer
    /// leaves.
    pub fn hold(&mut self, query: QueryId) {
        if let Some(entry) = self.entries.get_mut(query) {
            entry.held = entry.run.is_some();
        }
    }

    /// Ends the query's fetch without changing its state: a step of [`remove`](Self::remove) and
    /// [`reset`](Self::reset), and of [`fetch`](Self::fetch) where a fetch is replaced.
    pub fn abandon(&mut self, now: Instant, query: QueryId) {
        if let Some(run) = self.entries.get(query).and_then(|entry| entry.run) {
            self.end(now, run, Outcome::Cancelled { reverted: false });
        }
    }

    /// Sets whether the query function, which was just called, uses its abort signal. If so, the fetch is cancelled when
    /// the last observer leaves; otherwise it finishes, and its answer is stored.
    pub fn set_abortable(&mut self, query: QueryId, abortable: bool) {
        if let Some(entry) = self.entries.get_mut(query) {
            entry.abortable = abortable;
        }
    }

    /// Continues a paused run if the host allows it now. Returns whether it continues.
    pub fn resume(&mut self, now: Instant, run: RunId) -> bool {
        match self.fetches.get(run) {
            Some(fetch) if fetch.run.is_paused() => self.proceed(now, run),
            _ => false,
        }
    }

    /// Sets the origin that the run fetches from, whose breaker admits its attempts. Call it before the first attempt.
    /// Origins are numbers from 1, which the host assigns; [`Effect::OriginFreed`] says when one may be reused.
    pub fn guard(&mut self, run: RunId, origin: u32) {
        let Some(fetch) = self.fetches.get_mut(run) else { return };
        let Some(breakers) = &mut self.breakers else { return };
        fetch.origin = origin;
        let (query, began) = (fetch.query, fetch.run.began);
        breakers.enter(origin);
        if let Some(entry) = self.entries.get_mut(query) {
            let before = core::mem::replace(&mut entry.origin, origin);
            self.leave_origin(began, before);
        }
    }

    /// A query that fetched from this origin was removed, or fetches from another.
    pub(crate) fn leave_origin(&mut self, now: Instant, origin: u32) {
        if origin != 0
            && let Some(breakers) = &mut self.breakers
        {
            breakers.leave(origin);
            let at = breakers.forget_at(now, origin).max(now);
            self.deadlines.reset(&mut breakers.of(origin).due, at, Due::ForgetOrigin(origin));
        }
    }

    pub(crate) fn forget_origin_due(&mut self, now: Instant, origin: u32) {
        let Some(breakers) = &mut self.breakers else { return };
        let at = breakers.forget_at(now, origin);
        breakers.of(origin).due = None;
        if at <= now {
            breakers.forget(origin);
            self.effects.push(Effect::OriginFreed { origin });
        } else {
            self.deadlines.reset(&mut breakers.of(origin).due, at, Due::ForgetOrigin(origin));
        }
    }

    /// Whether the breaker of the run's [origin](Self::guard) admits the attempt of [`Effect::Run`]. Call it once before
    /// each attempt. The error is the time until which the breaker is open: then do not call the function, but answer
    /// with a [permanent](Verdict::permanent) failure.
    pub fn admit(&mut self, now: Instant, run: RunId) -> Result<(), Instant> {
        self.refused_until(now, run).map_or(Ok(()), Err)
    }

    /// [`admit`](Self::admit), whose answer is the time alone: `None` where the attempt is admitted.
    pub fn refused_until(&mut self, now: Instant, run: RunId) -> Option<Instant> {
        if let Some(fetch) = self.fetches.get_mut(run)
            && fetch.origin != 0
            && let Some(breakers) = &mut self.breakers
        {
            let until = breakers.refused_until(now, fetch.origin, run);
            fetch.admitted = until.is_none();
            return until;
        }
        None
    }

    fn notify_breaker(&mut self, now: Instant, run: RunId, attempt: Attempt) {
        if let Some(fetch) = self.fetches.get_mut(run)
            && core::mem::take(&mut fetch.admitted)
            && let Some(breakers) = &mut self.breakers
        {
            breakers.ended(now, fetch.origin, run, attempt);
        }
    }

    /// An attempt starts: sets its timeout.
    fn attempted(&mut self, now: Instant, run: RunId) {
        if let Some(fetch) = self.fetches.get_mut(run) {
            let at = now + fetch.run.options.timeout;
            self.deadlines.reset(&mut fetch.due, at, Due::Attempt(run));
        }
    }

    pub(crate) fn attempt_due(&mut self, now: Instant, run: RunId) {
        if let Some(fetch) = self.fetches.get_mut(run) {
            fetch.due = None;
            if fetch.run.phase == Phase::Running {
                self.effects.push(Effect::TimedOut { query: fetch.query, run });
            } else {
                self.proceed(now, run);
            }
        }
    }

    fn proceed(&mut self, now: Instant, run: RunId) -> bool {
        let host = self.host;
        let Some(fetch) = self.fetches.get_mut(run) else { return false };
        let (query, mode, paused) = (fetch.query, fetch.run.options.network_mode, fetch.run.is_paused());
        let next = fetch.run.proceed(mode.can_start(host), mode.can_retry(host));
        let Some(entry) = self.entries.get_mut(query) else { return false };
        match next {
            Next::Pause if paused => return false,
            Next::Pause => {
                entry.state.fetch_status = FetchStatus::Paused;
                self.effects.push(Effect::Paused { query, run });
                self.changed(now, query);
                return false;
            }
            Next::GiveUp => self.effects.push(Effect::GaveUp { query, run }),
            _ => {
                entry.abortable = false;
                self.effects.push(Effect::Run { query, run });
                self.attempted(now, run);
            }
        }
        if paused {
            if let Some(entry) = self.entries.get_mut(query) {
                entry.state.fetch_status = FetchStatus::Fetching;
            }
            self.changed(now, query);
        }
        true
    }

    fn query_of(&self, run: RunId) -> Option<QueryId> {
        self.fetches.get(run).map(|fetch| fetch.query)
    }

    /// The query of a run, if an attempt is running.
    fn running(&self, run: RunId) -> Option<QueryId> {
        self.fetches.get(run).filter(|fetch| fetch.run.phase == Phase::Running).map(|fetch| fetch.query)
    }
}
