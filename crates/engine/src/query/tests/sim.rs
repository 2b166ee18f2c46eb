//! A host for tests: it answers effects as a real one does, and logs what happened.
use crate::query::*;
use crate::time::{Duration, Instant};
use expect_test::Expect;
use std::fmt::Write;
use std::format;
use std::string::String;
use std::vec::Vec;

/// Plays `session`, and compares its log.
pub(super) fn check(session: impl FnOnce(&mut Sim), expected: Expect) {
    let mut sim = Sim::default();
    session(&mut sim);
    sim.settle();
    expected.assert_eq(&sim.log);
}

#[derive(Default)]
pub(super) struct Sim {
    pub(super) cache: Cache,
    pub(super) now: f64,
    pub(super) run_options: RunOptions,
    log: String,
    queries: Vec<QueryId>,
    observers: Vec<ObserverId>,
    runs: Vec<RunId>,
}

impl Sim {
    pub(super) fn now(&self) -> Instant {
        Instant::from_ms(self.now)
    }

    /// A query of its own key, with a `gcTime` of a minute.
    pub(super) fn query(&mut self) -> QueryId {
        self.query_kept(60_000.0)
    }

    pub(super) fn query_kept(&mut self, gc_time: f64) -> QueryId {
        let key = [self.queries.len() as u32];
        let query = self.cache.insert(self.now(), &key, State::default(), Duration::from_ms(gc_time));
        self.queries.push(query);
        query
    }

    pub(super) fn observe(&mut self, query: QueryId, options: ObserverOptions) -> ObserverId {
        let observer = self.cache.observe(self.now(), query, options);
        self.observers.push(observer);
        self.settle();
        observer
    }

    pub(super) fn unobserve(&mut self, observer: ObserverId) {
        self.cache.unobserve(self.now(), observer);
        self.settle();
    }

    pub(super) fn fetch(&mut self, query: QueryId, cancel_refetch: bool) -> Start {
        let start = self.cache.fetch(self.now(), query, &self.run_options, cancel_refetch);
        self.settle();
        start
    }

    /// The run that was begun last.
    pub(super) fn run(&self) -> RunId {
        *self.runs.last().expect("a run was begun")
    }

    /// That run's function answers.
    pub(super) fn succeed(&mut self) {
        let run = self.run();
        self.cache.succeeded(self.now(), run);
        self.settle();
    }

    pub(super) fn fail(&mut self) {
        let run = self.run();
        self.cache.failed(self.now(), run, Verdict::default());
        self.settle();
    }

    pub(super) fn host(&mut self, online: bool, focused: bool) {
        self.cache.set_host(Host { online, focused });
    }

    pub(super) fn handle_trigger(&mut self, trigger: Trigger) {
        self.cache.handle_trigger(self.now(), trigger);
        self.settle();
    }

    /// Time passes, and the timer fires whenever it should.
    pub(super) fn pass(&mut self, ms: f64) {
        let end = self.now + ms;
        while let Some(at) = self.cache.next_deadline().filter(|at| at.as_ms() <= end) {
            self.now = at.as_ms();
            self.cache.tick(at);
            self.settle();
        }
        self.now = end;
    }

    pub(super) fn note(&mut self, line: &str) {
        writeln!(self.log, "{:<6}{line}", self.now).expect("strings can be written");
    }

    /// Does what the effects say, and writes them down.
    pub(super) fn settle(&mut self) {
        while let Some(effect) = self.cache.poll_effect() {
            match effect {
                Effect::Fetch { query, observer } => {
                    let line = format!("fetch {} for {}", self.q(query), self.o(observer));
                    self.note(&line);
                    self.cache.fetch(self.now(), query, &self.run_options, false);
                }
                Effect::Run { query, run } => {
                    if !self.runs.contains(&run) {
                        self.runs.push(run);
                    }
                    let line = format!("run {}", self.q(query));
                    self.note(&line);
                }
                Effect::Paused { query, run } => {
                    if !self.runs.contains(&run) {
                        self.runs.push(run);
                    }
                    let line = format!("paused {}", self.q(query));
                    self.note(&line);
                }
                Effect::TimedOut { query, run } => {
                    let line = format!("timed out {}", self.q(query));
                    self.note(&line);
                    self.cache.failed(self.now(), run, Verdict::default());
                }
                Effect::GaveUp { query, run } => {
                    let line = format!("gave up {}", self.q(query));
                    self.note(&line);
                    self.cache.give_up(self.now(), run);
                }
                Effect::Settled { query, outcome, .. } => {
                    let line = format!("settled {}: {outcome:?}", self.q(query));
                    self.note(&line);
                }
                Effect::Changed { query } => {
                    if let Some(state) = self.cache.state(query) {
                        let stale = if state.invalidated { " invalidated" } else { "" };
                        let failed = match state.failure_count {
                            0 => String::new(),
                            count => format!(" failed {count}"),
                        };
                        let (status, fetch) = (state.status, state.fetch_status);
                        let line = format!("{}: {status:?} {fetch:?}{failed}{stale}", self.q(query));
                        self.note(&line);
                    }
                }
                Effect::Stale { observer } => {
                    let line = format!("stale to {}", self.o(observer));
                    self.note(&line);
                }
                Effect::Collected { query } => {
                    let line = format!("collected {}", self.q(query));
                    self.note(&line);
                }
                Effect::SegmentFreed { .. } | Effect::OriginFreed { .. } => {}
            }
        }
    }

    fn q(&self, query: QueryId) -> String {
        let place = self.queries.iter().position(|known| *known == query).expect("a known query");
        format!("q{}", place + 1)
    }

    fn o(&self, observer: ObserverId) -> String {
        let place = self.observers.iter().position(|known| *known == observer);
        // The one that is mounting has no name yet.
        format!("o{}", place.unwrap_or(self.observers.len()) + 1)
    }
}

/// Options with a `staleTime` of `ms`.
pub(super) fn fresh_for(ms: f64) -> ObserverOptions {
    ObserverOptions { stale_time: StaleTime::After(Duration::from_ms(ms)), ..ObserverOptions::default() }
}
