//! Results that are kept: for how long, how many, and which go first.
use super::alarms::{Alarms, Wake};
use super::chain::Chain;
use super::pacer::LONG_AGO;
use super::slots::Slots;
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};

/// Names one memoized function until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemoId(pub u32);

/// How long results are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keeping {
    /// For so long from when it came, a result is fresh.
    pub ttl: Duration,
    /// For so long after that it is served stale, while a new one is fetched.
    pub stale: Duration,
    /// No more than so many; at least 1.
    pub max_size: u32,
}

/// What a lookup found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A fresh result, or a stale one that is being fetched anew: serve it.
    Kept,
    /// It is being computed: share that.
    Pending,
    /// A stale result: serve it, and compute it anew for those who come later.
    Refresh,
    /// It is too old, and was forgotten: compute it.
    Gone,
}

/// What lookups came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoStats {
    /// Calls that found a fresh result.
    pub hits: u64,
    /// Calls that found none.
    pub misses: u64,
    /// Calls that got a stale one.
    pub stale_served: u64,
    /// Calls that shared a computation under way.
    pub shared: u64,
    /// Results that went because there were too many.
    pub evictions: u64,
    /// Results that are there, those under way included.
    pub size: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Pending,
    Kept,
    Refreshing,
}

struct Entry {
    state: State,
    /// On the steady clock; without meaning while pending.
    fresh_until: Instant,
}

struct Memo {
    keeping: Keeping,
    entries: Slots<Entry>,
    /// Least recently used first.
    used: Chain,
    /// What ends first comes first: all are kept equally long, so it is the order in which they came.
    ending: Chain,
    timer: Option<Handle>,
    stats: MemoStats,
}

impl Memo {
    fn ends(&self, slot: u32) -> Instant {
        let fresh_until = self.entries.get(slot).map_or(Instant::NEVER, |entry| entry.fresh_until);
        fresh_until + self.keeping.stale
    }

    fn remove(&mut self, slot: u32) -> bool {
        self.used.remove(slot);
        self.ending.remove(slot);
        let known = self.entries.remove(slot).is_some();
        self.stats.size -= u32::from(known);
        known
    }
}

/// The memoized functions of a module. Keys and results stay with the host, by the slots that are given here.
#[derive(Default)]
pub struct Memos {
    memos: Slots<Memo>,
    calls: u64,
    invocations: u64,
}

impl Memos {
    /// Adds a memoized function.
    pub fn create(&mut self, keeping: Keeping) -> MemoId {
        MemoId(self.memos.add(Memo {
            keeping,
            entries: Slots::default(),
            used: Chain::default(),
            ending: Chain::default(),
            timer: None,
            stats: MemoStats::default(),
        }))
    }

    /// Says that `id` will not be told of again.
    pub fn release(&mut self, alarms: &mut Alarms, id: MemoId) {
        if let Some(memo) = self.memos.remove(id.0) {
            alarms.stop(memo.timer, Wake::Memo(id.0));
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

    /// It was called with a key that is in no slot: the function runs.
    pub fn miss(&mut self, id: MemoId) {
        self.calls += 1;
        self.invocations += 1;
        if let Some(memo) = self.memos.get_mut(id.0) {
            memo.stats.misses += 1;
        }
    }

    /// It was called with the key of `slot`. Costs the same however many are kept.
    pub fn look(&mut self, alarms: &mut Alarms, id: MemoId, slot: u32, now: Instant) -> Found {
        let now = alarms.steady(now);
        let Some(memo) = self.memos.get_mut(id.0) else { return Found::Gone };
        let ends = memo.ends(slot);
        let Some(entry) = memo.entries.get_mut(slot) else { return Found::Gone };
        let stats = &mut memo.stats;
        let found = match entry.state {
            State::Pending => {
                stats.shared += 1;
                Found::Pending
            }
            _ if now < entry.fresh_until => {
                stats.hits += 1;
                Found::Kept
            }
            _ if now >= ends => {
                memo.remove(slot);
                return Found::Gone;
            }
            State::Refreshing => {
                stats.stale_served += 1;
                Found::Kept
            }
            State::Kept => {
                stats.stale_served += 1;
                entry.state = State::Refreshing;
                self.invocations += 1;
                Found::Refresh
            }
        };
        self.calls += 1;
        memo.used.push(slot);
        found
    }

    /// Until when, on the host's clock, a call with the key of `slot` finds it kept. A host may count such calls and
    /// [`note`](Self::note) them in one go. Where there is a bound to the number of results, it says at once which
    /// was used, unless it was the last ([`touch`](Self::touch)).
    pub fn quiet_until(&self, alarms: &Alarms, id: MemoId, slot: u32) -> Instant {
        let entry = self.memos.get(id.0).and_then(|memo| memo.entries.get(slot));
        match entry.filter(|entry| entry.state != State::Pending) {
            Some(entry) => alarms.to_host(entry.fresh_until),
            None => LONG_AGO,
        }
    }

    /// `slot` was used.
    pub fn touch(&mut self, id: MemoId, slot: u32) {
        if let Some(memo) = self.memos.get_mut(id.0) {
            memo.used.push(slot);
        }
    }

    /// There were so many quiet calls.
    pub fn note(&mut self, id: MemoId, calls: u32) {
        self.calls += u64::from(calls);
        if let Some(memo) = self.memos.get_mut(id.0) {
            memo.stats.hits += u64::from(calls);
        }
    }

    /// A result is to be kept, or to come: gives its slot.
    pub fn add(&mut self, id: MemoId) -> u32 {
        let Some(memo) = self.memos.get_mut(id.0) else { return u32::MAX };
        let slot = memo.entries.add(Entry { state: State::Pending, fresh_until: Instant::NEVER });
        memo.used.push(slot);
        memo.stats.size += 1;
        slot
    }

    /// The one to forget because there are too many now: ask until there is none.
    pub fn overflow(&mut self, id: MemoId) -> Option<u32> {
        let memo = self.memos.get_mut(id.0)?;
        if memo.stats.size <= memo.keeping.max_size.max(1) {
            return None;
        }
        let slot = memo.used.first()?;
        memo.remove(slot);
        memo.stats.evictions += 1;
        Some(slot)
    }

    /// The result of `slot` came. Gives whether the timer is to be armed again.
    pub fn settled(&mut self, alarms: &mut Alarms, id: MemoId, slot: u32, now: Instant) -> bool {
        let now = alarms.steady(now);
        let Some(memo) = self.memos.get_mut(id.0) else { return false };
        let Some(entry) = memo.entries.get_mut(slot) else { return false };
        entry.state = State::Kept;
        entry.fresh_until = now + memo.keeping.ttl;
        memo.ending.push(slot);
        if memo.timer.is_some() {
            // For one that ends before this one does, or ended: that is looked at then.
            return false;
        }
        memo.timer = alarms.set(memo.ends(slot), Wake::Memo(id.0));
        memo.timer.is_some() && !alarms.in_timeout()
    }

    /// The computation for `slot` failed. `true`: there is no result, and the slot is gone; otherwise there is
    /// an older one, which stays as stale as it was.
    pub fn failed(&mut self, id: MemoId, slot: u32) -> bool {
        let Some(memo) = self.memos.get_mut(id.0) else { return true };
        match memo.entries.get_mut(slot) {
            Some(entry) if entry.state == State::Refreshing => {
                entry.state = State::Kept;
                false
            }
            _ => {
                memo.remove(slot);
                true
            }
        }
    }

    /// Forgets `slot`.
    pub fn remove(&mut self, id: MemoId, slot: u32) -> bool {
        self.memos.get_mut(id.0).is_some_and(|memo| memo.remove(slot))
    }

    /// Forgets all results; the figures stay.
    pub fn clear(&mut self, alarms: &mut Alarms, id: MemoId) {
        let Some(memo) = self.memos.get_mut(id.0) else { return };
        alarms.stop(memo.timer.take(), Wake::Memo(id.0));
        memo.entries = Slots::default();
        memo.used = Chain::default();
        memo.ending = Chain::default();
        memo.stats.size = 0;
    }

    /// After [`Expired::Memo`](super::Expired::Memo): the next result that is too old; ask until there is none.
    pub fn next_expired(&mut self, alarms: &mut Alarms, id: MemoId, now: Instant) -> Option<u32> {
        let now = alarms.steady(now);
        let memo = self.memos.get_mut(id.0)?;
        let slot = memo.ending.first();
        if let Some(slot) = slot.filter(|slot| memo.ends(*slot) <= now) {
            memo.remove(slot);
            return Some(slot);
        }
        memo.timer = slot.and_then(|slot| alarms.set(memo.ends(slot), Wake::Memo(id.0)));
        None
    }

    #[cfg(test)]
    pub(super) fn steps(&self, id: MemoId) -> u64 {
        self.memos.get(id.0).map_or(0, |memo| memo.used.steps + memo.ending.steps)
    }
}
