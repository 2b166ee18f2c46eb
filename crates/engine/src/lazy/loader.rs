//! The items of one page, and which one loads next.
use super::backoff::Backoff;
use crate::deadlines::{Deadlines, Handle};
use crate::rng::Rng;
use crate::time::{Duration, Instant};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Load the item, and report [`Loader::handle_loaded`] or [`Loader::handle_failed`].
    Load(ItemId),
    /// Report the distance of every item that is near, by [`Loader::enter`]: there are more of them than may load, and
    /// the page may have been scrolled.
    Measure,
    /// The load takes so long that its place is free for another item. It may still arrive, and is reported as before.
    Overdue(ItemId),
    /// The item's attempts are spent: show that it failed. It may still be loaded when the network is back.
    GiveUp(ItemId),
}

/// How many items load at once, how long, and how often they are retried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// How many items load at once; at least one.
    pub concurrent: u32,
    /// How long a load keeps its place among these; [`Duration::INFINITE`]: until it ends.
    pub timeout: Duration,
    /// How often a failed load is retried.
    pub retries: u32,
    /// The delays before retries.
    pub backoff: Backoff,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Twice the connections that browsers open to one HTTP/1.1 server, so that none of them is ever idle.
            concurrent: 12,
            // Longer than a large image takes on 3g, shorter than browsers wait for a server that does not respond.
            timeout: Duration::from_ms(30_000.0),
            retries: 2,
            backoff: Backoff::default(),
        }
    }
}

/// The figures of a loader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Items that are not loaded, failed ones included.
    pub pending: u32,
    /// Items that are loading, overdue ones included.
    pub loading: u32,
    /// Items that were loaded.
    pub loaded: u32,
    /// Times that an item was given up, also if it was loaded later.
    pub failed: u32,
    /// Loads that were retries.
    pub retried: u32,
    /// Times that an item left the queue before its load began.
    pub cancelled: u32,
}

enum State {
    Waiting,
    Queued(Handle),
    /// It keeps its place until this deadline; without one, until the load ends.
    Loading(Option<Handle>),
    Overdue,
    /// Until this deadline; without one, until the network is back.
    Backoff(Option<Handle>),
    Failed,
}

struct Item {
    state: State,
    /// The distance in px, while it is near.
    near: Option<f64>,
    failures: u32,
}

struct Slot {
    generation: u32,
    item: Option<Item>,
}

/// Decides which item loads when. See the [module](super).
pub struct Loader {
    limits: Limits,
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Ordered by distance in px, which takes the place of time: the nearest first; of equal ones, the first that came.
    queue: Deadlines<ItemId>,
    /// When the oldest distance in the queue was reported.
    measured_at: Instant,
    /// Ends of backoffs and of places.
    deadlines: Deadlines<ItemId>,
    /// How many places are taken: loads that are not overdue.
    places_taken: u32,
    /// Items that became failed or overdue. Their state is checked again when they are polled.
    changed: Vec<ItemId>,
    online: bool,
    rng: Rng,
    stats: Stats,
}

impl Loader {
    /// Without any item. The jitter of retries is drawn from `seed`.
    pub fn new(limits: Limits, seed: u32) -> Self {
        Self {
            limits: Limits { concurrent: limits.concurrent.max(1), ..limits },
            slots: Vec::new(),
            free: Vec::new(),
            queue: Deadlines::new(),
            measured_at: Instant::ZERO,
            deadlines: Deadlines::new(),
            places_taken: 0,
            changed: Vec::new(),
            online: true,
            rng: Rng::new(seed),
            stats: Stats::default(),
        }
    }

    /// The figures so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// Adds an item that is not near.
    pub fn add(&mut self) -> ItemId {
        let item = Some(Item { state: State::Waiting, near: None, failures: 0 });
        self.stats.pending += 1;
        match self.free.pop() {
            Some(slot) => {
                let entry = &mut self.slots[slot as usize];
                entry.item = item;
                ItemId { slot, generation: entry.generation }
            }
            None => {
                self.slots.push(Slot { generation: 0, item });
                ItemId { slot: self.slots.len() as u32 - 1, generation: 0 }
            }
        }
    }

    /// The item that has this [index](ItemId::index) now, for hosts that know items by index.
    pub fn item_at(&self, index: usize) -> Option<ItemId> {
        let slot = self.slots.get(index).filter(|slot| slot.item.is_some())?;
        Some(ItemId { slot: index as u32, generation: slot.generation })
    }

    /// Removes an item in any state.
    pub fn remove(&mut self, id: ItemId) {
        if self.item(id).is_none() {
            return;
        }
        self.clear_state(id);
        self.stats.pending -= 1;
        let slot = &mut self.slots[id.slot as usize];
        slot.item = None;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(id.slot);
    }

    /// The item is near, `distance` px from the middle of the viewport. Reported again, it moves in the queue.
    pub fn enter(&mut self, id: ItemId, distance: f64, now: Instant) {
        if self.queue.is_empty() {
            self.measured_at = now;
        }
        let Some(item) = self.item(id) else { return };
        item.near = Some(distance);
        match item.state {
            State::Waiting => self.enqueue(id, distance),
            State::Queued(handle) => {
                self.queue.move_to(handle, rank(distance));
            }
            State::Loading(_) | State::Overdue | State::Backoff(_) | State::Failed => {}
        }
    }

    /// The item is not near any more. A load goes on: its bytes are under way.
    pub fn leave(&mut self, id: ItemId) {
        let Some(item) = self.item(id) else { return };
        item.near = None;
        if let State::Queued(handle) = item.state {
            item.state = State::Waiting;
            self.queue.clear(handle);
            self.stats.cancelled += 1;
        }
    }

    /// The item is loaded. Its handle is spent.
    pub fn handle_loaded(&mut self, id: ItemId) {
        if self.item(id).is_some() {
            self.remove(id);
            self.stats.loaded += 1;
        }
    }

    /// The load failed.
    pub fn handle_failed(&mut self, id: ItemId, now: Instant) {
        let (online, retries) = (self.online, self.limits.retries);
        let Some(item) = self.item(id) else { return };
        if !matches!(item.state, State::Loading(_) | State::Overdue) {
            return;
        }
        self.clear_state(id);
        let Some(item) = self.item(id) else { return };
        if !online {
            item.state = State::Backoff(None);
        } else if item.failures >= retries {
            item.state = State::Failed;
            self.stats.failed += 1;
            self.changed.push(id);
        } else {
            item.failures += 1;
            let failures = item.failures;
            let delay = self.limits.backoff.delay(failures, self.rng.next_f64());
            let handle = self.deadlines.set(now + delay, id);
            self.set_state(id, State::Backoff(handle));
        }
    }

    /// The network came or went. When it comes, every item that failed, is in backoff or is overdue is queued again.
    pub fn handle_online(&mut self, online: bool) {
        let is_back = online && !self.online;
        self.online = online;
        if is_back {
            self.handle_resumed();
        }
    }

    /// The page was resumed, for example from the back/forward cache: every item that failed, is in backoff or is
    /// overdue is queued again.
    pub fn handle_resumed(&mut self) {
        for slot in 0..self.slots.len() as u32 {
            let entry = &mut self.slots[slot as usize];
            let id = ItemId { slot, generation: entry.generation };
            let Some(item) = &mut entry.item else { continue };
            match item.state {
                State::Backoff(_) | State::Failed | State::Overdue => item.failures = 0,
                State::Waiting | State::Queued(_) | State::Loading(_) => continue,
            }
            self.clear_state(id);
            self.requeue(id);
        }
    }

    /// Queues items whose backoff is over, and frees the places of overdue ones.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(id) = self.deadlines.pop(now) {
            if let Some(Item { state: State::Loading(_), .. }) = self.item(id) {
                self.set_state(id, State::Overdue);
                self.places_taken -= 1;
                self.changed.push(id);
            } else {
                self.requeue(id);
            }
        }
    }

    /// The next effect. Call it after every input until it returns `None`.
    pub fn poll_effect(&mut self, now: Instant) -> Option<Effect> {
        while let Some(id) = self.changed.pop() {
            match self.item(id).map(|item| &item.state) {
                Some(State::Failed) => return Some(Effect::GiveUp(id)),
                Some(State::Overdue) => return Some(Effect::Overdue(id)),
                _ => {}
            }
        }
        let free = self.limits.concurrent.saturating_sub(self.places_taken) as usize;
        if free == 0 {
            return None;
        }
        if self.queue.len() > free && now.since(self.measured_at) > MEASURE_INTERVAL {
            self.measured_at = now;
            return Some(Effect::Measure);
        }
        let id = self.queue.pop(FARTHEST)?;
        let deadline = self.deadlines.set(now + self.limits.timeout, id);
        let item = self.item(id)?;
        item.state = State::Loading(deadline);
        let is_retry = item.failures > 0;
        self.stats.retried += u32::from(is_retry);
        self.stats.loading += 1;
        self.places_taken += 1;
        Some(Effect::Load(id))
    }

    fn item(&mut self, id: ItemId) -> Option<&mut Item> {
        let slot = self.slots.get_mut(id.slot as usize)?;
        if slot.generation == id.generation { slot.item.as_mut() } else { None }
    }

    fn set_state(&mut self, id: ItemId, state: State) {
        if let Some(item) = self.item(id) {
            item.state = state;
        }
    }

    /// Takes the item out of the queue, the deadlines and the figures that its state has it in.
    fn clear_state(&mut self, id: ItemId) {
        match self.item(id).map(|item| &item.state) {
            Some(&State::Queued(handle)) => {
                self.queue.clear(handle);
            }
            Some(&State::Backoff(Some(deadline))) => {
                self.deadlines.clear(deadline);
            }
            Some(&State::Loading(deadline)) => {
                if let Some(deadline) = deadline {
                    self.deadlines.clear(deadline);
                }
                self.places_taken -= 1;
                self.stats.loading -= 1;
            }
            Some(State::Overdue) => self.stats.loading -= 1,
            Some(State::Waiting | State::Backoff(None) | State::Failed) | None => {}
        }
    }

    fn enqueue(&mut self, id: ItemId, distance: f64) {
        if let Some(handle) = self.queue.set(rank(distance), id) {
            self.set_state(id, State::Queued(handle));
        }
    }

    /// Queues the item if it is near; otherwise it waits.
    fn requeue(&mut self, id: ItemId) {
        self.set_state(id, State::Waiting);
        if let Some(distance) = self.item(id).and_then(|item| item.near) {
            self.enqueue(id, distance);
        }
    }
}

/// How long distances count as current. Measuring forces a layout, so it is done once in some frames.
const MEASURE_INTERVAL: Duration = Duration::from_const(50.0);
const FARTHEST: Instant = Instant::NEVER;

/// The place of a distance in the queue.
fn rank(distance: f64) -> Instant {
    Instant::from_ms(distance.min(f64::MAX))
}
