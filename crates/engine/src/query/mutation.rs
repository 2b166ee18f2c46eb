//! Mutations: when they run, wait their turn, are tried again and are forgotten.
use super::ids::MutationId;
use super::network::Host;
use super::retry::{Next, Phase, Run, RunOptions, Verdict};
use super::scopes::{Scopes, Turn};
use crate::deadlines::{Deadlines, Handle};
use crate::rng::Rng;
use crate::slab::Slab;
use crate::time::{Duration, Instant};
use alloc::collections::VecDeque;

/// What the face is asked to do about a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MutationEffect {
    /// Call its function, for the first time or again.
    Run(MutationId),
    /// It waits for the network, the page's focus or its turn.
    Paused(MutationId),
    /// It goes on after a pause. [`MutationEffect::Run`] or [`MutationEffect::GaveUp`] follows.
    Continued(MutationId),
    /// It is not tried again: the last error stands.
    GaveUp(MutationId),
    /// Nobody looked at it for its gc time: it is gone, its id spent.
    Collected(MutationId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Collect(MutationId),
    Retry(MutationId),
}

pub(crate) struct Mutation {
    /// From the moment it is wanted until it has succeeded or failed, it holds back what was added after it.
    pub(crate) turn: Turn,
    pending: bool,
    /// The face let go of it: it waits for nobody, and nobody for it.
    released: bool,
    run: Option<Run>,
    retry: Option<Handle>,
    observers: u32,
    gc_time: Duration,
    gc: Option<Handle>,
}

/// All mutations of a client, and every decision about them. Values and callbacks are the face's.
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
    pub(crate) scopes: Scopes,
    added: u32,
    deadlines: Deadlines<Due>,
    effects: VecDeque<MutationEffect>,
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
    /// None yet; online and focused.
    pub fn new() -> Self {
        Self {
            mutations: Slab::default(),
            scopes: Scopes::default(),
            added: 0,
            deadlines: Deadlines::new(),
            effects: VecDeque::new(),
            host: Host::default(),
            rng: Rng::new(1),
            ticked: Instant::from_ms(f64::NEG_INFINITY),
        }
    }

    /// What is left to chance ([`RunOptions::jitter`]) is drawn from this.
    pub fn set_seed(&mut self, seed: u32) {
        self.rng = Rng::new(seed.wrapping_mul(0x9E37_79B9));
    }

    /// How many there are.
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

    /// Whether it is its turn: no mutation of its scope that was added before it is pending.
    pub fn can_run(&self, mutation: MutationId) -> bool {
        let Some(known) = self.mutations.get(mutation) else { return true };
        known.released || self.scopes.first(known.turn).is_none_or(|first| first == mutation)
    }

    /// The mutation of the same scope that has its turn; `None` where none is pending, or there is no scope.
    pub fn first_in_scope(&self, mutation: MutationId) -> Option<MutationId> {
        self.scopes.first(self.mutations.get(mutation)?.turn)
    }

    /// Whether it could make its first attempt now.
    pub fn can_start(&self, mutation: MutationId, options: &RunOptions) -> bool {
        options.network_mode.can_start(self.host) && self.can_run(mutation)
    }

    /// The mutation of the same scope whose turn it is once `mutation` is done: where it is paused, it goes on then.
    pub fn next_in_scope(&self, mutation: MutationId) -> Option<MutationId> {
        self.scopes.next(&self.mutations, mutation)
    }

    /// A new mutation. Unless someone looks at it, it is forgotten `gc_time` after it ended.
    pub fn insert(&mut self, now: Instant, scope: u32, gc_time: Duration) -> MutationId {
        self.added = self.added.wrapping_add(1);
        let mutation = self.mutations.insert(Mutation {
            turn: Turn::new(scope, self.added),
            pending: false,
            released: false,
            run: None,
            retry: None,
            observers: 0,
            gc_time,
            gc: None,
        });
        self.schedule_collection(now, mutation);
        mutation
    }

    /// It is gone; its id is spent.
    pub fn remove(&mut self, mutation: MutationId) {
        self.scopes.leave(&mut self.mutations, mutation);
        if let Some(known) = self.mutations.remove(mutation) {
            for handle in [known.gc, known.retry].into_iter().flatten() {
                self.deadlines.clear(handle);
            }
        }
    }

    /// It holds back no other of its scope any more, but runs to its end: the face let go of it meanwhile.
    pub fn dequeue(&mut self, mutation: MutationId) {
        self.scopes.leave(&mut self.mutations, mutation);
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.released = true;
        }
    }

    /// It is not forgotten, unless its time begins anew: when someone looks no more, or when it settles.
    pub fn keep(&mut self, mutation: MutationId) {
        if let Some(handle) = self.mutations.get_mut(mutation).and_then(|known| known.gc.take()) {
            self.deadlines.clear(handle);
        }
    }

    /// Raises the time after which it is forgotten, and gives what it is now.
    pub fn raise_gc_time(&mut self, mutation: MutationId, gc_time: Duration) -> Duration {
        self.mutations.get_mut(mutation).map_or(gc_time, |known| {
            known.gc_time = known.gc_time.max(gc_time);
            known.gc_time
        })
    }

    /// Someone looks at it.
    pub fn observe(&mut self, mutation: MutationId) {
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.observers += 1;
            if let Some(handle) = known.gc.take() {
                self.deadlines.clear(handle);
            }
        }
    }

    /// Someone looks no more.
    pub fn unobserve(&mut self, now: Instant, mutation: MutationId) {
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.observers = known.observers.saturating_sub(1);
            self.schedule_collection(now, mutation);
        }
    }

    /// It is wanted, so it holds back those behind it in its scope; or it no longer is.
    pub fn set_pending(&mut self, mutation: MutationId, pending: bool) {
        let Some(known) = self.mutations.get_mut(mutation) else { return };
        known.pending = pending;
        if !pending {
            self.scopes.leave(&mut self.mutations, mutation);
        } else if !known.released {
            self.scopes.join(&mut self.mutations, mutation);
        }
    }

    /// Begins its run: its first attempt now, or a pause.
    pub fn start(&mut self, now: Instant, mutation: MutationId, options: &RunOptions) {
        self.set_pending(mutation, true);
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.run = Some(Run::new(now, *options));
            self.proceed(mutation);
        }
    }

    /// The function failed: whether it is tried again. `None` where nothing runs.
    pub fn failed(&mut self, now: Instant, mutation: MutationId, verdict: Verdict) -> Option<Next> {
        let known = self.mutations.get_mut(mutation)?;
        let run = known.run.as_mut().filter(|run| run.phase == Phase::Running)?;
        let next = run.failed(now, verdict, &mut self.rng);
        if let Next::Wait(at) = next {
            run.phase = Phase::Waiting;
            known.retry = self.deadlines.set(at, Due::Retry(mutation));
        }
        Some(next)
    }

    /// How many attempts of its run failed.
    pub fn failures(&self, mutation: MutationId) -> u32 {
        self.mutations.get(mutation).and_then(|known| known.run.as_ref()).map_or(0, |run| run.failures)
    }

    /// It succeeded or failed for good.
    pub fn settled(&mut self, now: Instant, mutation: MutationId) {
        self.set_pending(mutation, false);
        if let Some(known) = self.mutations.get_mut(mutation) {
            known.run = None;
            if let Some(handle) = known.retry.take() {
                self.deadlines.clear(handle);
            }
            if known.gc.is_none() {
                // Its time came while it was pending. It gets as much again; where that is none, it goes now.
                match known.gc_time > Duration::ZERO {
                    true => self.schedule_collection(now, mutation),
                    false => self.collect_due(mutation),
                }
            }
        }
    }

    /// What the host is like now.
    pub fn set_host(&mut self, host: Host) {
        self.host = host;
    }

    /// What it waited for may have come: `true` where it goes on.
    pub fn resume(&mut self, mutation: MutationId) -> bool {
        let run = self.mutations.get(mutation).and_then(|known| known.run.as_ref());
        run.is_some_and(Run::is_paused) && self.proceed(mutation)
    }

    /// The host's timer fired: what is due by `now` shows in the effects.
    pub fn tick(&mut self, now: Instant) {
        self.ticked = now;
    }

    /// The host's clock was set back by `span`: what waits goes on waiting as long as it would have.
    pub fn clock_set_back(&mut self, span: Duration) {
        self.deadlines.bring_forward(span);
    }

    /// The next thing for the face to do; poll until `None`.
    pub fn poll_effect(&mut self) -> Option<MutationEffect> {
        loop {
            if let Some(effect) = self.effects.pop_front() {
                return Some(effect);
            }
            match self.deadlines.pop(self.ticked)? {
                Due::Retry(mutation) => {
                    if let Some(known) = self.mutations.get_mut(mutation) {
                        known.retry = None;
                        self.proceed(mutation);
                    }
                }
                Due::Collect(mutation) => self.collect_due(mutation),
            }
        }
    }

    fn proceed(&mut self, mutation: MutationId) -> bool {
        let (host, turn) = (self.host, self.can_run(mutation));
        let Some(run) = self.mutations.get_mut(mutation).and_then(|known| known.run.as_mut()) else {
            return false;
        };
        let mode = run.options.network_mode;
        // A run that has yet to begin stands at its first pause, but was not heard to.
        let paused = run.is_paused() && (run.phase != Phase::PausedAtStart || run.announced);
        let next = run.proceed(mode.can_start(host) && turn, mode.can_retry(host) && turn);
        run.announced = next == Next::Pause;
        if next == Next::Pause {
            if !paused {
                self.effects.push_back(MutationEffect::Paused(mutation));
            }
            return false;
        }
        if paused {
            self.effects.push_back(MutationEffect::Continued(mutation));
        }
        self.effects.push_back(match next {
            Next::GiveUp => MutationEffect::GaveUp(mutation),
            _ => MutationEffect::Run(mutation),
        });
        true
    }

    fn schedule_collection(&mut self, now: Instant, mutation: MutationId) {
        if let Some(known) = self.mutations.get_mut(mutation)
            && known.observers == 0
        {
            let at = now + known.gc_time;
            self.deadlines.reset(&mut known.gc, at, Due::Collect(mutation));
        }
    }

    fn collect_due(&mut self, mutation: MutationId) {
        let Some(known) = self.mutations.get_mut(mutation) else { return };
        known.gc = None;
        if known.observers == 0 && !known.pending {
            self.remove(mutation);
            self.effects.push_back(MutationEffect::Collected(mutation));
        }
    }
}
