//! Mutations: when they run, wait for others of their scope, are retried and garbage-collected.
use super::due::Due;
use super::ids::MutationId;
use super::mutation_entry::{Mutation, ScopeLink};
use super::network::Host;
use super::queue::Queue;
use super::retry::{Next, Phase, Run, RunOptions, Verdict};
use super::scopes::Scopes;
use crate::deadlines::Deadlines;
use crate::rng::Rng;
use crate::slab::Slab;
use crate::time::{Duration, Instant};

/// What the host has to do for a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MutationEffect {
    /// Call its function, for the first time or again.
    Run(MutationId),
    /// It waits for the network, the page's focus, or an earlier mutation of its scope.
    Paused(MutationId),
    /// It continues after a pause. [`MutationEffect::Run`] or [`MutationEffect::GaveUp`] follows.
    Continued(MutationId),
    /// It is not retried: its last error is final.
    GaveUp(MutationId),
    /// It had no observer for its `gcTime`, and was removed. Its id is spent.
    Collected(MutationId),
}

/// All mutations of a client, and every decision about them. The host holds values and callbacks.
///
/// **Inputs**: [`insert`](Self::insert), [`set_pending`](Self::set_pending), [`start`](Self::start),
/// [`failed`](Self::failed), [`settled`](Self::settled); [`set_host`](Self::set_host), then
/// [`resume`](Self::resume); [`observe`](Self::observe) and [`unobserve`](Self::unobserve);
/// [`remove`](Self::remove); [`tick`](Self::tick).
///
/// **Outputs**: [`poll_effect`](Self::poll_effect) until `None`, then a timer for
/// [`next_deadline`](Self::next_deadline).
pub struct Mutations {
    mutations: Slab<MutationId, Mutation>,
    pub(super) scopes: Scopes,
    added: u32,
    deadlines: Deadlines<Due>,
    effects: Queue<MutationEffect>,
    host: Host,
    rng: Rng,
    ticked: Instant,
}

impl Default for Mutations {
    fn default() -> Self {
        Self::new()
    }
}

impl Mutations {
    /// No mutations; online and focused.
    pub const fn new() -> Self {
        Self {
            mutations: Slab::new(),
            scopes: Scopes::new(),
            added: 0,
            deadlines: Deadlines::new(),
            effects: Queue::new(),
            host: Host::DEFAULT,
            rng: Rng::new(1),
            ticked: Instant::from_const(f64::NEG_INFINITY),
        }
    }

    /// Seeds the random numbers of [`RunOptions::jitter`].
    pub fn set_seed(&mut self, seed: u32) {
        self.rng = Rng::new(seed.wrapping_mul(0x9E37_79B9));
    }

    /// The number of mutations.
    pub fn len(&self) -> usize {
        self.mutations.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When to call [`tick`](Self::tick).
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// Whether no mutation of its scope that was added before it is pending.
    pub fn can_run(&self, mutation: MutationId) -> bool {
        let Some(known) = self.mutations.get(mutation) else { return true };
        let first = self.scopes.first(known.link.scope);
        known.released || first.is_none_or(|first| first == mutation)
    }

    /// The first pending mutation of the same scope; `None` without one, or without a scope.
    pub fn first_in_scope(&self, mutation: MutationId) -> Option<MutationId> {
        self.scopes.first(self.mutations.get(mutation)?.link.scope)
    }

    /// Whether its first attempt may run now.
    pub fn can_start(&self, mutation: MutationId, options: &RunOptions) -> bool {
        options.network_mode.can_start(self.host) && self.can_run(mutation)
    }

    /// The mutation of the same scope that may run once `mutation` has settled. The host [resumes](Self::resume) it then.
    pub fn next_in_scope(&self, mutation: MutationId) -> Option<MutationId> {
        self.scopes.next(&self.mutations, mutation)
    }

    /// Adds a mutation. Without an observer it is garbage-collected `gc_time` after it settled.
    pub fn insert(&mut self, now: Instant, scope: u32, gc_time: Duration) -> MutationId {
        self.added = self.added.wrapping_add(1);
        let mutation = self.mutations.insert(Mutation {
            link: ScopeLink::new(scope, self.added),
            pending: false,
            released: false,
            run: None,
            retry: None,
            observers: 0,
            gc_time,
            gc: None,
        });
        self.schedule_gc(now, mutation);
        mutation
    }

    /// Removes it. Its id is spent.
    pub fn remove(&mut self, mutation: MutationId) {
        self.scopes.leave(&mut self.mutations, mutation);
        if let Some(mut known) = self.mutations.remove(mutation) {
            self.deadlines.end(&mut known.gc);
            self.deadlines.end(&mut known.retry);
        }
    }

    /// Takes it out of its scope, without ending its run: the host removed it from its own cache.
    pub fn dequeue(&mut self, mutation: MutationId) {
        self.scopes.leave(&mut self.mutations, mutation);
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.released = true;
        }
    }

    /// Stops its garbage collection until its last observer leaves, or until it settles.
    pub fn keep(&mut self, mutation: MutationId) {
        if let Some(known) = self.mutations.get_mut(mutation) {
            self.deadlines.end(&mut known.gc);
        }
    }

    /// Raises its `gcTime` to `gc_time`, unless it is longer already. Returns its `gcTime`.
    pub fn raise_gc_time(&mut self, mutation: MutationId, gc_time: Duration) -> Duration {
        let Some(known) = self.mutations.get_mut(mutation) else { return gc_time };
        known.gc_time = known.gc_time.max(gc_time);
        known.gc_time
    }

    /// Adds an observer.
    pub fn observe(&mut self, mutation: MutationId) {
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.observers += 1;
            self.deadlines.end(&mut known.gc);
        }
    }

    /// Removes an observer.
    pub fn unobserve(&mut self, now: Instant, mutation: MutationId) {
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.observers = known.observers.saturating_sub(1);
            self.schedule_gc(now, mutation);
        }
    }

    /// Marks it as pending or not. While it is pending, those of its scope that were added later wait.
    pub fn set_pending(&mut self, mutation: MutationId, pending: bool) {
        let Some(known) = self.mutations.get_mut(mutation) else { return };
        known.pending = pending;
        if !pending {
            self.scopes.leave(&mut self.mutations, mutation);
        } else if !known.released {
            self.scopes.join(&mut self.mutations, mutation);
        }
    }

    /// Starts its run: with the first attempt, or with a pause.
    pub fn start(&mut self, now: Instant, mutation: MutationId, options: &RunOptions) {
        self.set_pending(mutation, true);
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.run = Some(Run::new(now, *options));
            self.proceed(mutation);
        }
    }

    /// The function failed. Returns what follows; `None` where no attempt was running.
    pub fn failed(&mut self, now: Instant, mutation: MutationId, verdict: Verdict) -> Option<Next> {
        let known = self.mutations.get_mut(mutation)?;
        let run = known.run.as_mut().filter(|run| run.phase == Phase::Running)?;
        let next = run.failed(now, verdict, &mut self.rng);
        if let Next::Wait(at) = next {
            run.phase = Phase::Waiting;
            known.retry = self.deadlines.set(at, Due::MutationRetry(mutation));
        }
        Some(next)
    }

    /// The number of failed attempts of its run.
    pub fn failures(&self, mutation: MutationId) -> u32 {
        self.mutations.get(mutation).and_then(|known| known.run.as_ref()).map_or(0, |run| run.failures)
    }

    /// It succeeded, or failed and is not retried.
    pub fn settled(&mut self, now: Instant, mutation: MutationId) {
        self.set_pending(mutation, false);
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.run = None;
            self.deadlines.end(&mut known.retry);
            if known.gc.is_none() {
                // Its `gcTime` passed while it was pending. It starts anew; a `gcTime` of zero collects it now.
                match known.gc_time > Duration::ZERO {
                    true => self.schedule_gc(now, mutation),
                    false => self.gc_due(mutation),
                }
            }
        }
    }

    /// Sets whether the host is online and focused.
    pub fn set_host(&mut self, host: Host) {
        self.host = host;
    }

    /// Continues a paused run if nothing holds it back any more. Returns whether it continues.
    pub fn resume(&mut self, mutation: MutationId) -> bool {
        let run = self.mutations.get(mutation).and_then(|known| known.run.as_ref());
        run.is_some_and(Run::is_paused) && self.proceed(mutation)
    }

    /// The host's timer fired: deadlines up to `now` take effect with the next [`poll_effect`](Self::poll_effect).
    pub fn tick(&mut self, now: Instant) {
        self.ticked = now;
    }

    /// The host's clock was set back by `span`: deadlines move with it, so nothing waits longer than it would have.
    pub fn clock_set_back(&mut self, span: Duration) {
        self.deadlines.bring_forward(span);
    }

    /// The next effect for the host to carry out; poll until `None`.
    pub fn poll_effect(&mut self) -> Option<MutationEffect> {
        loop {
            if let Some(effect) = self.effects.pop() {
                return Some(effect);
            }
            match self.deadlines.pop(self.ticked)? {
                Due::MutationRetry(mutation) => {
                    if let Some(known) = self.mutations.get_mut(mutation) {
                        known.retry = None;
                        self.proceed(mutation);
                    }
                }
                Due::MutationGc(mutation) => self.gc_due(mutation),
                _ => {}
            }
        }
    }

    fn proceed(&mut self, mutation: MutationId) -> bool {
        let (host, first) = (self.host, self.can_run(mutation));
        let Some(run) = self.mutations.get_mut(mutation).and_then(|known| known.run.as_mut()) else {
            return false;
        };
        let mode = run.options.network_mode;
        // A new run is in the phase `PausedAtStart` too, but no `Paused` effect was given for it.
        let paused = run.is_paused() && (run.phase != Phase::PausedAtStart || run.announced);
        let next = run.proceed(mode.can_start(host) && first, mode.can_retry(host) && first);
        run.announced = next == Next::Pause;
        if next == Next::Pause {
            if !paused {
                self.effects.push(MutationEffect::Paused(mutation));
            }
            return false;
        }
        if paused {
            self.effects.push(MutationEffect::Continued(mutation));
        }
        self.effects.push(match next {
            Next::GiveUp => MutationEffect::GaveUp(mutation),
            _ => MutationEffect::Run(mutation),
        });
        true
    }

    fn schedule_gc(&mut self, now: Instant, mutation: MutationId) {
        if let Some(known) = self.mutations.get_mut(mutation)
            && known.observers == 0
        {
            let at = now + known.gc_time;
            self.deadlines.reset(&mut known.gc, at, Due::MutationGc(mutation));
        }
    }

    fn gc_due(&mut self, mutation: MutationId) {
        let Some(known) = self.mutations.get_mut(mutation) else { return };
        known.gc = None;
        if known.observers == 0 && !known.pending {
            self.remove(mutation);
            self.effects.push(MutationEffect::Collected(mutation));
        }
    }
}
