//! Drives the engine's mutations.
use super::{Fetcher, Judge, Key, Value};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::any::Any;
use core::future::Future;
use core::pin::Pin;
use std::collections::HashMap;
use whippet_engine::query::{Host, MutationEffect, MutationId, Mutations, Next, RunOptions, Verdict};
use whippet_engine::time::{Duration, Instant};

/// The function of a mutation, and how to run it.
#[derive(Clone)]
pub struct MutationOptions {
    /// The mutation function. Each attempt calls it.
    pub function: Fetcher,
    /// Retries and network mode.
    pub run: RunOptions,
    /// Mutations of one scope run one after another.
    pub scope: Option<String>,
    /// What it is counted by.
    pub key: Option<Key>,
    /// Whether errors are retried; `None` leaves it to `run`.
    pub judge: Option<Judge>,
    /// What follows once it has succeeded, or failed for good. The mutation is pending until that has ended, too.
    pub after: Option<After>,
}

/// Begins what follows a mutation.
pub type After = Rc<dyn Fn(Result<Value, Value>) -> Work>;
/// Something that takes its time.
pub type Work = Pin<Box<dyn Future<Output = ()>>>;

/// A step in the life of a mutation.
#[derive(Clone)]
pub enum Progress {
    /// It waits for the network, the page's focus, or an earlier mutation of its scope.
    Paused,
    /// It runs, or waits for its next attempt: how many attempts failed, and why the last one did.
    Running(u32, Option<Value>),
    /// It succeeded, or failed and is not retried.
    Done(Result<Value, Value>),
}

/// What the client has to do, while nothing is borrowed.
pub(super) enum Step {
    Run(MutationId, Fetcher),
    /// Its function is done with this outcome: to be told to what follows, and then to [`Mutator::finish`].
    Follow(MutationId, After, Result<Value, Value>),
    Notify(MutationId, Rc<dyn Fn(Progress)>, Progress),
}

/// Mutations, as the client's loop sees them. A trait, so that an app without any has none of their code: the first one
/// that starts brings it.
pub(super) trait Mutate {
    fn start(&mut self, now: Instant, options: MutationOptions, on_progress: Rc<dyn Fn(Progress)>);

    fn answered(&mut self, now: Instant, mutation: MutationId, answer: Result<Value, Value>);

    /// What followed it has ended, too: the next one of its scope may run.
    fn finish(&mut self, now: Instant, mutation: MutationId, outcome: Result<Value, Value>);

    /// Forgets all mutations. Their functions go on, but nobody hears of it. Returns what is to be dropped while nothing is borrowed.
    fn clear(&mut self) -> Box<dyn Any>;

    /// How many are under way whose key begins with `prefix`.
    fn count(&self, prefix: &Key) -> usize;

    fn set_host(&mut self, host: Host);

    fn tick(&mut self, now: Instant);

    fn clock_set_back(&mut self, by: Duration);

    fn next_deadline(&self) -> Option<Instant>;

    /// The next step, for the client to carry out; poll until `None`.
    fn poll(&mut self, now: Instant) -> Option<Step>;

    /// Those that have not ended, in the order in which they started.
    #[cfg(all(feature = "devtools", debug_assertions))]
    fn under_way(&self) -> &[MutationId];

    /// The key of one that is under way.
    #[cfg(all(feature = "devtools", debug_assertions))]
    fn key(&self, mutation: MutationId) -> Option<Key>;
}

struct Task {
    options: MutationOptions,
    on_progress: Rc<dyn Fn(Progress)>,
    /// The error of the last attempt, which becomes the result if the run is given up.
    error: Option<Value>,
}

#[derive(Default)]
pub(super) struct Mutator {
    machine: Mutations,
    tasks: HashMap<MutationId, Task>,
    /// In the order in which they started, which is the order in which they resume.
    order: Vec<MutationId>,
    /// The names of the scopes of what is under way. The engine's number is one more than the place: 0 is none.
    scopes: Vec<Option<String>>,
    steps: VecDeque<Step>,
}

impl Mutate for Mutator {
    fn start(&mut self, now: Instant, options: MutationOptions, on_progress: Rc<dyn Fn(Progress)>) {
        let scope = options.scope.as_ref().map_or(0, |name| self.scope(name));
        let mutation = self.machine.insert(now, scope, Duration::INFINITE);
        let run = options.run;
        self.tasks.insert(mutation, Task { options, on_progress, error: None });
        self.order.push(mutation);
        self.machine.start(now, mutation, &run);
    }

    fn answered(&mut self, now: Instant, mutation: MutationId, answer: Result<Value, Value>) {
        let error = match answer {
            Ok(data) => return self.settle(now, mutation, Ok(data)),
            Err(error) => error,
        };
        let judge = self.tasks.get(&mutation).and_then(|task| task.options.judge.as_ref());
        let failures = self.machine.failures(mutation);
        let verdict = judge.map_or(Verdict::default(), |judge| judge(failures, error.as_ref()));
        match self.machine.failed(now, mutation, verdict) {
            Some(Next::GiveUp) => self.settle(now, mutation, Err(error)),
            Some(_) => {
                let failures = self.machine.failures(mutation);
                if let Some(task) = self.tasks.get_mut(&mutation) {
                    task.error = Some(error.clone());
                }
                self.notify(mutation, Progress::Running(failures, Some(error)));
            }
            None => {}
        }
    }

    fn clear(&mut self) -> Box<dyn Any> {
        for mutation in core::mem::take(&mut self.order) {
            self.machine.remove(mutation);
        }
        self.scopes.clear();
        Box::new((core::mem::take(&mut self.tasks), core::mem::take(&mut self.steps)))
    }

    #[cfg(all(feature = "devtools", debug_assertions))]
    fn under_way(&self) -> &[MutationId] {
        &self.order
    }

    #[cfg(all(feature = "devtools", debug_assertions))]
    fn key(&self, mutation: MutationId) -> Option<Key> {
        self.tasks.get(&mutation)?.options.key.clone()
    }

    fn count(&self, prefix: &Key) -> usize {
        let matches = |task: &&Task| match &task.options.key {
            Some(key) => key.0.starts_with(&prefix.0),
            None => prefix.0.is_empty(),
        };
        self.tasks.values().filter(matches).count()
    }

    fn set_host(&mut self, host: Host) {
        self.machine.set_host(host);
        for mutation in self.order.clone() {
            self.machine.resume(mutation);
        }
    }

    fn clock_set_back(&mut self, by: Duration) {
        self.machine.clock_set_back(by);
    }

    fn tick(&mut self, now: Instant) {
        self.machine.tick(now);
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.machine.next_deadline()
    }

    fn finish(&mut self, now: Instant, mutation: MutationId, outcome: Result<Value, Value>) {
        self.notify(mutation, Progress::Done(outcome));
        self.machine.settled(now, mutation);
        if let Some(next) = self.machine.next_in_scope(mutation) {
            self.machine.resume(next);
        }
        self.machine.remove(mutation);
        let task = self.tasks.remove(&mutation);
        self.order.retain(|known| *known != mutation);
        if let Some(name) = task.and_then(|task| task.options.scope) {
            self.leave_scope(&name);
        }
    }

    fn poll(&mut self, now: Instant) -> Option<Step> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                return Some(step);
            }
            match self.machine.poll_effect()? {
                MutationEffect::Run(mutation) => {
                    let failures = self.machine.failures(mutation);
                    let reason = self.tasks.get(&mutation).and_then(|task| task.error.clone());
                    self.notify(mutation, Progress::Running(failures, reason));
                    if let Some(task) = self.tasks.get(&mutation) {
                        self.steps.push_back(Step::Run(mutation, task.options.function.clone()));
                    }
                }
                MutationEffect::Paused(mutation) => self.notify(mutation, Progress::Paused),
                MutationEffect::GaveUp(mutation) => {
                    if let Some(error) = self.tasks.get_mut(&mutation).and_then(|task| task.error.take()) {
                        self.settle(now, mutation, Err(error));
                    }
                }
                // `Run` follows `Continued`. Nothing is garbage-collected here: `settle` removes each mutation.
                MutationEffect::Continued(_) | MutationEffect::Collected(_) => {}
            }
        }
    }
}

impl Mutator {
    /// The engine's number of a scope.
    fn scope(&mut self, name: &str) -> u32 {
        let known = self.scopes.iter().position(|known| known.as_deref() == Some(name));
        let place = known.or_else(|| self.scopes.iter().position(Option::is_none)).unwrap_or_else(|| {
            self.scopes.push(None);
            self.scopes.len() - 1
        });
        self.scopes[place].get_or_insert_with(|| name.into());
        place as u32 + 1
    }

    /// An app may have a scope for each record that it edits: one that has nothing under way is forgotten.
    fn leave_scope(&mut self, name: &str) {
        let is_its = |known: Option<&String>| known.is_some_and(|known| known == name);
        if !self.tasks.values().any(|task| is_its(task.options.scope.as_ref()))
            && let Some(known) = self.scopes.iter_mut().find(|known| is_its(known.as_ref()))
        {
            *known = None;
        }
    }

    fn notify(&mut self, mutation: MutationId, progress: Progress) {
        if let Some(task) = self.tasks.get(&mutation) {
            self.steps.push_back(Step::Notify(mutation, task.on_progress.clone(), progress));
        }
    }

    fn settle(&mut self, now: Instant, mutation: MutationId, outcome: Result<Value, Value>) {
        match self.tasks.get(&mutation).and_then(|task| task.options.after.clone()) {
            Some(after) => self.steps.push_back(Step::Follow(mutation, after, outcome)),
            None => self.finish(now, mutation, outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_known_as_long_as_something_of_it_is_under_way() {
        let now = Instant::from_ms(0.0);
        let mut mutator = Mutator::default();
        mutator.set_host(Host { online: true, focused: true });
        let start = |mutator: &mut Mutator, scope: &str| {
            let options = MutationOptions {
                function: Fetcher::new(core::future::pending::<Result<u32, u32>>),
                run: RunOptions::default(),
                scope: Some(scope.into()),
                key: None,
                judge: None,
                after: None,
            };
            mutator.start(now, options, Rc::new(|_| ()));
            *mutator.order.last().unwrap()
        };
        let end =
            |mutator: &mut Mutator, mutation| mutator.finish(now, mutation, Ok(alloc::sync::Arc::new(1_u32)));
        for number in 0..100 {
            let mutation = start(&mut mutator, &alloc::format!("record {number}"));
            end(&mut mutator, mutation);
        }
        assert_eq!(mutator.scopes.len(), 1);
        let (first, second) = (start(&mut mutator, "a"), start(&mut mutator, "a"));
        end(&mut mutator, first);
        let other = start(&mut mutator, "b");
        assert_eq!(mutator.scopes, [Some("a".into()), Some("b".into())], "they may run side by side");
        end(&mut mutator, second);
        end(&mut mutator, other);
        assert_eq!(mutator.scopes, [None, None]);
    }
}
