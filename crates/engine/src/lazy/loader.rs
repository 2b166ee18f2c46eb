//! The items of one page, and which one loads next.
use super::backoff::Backoff;
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

impl Limits {
    /// The default of [`concurrent`](Self::concurrent): twice the connections that browsers open to one HTTP/1.1 server, so
    /// that none of them is ever idle.
    pub const CONCURRENT: u32 = 12;
    /// The default of [`timeout`](Self::timeout), in ms: longer than a large image takes on 3g, shorter than browsers wait for
    /// a server that does not respond.
    pub const TIMEOUT_MS: f64 = 30_000.0;
    /// The default of [`retries`](Self::retries).
    pub const RETRIES: u32 = 2;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrent: Self::CONCURRENT,
            timeout: Duration::from_ms(Self::TIMEOUT_MS),
            retries: Self::RETRIES,
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The slot has no item.
    Free,
    Waiting,
    Queued,
    /// It keeps its place until its deadline.
    Loading,
    Overdue,
    /// Until its deadline; without one, until the network is back.
    Backoff,
    /// The host does not know yet.
    Failed,
    GivenUp,
}

struct Item {
    generation: u32,
    state: State,
    /// The distance in px; NaN while it is not near.
    near: f64,
    /// The end of its backoff or of its place.
    deadline: Instant,
    failures: u32,
    /// The free slot that is used after this one, if this one is free.
    next_free: u32,
}

impl Item {
    /// Every state but loading and backoff lasts until there is an input.
    fn turn(&mut self, state: State) {
        self.state = state;
        self.deadline = Instant::NEVER;
    }

    /// Queues the item if it is near; otherwise it waits.
    fn requeue(&mut self) {
        self.turn(if self.near.is_nan() { State::Waiting } else { State::Queued });
    }
}

/// Instead of a slot: there is none.
const NONE: u32 = u32::MAX;

/// Decides which item loads when. See the [module](super).
///
/// It looks at all items for the nearest one, and for the next deadline. Heaps of both would be most of a wasm module,
/// and save microseconds per image: only so many items fit around a screen.
pub struct Loader {
    limits: Limits,
    items: Vec<Item>,
    /// The free slot that is used next.
    free: u32,
    /// When the oldest distance in the queue was reported.
    measured_at: Instant,
    online: bool,
    rng: Rng,
    /// Without `pending` and `loading`, which are counted when they are asked for.
    counted: Stats,
}

impl Loader {
    /// Without any item. The jitter of retries is drawn from `seed`.
    pub fn new(limits: Limits, seed: u32) -> Self {
        let mut loader = Self::UNUSED;
        loader.reset(limits, seed);
        loader
    }

    /// To be [`reset`](Self::reset) before it is used.
    pub const UNUSED: Self = Self {
        limits: Limits {
            concurrent: 0,
            timeout: Duration::ZERO,
            retries: 0,
            backoff: Backoff { first: Duration::ZERO, longest: Duration::ZERO },
        },
        items: Vec::new(),
        free: 0,
        measured_at: Instant::ZERO,
        online: false,
        rng: Rng::UNUSED,
        counted: Stats { pending: 0, loading: 0, loaded: 0, failed: 0, retried: 0, cancelled: 0 },
    };

    /// Begins anew, as [`new`](Self::new) does, in the same memory.
    pub fn reset(&mut self, limits: Limits, seed: u32) {
        self.limits = limits;
        self.items.clear();
        self.free = NONE;
        self.measured_at = Instant::NEVER;
        self.online = true;
        self.rng = Rng::new(seed);
        self.counted = Stats::default();
    }

    /// The figures so far.
    pub fn stats(&self) -> Stats {
        let mut stats = self.counted;
        for item in &self.items {
            stats.pending += u32::from(item.state != State::Free);
            stats.loading += u32::from(matches!(item.state, State::Loading | State::Overdue));
        }
        stats
    }

    /// When to call [`poll_effect`](Self::poll_effect) next, if there is no input before.
    pub fn next_deadline(&self) -> Option<Instant> {
        let mut next = Instant::NEVER;
        for item in &self.items {
            next = next.min(item.deadline);
        }
        (!next.is_never()).then_some(next)
    }

    /// Adds an item that is not near.
    pub fn add(&mut self) -> ItemId {
        let mut slot = self.free;
        let mut generation = 0;
        let new = |generation| Item {
            generation,
            state: State::Waiting,
            near: f64::NAN,
            deadline: Instant::NEVER,
            failures: 0,
            next_free: NONE,
        };
        if let Some(item) = self.items.get_mut(slot as usize) {
            generation = item.generation;
            self.free = item.next_free;
            *item = new(generation);
        } else {
            slot = self.items.len() as u32;
            self.items.push(new(generation));
        }
        ItemId { slot, generation }
    }

    /// The handle of the item that has this [index](ItemId::index) now, for hosts that know items by index. Inputs with it
    /// are ignored if there is none.
    pub fn item_at(&self, index: usize) -> Option<ItemId> {
        let item = self.items.get(index)?;
        Some(ItemId { slot: index as u32, generation: item.generation })
    }

    /// Removes an item in any state.
    pub fn remove(&mut self, id: ItemId) {
        let free = self.free;
        let Some(item) = self.item(id) else { return };
        item.turn(State::Free);
        item.generation = item.generation.wrapping_add(1);
        item.next_free = free;
        self.free = id.slot;
    }

    /// The item is near, `distance` px from the middle of the viewport. Reported again, it moves in the queue.
    pub fn enter(&mut self, id: ItemId, distance: f64, now: Instant) {
        let Some(item) = self.item(id) else { return };
        item.near = distance;
        if item.state == State::Waiting {
            item.state = State::Queued;
        }
        self.measured_at = self.measured_at.min(now);
    }

    /// The item is not near any more. A load goes on: its bytes are under way.
    pub fn leave(&mut self, id: ItemId) {
        let Some(item) = self.item(id) else { return };
        item.near = f64::NAN;
        if item.state == State::Queued {
            item.state = State::Waiting;
            self.counted.cancelled += 1;
        }
    }

    /// The item is loaded. Its handle is spent.
    pub fn handle_loaded(&mut self, id: ItemId) {
        if self.item(id).is_some() {
            self.remove(id);
            self.counted.loaded += 1;
        }
    }

    /// The load failed.
    pub fn handle_failed(&mut self, id: ItemId, now: Instant) {
        let (online, Limits { retries, backoff, .. }) = (self.online, self.limits);
        let draw = self.rng.next_f64();
        let Some(item) = self.item(id) else { return };
        if !matches!(item.state, State::Loading | State::Overdue) {
            return;
        }
        if online && item.failures >= retries {
            item.turn(State::Failed);
            self.counted.failed += 1;
            return;
        }
        item.turn(State::Backoff);
        if online {
            item.failures += 1;
            item.deadline = now + backoff.delay(item.failures, draw);
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
        for item in &mut self.items {
            if matches!(item.state, State::Overdue | State::Backoff | State::Failed | State::GivenUp) {
                item.failures = 0;
                item.requeue();
            }
        }
    }

    /// The next effect. Call it after every input, and when the [deadline](Self::next_deadline) has come, until it returns
    /// `None`.
    pub fn poll_effect(&mut self, now: Instant) -> Option<Effect> {
        let mut free = self.limits.concurrent.max(1);
        let mut queued = 0;
        let mut nearest = None;
        let mut least = f64::INFINITY;
        for (slot, item) in self.items.iter_mut().enumerate() {
            let id = ItemId { slot: slot as u32, generation: item.generation };
            if item.deadline <= now {
                if item.state == State::Loading {
                    item.turn(State::Overdue);
                    return Some(Effect::Overdue(id));
                }
                item.requeue();
            }
            match item.state {
                State::Failed => {
                    item.state = State::GivenUp;
                    return Some(Effect::GiveUp(id));
                }
                State::Loading => free = free.saturating_sub(1),
                State::Queued => {
                    queued += 1;
                    if nearest.is_none() || item.near < least {
                        (nearest, least) = (Some(id), item.near);
                    }
                }
                _ => {}
            }
        }
        let Some(id) = nearest else {
            self.measured_at = Instant::NEVER;
            return None;
        };
        if free == 0 {
            return None;
        }
        if queued > free && now.since(self.measured_at) > MEASURE_INTERVAL {
            self.measured_at = now;
            return Some(Effect::Measure);
        }
        let deadline = now + self.limits.timeout;
        let item = self.item(id)?;
        item.turn(State::Loading);
        item.deadline = deadline;
        let is_retry = item.failures > 0;
        self.counted.retried += u32::from(is_retry);
        Some(Effect::Load(id))
    }

    fn item(&mut self, id: ItemId) -> Option<&mut Item> {
        self.items
            .get_mut(id.slot as usize)
            .filter(|item| item.generation == id.generation && item.state != State::Free)
    }
}

/// How long distances count as current. Measuring forces a layout, so it is done once in some frames.
const MEASURE_INTERVAL: Duration = Duration::from_const(100.0);
