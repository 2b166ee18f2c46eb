//! Memos: how long results are kept, how many, and which are evicted first.
use super::lists::{BY_EXPIRY, BY_USE, Lists, Node, State};
use super::monotonic::LONG_AGO;
use crate::rows::Rows;
use crate::time::{Duration, Instant};

/// Names one memoized function until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemoId(pub u32);

/// What a lookup found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lookup {
    /// A result that is fresh until then: until then, all calls with its key find it. A host need not report them, but where
    /// the number of results is bounded it has to look up those that were used, in the order of their last uses, before the
    /// next one is [added](Lists::memo_add).
    Fresh(Instant),
    /// A stale result whose revalidation is under way: return it.
    Stale,
    /// The computation is under way: share its promise.
    Pending,
    /// A stale result: return it, and compute it again for later calls.
    Revalidate,
    /// The result had expired, and was removed: compute it.
    Expired,
}

/// Results are known by their slots; the host keeps them, and their keys. `now` is monotonic:
/// [`Timers::monotonic`](super::Timers::monotonic). A result is fresh for `ttl` after it arrived, and is served stale for
/// `stale` after that, while it is revalidated.
impl<R: Rows<Node>> Lists<R> {
    /// Adds a memoized function.
    pub fn memo_create(&mut self) -> MemoId {
        MemoId(self.take(State::Head, LONG_AGO))
    }

    /// Removes `id`, which another function may get.
    pub fn memo_release(&mut self, MemoId(id): MemoId) {
        self.drop_all(id);
    }

    /// The function was called with the key of `slot`, which is the most recently used one then. Long before any result
    /// arrived, such as at −∞, all are fresh: that is all that happens. Takes constant time, however many results are kept.
    pub fn memo_lookup(&mut self, MemoId(id): MemoId, slot: u32, now: Instant, stale: Duration) -> Lookup {
        let node = self.node(slot);
        let fresh_until = node.at;
        let found = match node.state {
            State::Pending => Lookup::Pending,
            State::Settled | State::Revalidating if now < fresh_until => Lookup::Fresh(fresh_until),
            State::Settled | State::Revalidating if now >= fresh_until + stale => {
                self.drop(slot);
                return Lookup::Expired;
            }
            State::Revalidating => Lookup::Stale,
            State::Settled => {
                node.state = State::Revalidating;
                Lookup::Revalidate
            }
            _ => return Lookup::Expired,
        };
        self.append(id, slot, BY_USE);
        found
    }

    /// Adds a pending result; returns its slot.
    pub fn memo_add(&mut self, MemoId(id): MemoId) -> u32 {
        let slot = self.take(State::Pending, Instant::NEVER);
        self.append(id, slot, BY_USE);
        slot
    }

    /// Evicts the least recently used of `size` results if there are more than `max_size`, which is at least 1. Call it until
    /// it returns `None`.
    pub fn memo_evict(&mut self, MemoId(id): MemoId, size: u32, max_size: u32) -> Option<u32> {
        if size <= max_size || !self.is_head(id) {
            return None;
        }
        let slot = self.first(id, BY_USE);
        self.memo_remove(slot).then_some(slot)
    }

    /// The result of `slot` arrived. Returns when it expires, perhaps never: then [`memo_expired`](Self::memo_expired)
    /// names it. A host that waits for an earlier result already need not wait for this one.
    pub fn memo_settled(
        &mut self,
        MemoId(id): MemoId,
        slot: u32,
        now: Instant,
        ttl: Duration,
        stale: Duration,
    ) -> Instant {
        if !self.is_result(slot) {
            return Instant::NEVER;
        }
        let node = self.node(slot);
        node.state = State::Settled;
        node.at = now + ttl;
        let expires_at = node.at + stale;
        // All are kept equally long, so the order in which they settled is that in which they expire.
        self.append(id, slot, BY_EXPIRY);
        expires_at
    }

    /// The computation for `slot` failed. `true`: there is no result, and the slot was removed. `false`: there is an
    /// older result, which stays as stale as it was.
    pub fn memo_failed(&mut self, slot: u32) -> bool {
        let node = self.node(slot);
        if node.state == State::Revalidating {
            node.state = State::Settled;
            return false;
        }
        self.memo_remove(slot);
        true
    }

    /// Removes `slot`; `false` if it is empty.
    pub fn memo_remove(&mut self, slot: u32) -> bool {
        let existed = self.is_result(slot);
        if existed {
            self.drop(slot);
        }
        existed
    }

    /// Removes all results.
    pub fn memo_clear(&mut self, MemoId(id): MemoId) {
        self.clear(id);
    }

    /// The slot of the next result that has expired, or when the next one will, perhaps never. Call it until it returns a
    /// time, and wait for that.
    pub fn memo_expired(
        &mut self,
        MemoId(id): MemoId,
        now: Instant,
        stale: Duration,
    ) -> Result<u32, Instant> {
        let slot = self.first(id, BY_EXPIRY);
        if !self.is_result(slot) {
            return Err(Instant::NEVER);
        }
        let expires_at = self.node(slot).at + stale;
        if expires_at > now {
            return Err(expires_at);
        }
        self.drop(slot);
        Ok(slot)
    }

    fn is_result(&mut self, slot: u32) -> bool {
        matches!(self.node(slot).state, State::Pending | State::Settled | State::Revalidating)
    }
}
