//! All items of one page, and who is next.
use super::backoff::Backoff;
use crate::deadlines::{Deadlines, Handle};
use crate::rng::Rng;
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// Names one item. Once it is loaded or removed the name is spent, and what is said of it is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ItemId {
    slot: u32,
    generation: u32,
}

impl ItemId {
    /// A small number for it; those of spent names are used again.
    pub fn index(self) -> usize {
        self.slot as usize
    }
}

/// What the host is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Begin to load it, and report [`Loader::handle_loaded`] or [`Loader::handle_failed`].
    Load(ItemId),
    /// Say of every item that is near how far it is by now ([`Loader::enter`]): there are more of them than
    /// may load, and the page may have moved.
    Measure,
    /// It has loaded for so long that its place is another's now. It may still arrive, and is reported as before.
    Overdue(ItemId),
    /// Its attempts are spent: show that it failed. It may be loaded after all when the network is back.
    GiveUp(ItemId),
}

/// How much is done at once and how often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// How many load at once; at least one.
    pub concurrent: u32,
    /// How long a load keeps its place; [`Duration::INFINITE`]: until it ends.
    pub timeout: Duration,
    /// How often a failed load is tried again.
    pub retries: u32,
    /// The rests in between.
    pub backoff: Backoff,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Twice what browsers ask of one HTTP/1.1 server at once: so no connection waits for the page.
            concurrent: 12,
            // Longer than a large picture takes on 3g, shorter than browsers wait for a server that says nothing.
            timeout: Duration::from_ms(30_000.0),
            retries: 2,
            backoff: Backoff::default(),
        }
    }
}

/// What became of the items so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Items that are not loaded yet, failed ones included.
    pub pending: u32,
    /// Items that are loading now, those that are overdue included.
    pub loading: u32,
    /// Items that were loaded.
    pub loaded: u32,
    /// Items that were given up, those that came back included.
    pub failed: u32,
    /// Loads that were begun again after a failure.
    pub retried: u32,
    /// Items that left before their turn, so that nothing was sent.
    pub cancelled: u32,
}

enum State {
    Waiting,
    Queued(Handle),
    /// Until then it keeps its place; without a handle, until it ends.
    Loading(Option<Handle>),
    Overdue,
    /// Without a handle it rests until the network is back.
    Resting(Option<Handle>),
    Failed,
}

struct Item {
    state: State,
    /// How far from the viewport, while near enough.
    near: Option<f64>,
    failures: u32,
}

struct Slot {
    generation: u32,
    item: Option<Item>,
}

/// Decides what loads when. See the [module](super).
pub struct Loader {
    limits: Limits,
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Ordered by distance in px, which takes the place of time: nearest first, then first come.
    queue: Deadlines<ItemId>,
    /// When the oldest distance in the queue was told.
    measured: Instant,
    /// The ends of rests, and of places.
    ends: Deadlines<ItemId>,
    /// Places that are taken.
    taken: u32,
    /// Items that were given up or are overdue. Each is looked at again when it is polled.
    told: Vec<ItemId>,
    online: bool,
    rng: Rng,
    stats: Stats,
}

impl Loader {
    /// Nothing to load yet. `seed` spreads the retries.
    pub fn new(limits: Limits, seed: u32) -> Self {
        Self {
            limits: Limits { concurrent: limits.concurrent.max(1), ..limits },
            slots: Vec::new(),
            free: Vec::new(),
            queue: Deadlines::new(),
            measured: Instant::ZERO,
            ends: Deadlines::new(),
            taken: 0,
            told: Vec::new(),
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
        self.ends.next()
    }

    /// A new item, not near.
    pub fn add(&mut self) -> ItemId {
        let item = Some(Item { state: State::Waiting, near: None, failures: 0 });
        self.stats.pending += 1;
        match self.free.pop() {
            Some(slot) => {
                let place = &mut self.slots[slot as usize];
                place.item = item;
                ItemId { slot, generation: place.generation }
            }
            None => {
                self.slots.push(Slot { generation: 0, item });
                ItemId { slot: self.slots.len() as u32 - 1, generation: 0 }
            }
        }
    }

    /// The item that has this [index](ItemId::index) now: for hosts to whom an item is a number.
    pub fn item_at(&self, index: usize) -> Option<ItemId> {
        let place = self.slots.get(index).filter(|slot| slot.item.is_some())?;
        Some(ItemId { slot: index as u32, generation: place.generation })
    }

    /// Forgets an item, whatever it is doing.
    pub fn remove(&mut self, id: ItemId) {
        if self.item(id).is_none() {
            return;
        }
        self.stop(id);
        self.stats.pending -= 1;
        let slot = &mut self.slots[id.slot as usize];
        slot.item = None;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(id.slot);
    }

    /// It came near: `distance` px from where the reader looks. Said again, it moves in the queue.
    pub fn enter(&mut self, id: ItemId, distance: f64, now: Instant) {
        if self.queue.is_empty() {
            self.measured = now;
        }
        let Some(item) = self.item(id) else { return };
        item.near = Some(distance);
        match item.state {
            State::Waiting => self.enqueue(id, distance),
            State::Queued(handle) => {
                self.queue.move_to(handle, at(distance));
            }
            State::Loading(_) | State::Overdue | State::Resting(_) | State::Failed => {}
        }
    }

    /// It went away. What is loading goes on: the bytes are under way.
    pub fn leave(&mut self, id: ItemId) {
        let Some(item) = self.item(id) else { return };
        item.near = None;
        if let State::Queued(handle) = item.state {
            item.state = State::Waiting;
            self.queue.clear(handle);
            self.stats.cancelled += 1;
        }
    }

    /// It is loaded, and its name spent.
    pub fn handle_loaded(&mut self, id: ItemId) {
        if self.item(id).is_some() {
            self.remove(id);
            self.stats.loaded += 1;
        }
    }

    /// Loading it failed.
    pub fn handle_failed(&mut self, id: ItemId, now: Instant) {
        let (online, retries) = (self.online, self.limits.retries);
        let Some(item) = self.item(id) else { return };
        if !matches!(item.state, State::Loading(_) | State::Overdue) {
            return;
        }
        self.stop(id);
        let Some(item) = self.item(id) else { return };
        if !online {
            item.state = State::Resting(None);
        } else if item.failures >= retries {
            item.state = State::Failed;
            self.stats.failed += 1;
            self.told.push(id);
        } else {
            item.failures += 1;
            let failures = item.failures;
            let rest = self.limits.backoff.rest(failures, self.rng.next_f64());
            let handle = self.ends.set(now + rest, id);
            self.set_state(id, State::Resting(handle));
        }
    }

    /// The network came or went. When it comes, all that failed, rests or is overdue is tried anew.
    pub fn handle_online(&mut self, online: bool) {
        let back = online && !self.online;
        self.online = online;
        if back {
            self.handle_resumed();
        }
    }

    /// The page goes on after it stood still, as in a back/forward cache: all that failed, rests or is
    /// overdue is tried anew.
    pub fn handle_resumed(&mut self) {
        for slot in 0..self.slots.len() as u32 {
            let place = &mut self.slots[slot as usize];
            let id = ItemId { slot, generation: place.generation };
            let Some(item) = &mut place.item else { continue };
            match item.state {
                State::Resting(_) | State::Failed | State::Overdue => item.failures = 0,
                State::Waiting | State::Queued(_) | State::Loading(_) => continue,
            }
            self.stop(id);
            self.again(id);
        }
    }

    /// Queues again what has rested, and takes away the places of what is overdue.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(id) = self.ends.pop(now) {
            if let Some(Item { state: State::Loading(_), .. }) = self.item(id) {
                self.set_state(id, State::Overdue);
                self.taken -= 1;
                self.told.push(id);
            } else {
                self.again(id);
            }
        }
    }

    /// What to do next; call until it gives `None`, after every input.
    pub fn poll_effect(&mut self, now: Instant) -> Option<Effect> {
        while let Some(id) = self.told.pop() {
            match self.item(id).map(|item| &item.state) {
                Some(State::Failed) => return Some(Effect::GiveUp(id)),
                Some(State::Overdue) => return Some(Effect::Overdue(id)),
                _ => {}
            }
        }
        let free = self.limits.concurrent.saturating_sub(self.taken) as usize;
        if free == 0 {
            return None;
        }
        if self.queue.len() > free && now.since(self.measured) > FRESH {
            self.measured = now;
            return Some(Effect::Measure);
        }
        let id = self.queue.pop(FARTHEST)?;
        let end = self.ends.set(now + self.limits.timeout, id);
        let item = self.item(id)?;
        item.state = State::Loading(end);
        let again = item.failures > 0;
        self.stats.retried += u32::from(again);
        self.stats.loading += 1;
        self.taken += 1;
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

    /// Whatever it waits for, it waits no more.
    fn stop(&mut self, id: ItemId) {
        match self.item(id).map(|item| &item.state) {
            Some(&State::Queued(handle)) => {
                self.queue.clear(handle);
            }
            Some(&State::Resting(Some(end))) => {
                self.ends.clear(end);
            }
            Some(&State::Loading(end)) => {
                if let Some(end) = end {
                    self.ends.clear(end);
                }
                self.taken -= 1;
                self.stats.loading -= 1;
            }
            Some(State::Overdue) => self.stats.loading -= 1,
            Some(State::Waiting | State::Resting(None) | State::Failed) | None => {}
        }
    }

    fn enqueue(&mut self, id: ItemId, distance: f64) {
        if let Some(handle) = self.queue.set(at(distance), id) {
            self.set_state(id, State::Queued(handle));
        }
    }

    /// Brings one back that rested or failed.
    fn again(&mut self, id: ItemId) {
        self.set_state(id, State::Waiting);
        if let Some(distance) = self.item(id).and_then(|item| item.near) {
            self.enqueue(id, distance);
        }
    }
}

/// Distances are believed for so long. To measure makes a browser lay out the page: once in some frames is
/// enough for the eye.
const FRESH: Duration = Duration::from_const(50.0);
const FARTHEST: Instant = Instant::NEVER;

fn at(distance: f64) -> Instant {
    Instant::from_ms(distance.min(f64::MAX))
}
