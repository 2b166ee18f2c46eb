//! Mutations: functions that change something elsewhere, run when asked to.
use super::{Fetcher, Value};
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::HashMap;
use whippet_engine::query::{Host, MutationEffect, MutationId, Mutations, Next, RunOptions, Verdict};
use whippet_engine::time::{Duration, Instant};

/// What is to be done, and how.
#[derive(Clone)]
pub struct MutationTerms {
    /// Does it. It is called again where an attempt failed and is to be repeated.
    pub function: Fetcher,
    /// How often it is tried, and what it needs of the network.
    pub run: RunOptions,
    /// Mutations of one scope run one after the other.
    pub scope: Option<String>,
}

/// What becomes of a mutation.
#[derive(Clone)]
pub enum Progress {
    /// It waits for the network, the page's focus or its turn.
    Paused,
    /// It runs, or waits for its next attempt; so many failed before.
    Running(u32),
    /// It is over.
    Done(Result<Value, Value>),
}

/// What the client does for it, with nothing borrowed.
pub(super) enum Step {
    Run(MutationId, Fetcher),
    Tell(Rc<dyn Fn(Progress)>, Progress),
}

struct Task {
    terms: MutationTerms,
    told: Rc<dyn Fn(Progress)>,
    /// Of the last attempt, in case there is no other.
    error: Option<Value>,
}

#[derive(Default)]
pub(super) struct Mutator {
    machine: Mutations,
    tasks: HashMap<MutationId, Task>,
    /// Who came first goes on first.
    order: Vec<MutationId>,
    scopes: HashMap<String, u32>,
    steps: VecDeque<Step>,
}

impl Mutator {
    pub(super) fn start(&mut self, now: Instant, terms: MutationTerms, told: Rc<dyn Fn(Progress)>) {
        let count = self.scopes.len() as u32;
        let scope = terms.scope.clone().map_or(0, |name| *self.scopes.entry(name).or_insert(count + 1));
        let mutation = self.machine.insert(now, scope, Duration::INFINITE);
        let run = terms.run;
        self.tasks.insert(mutation, Task { terms, told, error: None });
        self.order.push(mutation);
        self.machine.start(now, mutation, &run);
    }

    pub(super) fn answered(&mut self, now: Instant, mutation: MutationId, answer: Result<Value, Value>) {
        let error = match answer {
            Ok(data) => return self.done(now, mutation, Ok(data)),
            Err(error) => error,
        };
        match self.machine.failed(now, mutation, Verdict::default()) {
            Some(Next::GiveUp) => self.done(now, mutation, Err(error)),
            Some(_) => {
                if let Some(task) = self.tasks.get_mut(&mutation) {
                    task.error = Some(error);
                }
                self.tell(mutation, Progress::Running(self.machine.failures(mutation)));
            }
            None => {}
        }
    }

    pub(super) fn set_host(&mut self, host: Host) {
        self.machine.set_host(host);
        for mutation in self.order.clone() {
            self.machine.resume(mutation);
        }
    }

    pub(super) fn tick(&mut self, now: Instant) {
        self.machine.tick(now);
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.machine.next_deadline()
    }

    /// The next thing for the client to do; poll until `None`.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Step> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                return Some(step);
            }
            match self.machine.poll_effect()? {
                MutationEffect::Run(mutation) => {
                    let failures = self.machine.failures(mutation);
                    self.tell(mutation, Progress::Running(failures));
                    if let Some(task) = self.tasks.get(&mutation) {
                        self.steps.push_back(Step::Run(mutation, task.terms.function.clone()));
                    }
                }
                MutationEffect::Paused(mutation) => self.tell(mutation, Progress::Paused),
                MutationEffect::GaveUp(mutation) => {
                    if let Some(error) = self.tasks.get_mut(&mutation).and_then(|task| task.error.take()) {
                        self.done(now, mutation, Err(error));
                    }
                }
                // `Run` follows; and what is over is forgotten here, not collected.
                MutationEffect::Continued(_) | MutationEffect::Collected(_) => {}
            }
        }
    }

    fn tell(&mut self, mutation: MutationId, progress: Progress) {
        if let Some(task) = self.tasks.get(&mutation) {
            self.steps.push_back(Step::Tell(task.told.clone(), progress));
        }
    }

    fn done(&mut self, now: Instant, mutation: MutationId, outcome: Result<Value, Value>) {
        self.tell(mutation, Progress::Done(outcome));
        self.machine.settled(now, mutation);
        if let Some(next) = self.machine.next_in_scope(mutation) {
            self.machine.resume(next);
        }
        self.machine.remove(mutation);
        self.tasks.remove(&mutation);
        self.order.retain(|known| *known != mutation);
    }
}
