//! One loader, whose host knows items by handles that are spent.
use super::limits::{Effect as EffectOf, Limits, Stats};
use super::loaders::{Loaders, Polled, Row};
use crate::rows::RowVec;
use crate::time::Instant;
use alloc::vec::Vec;

/// The handle of an item. Once the item is loaded or removed, the handle is spent, and inputs with it are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ItemId {
    slot: u32,
    generation: u32,
}

impl ItemId {
    /// The item's slot, a small number. Those of spent handles are used again.
    pub fn index(self) -> usize {
        self.slot as usize
    }
}

/// What the host has to do.
pub type Effect = EffectOf<ItemId>;

/// Decides which item loads when. See the [module](super).
pub struct Loader {
    loaders: Loaders<RowVec<Row>>,
    handle: u32,
    /// By slot: how many items had it before.
    generations: Vec<u32>,
}

impl Loader {
    /// Without any item. The jitter of retries is drawn from `seed`.
    pub fn new(limits: Limits, seed: u32) -> Self {
        let mut loaders = Loaders::new(RowVec::default());
        let handle = loaders.create(limits, seed);
        Self { loaders, handle, generations: Vec::new() }
    }

    /// The figures so far.
    pub fn stats(&self) -> Stats {
        self.loaders.stats()
    }

    /// When to call [`poll_effect`](Self::poll_effect) next, if there is no input before.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.loaders.deadline()
    }

    /// Adds an item that is not near.
    pub fn add(&mut self) -> ItemId {
        let slot = self.loaders.add(self.handle);
        if self.generations.len() <= slot as usize {
            self.generations.resize(slot as usize + 1, 0);
        }
        self.id(slot)
    }

    /// Removes an item in any state.
    pub fn remove(&mut self, id: ItemId) {
        if let Some(slot) = self.spend(id) {
            self.loaders.remove(self.handle, slot);
        }
    }

    /// The item is near, `distance` px from the middle of the viewport. Reported again, it moves in the queue.
    pub fn enter(&mut self, id: ItemId, distance: f64, now: Instant) {
        if let Some(slot) = self.slot(id) {
            self.loaders.enter(self.handle, slot, distance, now);
        }
    }

    /// The item is not near any more. A load goes on: its bytes are under way.
    pub fn leave(&mut self, id: ItemId) {
        self.enter(id, f64::NAN, Instant::ZERO);
    }

    /// The item is loaded. Its handle is spent.
    pub fn handle_loaded(&mut self, id: ItemId) {
        if let Some(slot) = self.spend(id) {
            self.loaders.loaded(self.handle, slot);
        }
    }

    /// The load failed.
    pub fn handle_failed(&mut self, id: ItemId, now: Instant) {
        if let Some(slot) = self.slot(id) {
            self.loaders.failed(self.handle, slot, now);
        }
    }

    /// The network came or went. When it comes, every item that failed, is in backoff or is overdue is queued again.
    pub fn handle_online(&mut self, online: bool) {
        self.loaders.online(self.handle, online, false);
    }

    /// The page is back, for example from the back/forward cache, where its loads were interrupted. It queues what
    /// [`handle_online`](Self::handle_online) does, also if the network was never away.
    pub fn handle_resumed(&mut self, online: bool) {
        self.loaders.online(self.handle, online, true);
    }

    /// The next effect. Call it after every input, and when the [deadline](Self::next_deadline) has come, until it returns
    /// `None`.
    pub fn poll_effect(&mut self, now: Instant) -> Option<Effect> {
        let Polled::Effect(effect) = self.loaders.poll(self.handle, now) else { return None };
        Some(match effect {
            EffectOf::Load(slot) => Effect::Load(self.id(slot)),
            EffectOf::Measure => Effect::Measure,
            EffectOf::Overdue(slot) => Effect::Overdue(self.id(slot)),
            EffectOf::GiveUp(slot) => Effect::GiveUp(self.id(slot)),
        })
    }

    fn id(&self, slot: u32) -> ItemId {
        ItemId { slot, generation: self.generations[slot as usize] }
    }

    fn slot(&self, id: ItemId) -> Option<u32> {
        (self.generations.get(id.index()) == Some(&id.generation)).then_some(id.slot)
    }

    fn spend(&mut self, id: ItemId) -> Option<u32> {
        let slot = self.slot(id)?;
        self.generations[id.index()] = id.generation.wrapping_add(1);
        Some(slot)
    }
}
