//! Memos: how long results are kept, how many, and which are evicted first.
use super::linked_list::LinkedList;
use super::monotonic::LONG_AGO;
use super::slab::Slab;
use super::timers::{TimerOwner, Timers};
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};

/// Names one memoized function until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemoId(pub u32);

/// How long results are kept, and how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoOptions {
    /// A result is fresh for this long after it arrived.
    pub ttl: Duration,
    /// After that, it is served stale for this long, while it is revalidated.
    pub stale: Duration,
    /// The most results that are kept; at least 1.
    pub max_size: u32,
}

/// What a lookup found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// A fresh result, or a stale one whose revalidation is under way: return it.
    Hit,
    /// The computation is under way: share its promise.
    Pending,
    /// A stale result: return it, and compute it again for later calls.
    Revalidate,
    /// The result had expired, and was removed: compute it.
    Expired,
}

/// The figures of one memoized function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoStats {
    /// Calls that found a fresh result.
    pub hits: u64,
    /// Calls that found none.
    pub misses: u64,
    /// Calls that got a stale result.
    pub stale_served: u64,
    /// Calls that shared a pending computation.
    pub shared: u64,
    /// Results that were removed because there were more than `max_size`.
    pub evictions: u64,
    /// Results that are kept, pending ones included.
    pub size: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Pending,
    Settled,
    Revalidating,
}

struct Entry {
    state: State,
    /// On the monotonic clock. Meaningless while pending.
    fresh_until: Instant,
}

struct Memo {
    options: MemoOptions,
    entries: Slab<Entry>,
    /// All entries, the least recently used first.
    by_use: LinkedList,
    /// Settled entries, the first to expire first. All are kept equally long, so that is the order in which they
    /// settled.
    by_expiry: LinkedList,
    timer: Option<Handle>,
    stats: MemoStats,
}

impl Memo {
    fn expires_at(&self, slot: u32) -> Instant {
        let fresh_until = self.entries.get(slot).map_or(Instant::NEVER, |entry| entry.fresh_until);
        fresh_until + self.options.stale
    }

    fn remove(&mut self, slot: u32) -> bool {
        self.by_use.remove(slot);
        self.by_expiry.remove(slot);
        let existed = self.entries.remove(slot).is_some();
        self.stats.size -= u32::from(existed);
        existed
    }
}

/// The memoized functions of a module. The host keeps keys and results, by the slots that are returned here.
#[derive(Default)]
pub struct Memos {
    memos: Slab<Memo>,
    calls: u64,
    invocations: u64,
}

impl Memos {
    /// Adds a memoized function.
    pub fn create(&mut self, options: MemoOptions) -> MemoId {
        MemoId(self.memos.insert(Memo {
            options,
            entries: Slab::default(),
            by_use: LinkedList::default(),
            by_expiry: LinkedList::default(),
            timer: None,
            stats: MemoStats::default(),
        }))
    }

    /// Removes `id`, which another function may get.
    pub fn release(&mut self, timers: &mut Timers, id: MemoId) {
        if let Some(memo) = self.memos.remove(id.0) {
            timers.clear(memo.timer, TimerOwner::Memo(id.0));
        }
    }

    /// How often memoized functions were called.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How often they ran.
    pub fn invocations(&self) -> u64 {
        self.invocations
    }

    /// The figures of `id`.
    pub fn stats(&self, id: MemoId) -> MemoStats {
        self.memos.get(id.0).map_or(MemoStats::default(), |memo| memo.stats)
    }

    /// The function was called with a key that has no slot: it runs.
    pub fn miss(&mut self, id: MemoId) {
        self.calls += 1;
        self.invocations += 1;
        if let Some(memo) = self.memos.get_mut(id.0) {
            memo.stats.misses += 1;
        }
    }

    /// The function was called with the key of `slot`. Takes constant time, however many results are kept.
    pub fn lookup(&mut self, timers: &mut Timers, id: MemoId, slot: u32, now: Instant) -> Lookup {
        let now = timers.monotonic(now);
        let Some(memo) = self.memos.get_mut(id.0) else { return Lookup::Expired };
        let expires_at = memo.expires_at(slot);
        let Some(entry) = memo.entries.get_mut(slot) else { return Lookup::Expired };
        let stats = &mut memo.stats;
        let found = match entry.state {
            State::Pending => {
                stats.shared += 1;
                Lookup::Pending
            }
            _ if now < entry.fresh_until => {
                stats.hits += 1;
                Lookup::Hit
            }
            _ if now >= expires_at => {
                memo.remove(slot);
                return Lookup::Expired;
            }
            State::Revalidating => {
                stats.stale_served += 1;
                Lookup::Hit
            }
            State::Settled => {
                stats.stale_served += 1;
                entry.state = State::Revalidating;
                self.invocations += 1;
                Lookup::Revalidate
            }
        };
        self.calls += 1;
        memo.by_use.push_back(slot);
        found
    }

    /// Until this time, on the host's clock, each call with the key of `slot` is a hit. A host may count such calls
    /// and report them together with [`record_coalesced`](Self::record_coalesced). Where the number of results is
    /// bounded, it has to [`touch`](Self::touch) a slot on each use, unless that slot was also the last one used.
    pub fn coalesce_until(&self, timers: &Timers, id: MemoId, slot: u32) -> Instant {
        let entry = self.memos.get(id.0).and_then(|memo| memo.entries.get(slot));
        match entry.filter(|entry| entry.state != State::Pending) {
            Some(entry) => timers.to_host(entry.fresh_until),
            None => LONG_AGO,
        }
    }

    /// Makes `slot` the most recently used one.
    pub fn touch(&mut self, id: MemoId, slot: u32) {
        if let Some(memo) = self.memos.get_mut(id.0) {
            memo.by_use.push_back(slot);
        }
    }

    /// Counts hits that the host coalesced.
    pub fn record_coalesced(&mut self, id: MemoId, calls: u32) {
        self.calls += u64::from(calls);
        if let Some(memo) = self.memos.get_mut(id.0) {
            memo.stats.hits += u64::from(calls);
        }
    }

    /// Adds a pending result; returns its slot.
    pub fn add(&mut self, id: MemoId) -> u32 {
        let Some(memo) = self.memos.get_mut(id.0) else { return u32::MAX };
        let slot = memo.entries.insert(Entry { state: State::Pending, fresh_until: Instant::NEVER });
        memo.by_use.push_back(slot);
        memo.stats.size += 1;
        slot
    }

    /// Evicts the least recently used result if there are more than `max_size`. Call it until it returns `None`.
    pub fn evict(&mut self, id: MemoId) -> Option<u32> {
        let memo = self.memos.get_mut(id.0)?;
        if memo.stats.size <= memo.options.max_size.max(1) {
            return None;
        }
        let slot = memo.by_use.front()?;
        memo.remove(slot);
        memo.stats.evictions += 1;
        Some(slot)
    }

    /// The result of `slot` arrived. Returns whether the timer has to be armed again.
    pub fn settled(&mut self, timers: &mut Timers, id: MemoId, slot: u32, now: Instant) -> bool {
        let now = timers.monotonic(now);
        let Some(memo) = self.memos.get_mut(id.0) else { return false };
        let Some(entry) = memo.entries.get_mut(slot) else { return false };
        entry.state = State::Settled;
        entry.fresh_until = now + memo.options.ttl;
        memo.by_expiry.push_back(slot);
        if memo.timer.is_some() {
            // It was set for a result that expires earlier, and is set again for this one then.
            return false;
        }
        memo.timer = timers.set(memo.expires_at(slot), TimerOwner::Memo(id.0));
        memo.timer.is_some() && !timers.in_timeout()
    }

    /// The computation for `slot` failed. `true`: there is no result, and the slot was removed. `false`: there is an
    /// older result, which stays as stale as it was.
    pub fn failed(&mut self, id: MemoId, slot: u32) -> bool {
        let Some(memo) = self.memos.get_mut(id.0) else { return true };
        match memo.entries.get_mut(slot) {
            Some(entry) if entry.state == State::Revalidating => {
                entry.state = State::Settled;
                false
            }
            _ => {
                memo.remove(slot);
                true
            }
        }
    }

    /// Removes `slot`; `false` if it is empty.
    pub fn remove(&mut self, id: MemoId, slot: u32) -> bool {
        self.memos.get_mut(id.0).is_some_and(|memo| memo.remove(slot))
    }

    /// Removes all results. The figures stay, except for the size.
    pub fn clear(&mut self, timers: &mut Timers, id: MemoId) {
        let Some(memo) = self.memos.get_mut(id.0) else { return };
        timers.clear(memo.timer.take(), TimerOwner::Memo(id.0));
        memo.entries = Slab::default();
        memo.by_use = LinkedList::default();
        memo.by_expiry = LinkedList::default();
        memo.stats.size = 0;
    }

    /// After [`Expired::Memo`](super::Expired::Memo): the slot of the next result that has expired. Call it until it
    /// returns `None`.
    pub fn next_expired(&mut self, timers: &mut Timers, id: MemoId, now: Instant) -> Option<u32> {
        let now = timers.monotonic(now);
        let memo = self.memos.get_mut(id.0)?;
        let slot = memo.by_expiry.front();
        if let Some(slot) = slot.filter(|slot| memo.expires_at(*slot) <= now) {
            memo.remove(slot);
            return Some(slot);
        }
        memo.timer = slot.and_then(|slot| timers.set(memo.expires_at(slot), TimerOwner::Memo(id.0)));
        None
    }

    #[cfg(test)]
    pub(super) fn steps(&self, id: MemoId) -> u64 {
        self.memos.get(id.0).map_or(0, |memo| memo.by_use.steps + memo.by_expiry.steps)
    }
}
