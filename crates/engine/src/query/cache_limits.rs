//! How much a cache holds, and what it evicts when that is too much: unused queries, least recently used first.
use super::cache::Cache;
use super::due::Due;
use super::ids::QueryId;
use super::index::Keys;
use super::lru::{LAST_USE, Limits, MAX_EXPECTATION, MIN_EXPECTATION};
use crate::time::{Duration, Instant};

impl<K: Keys> Cache<K> {
    /// Sets the limits. From now on, call [`evict`](Self::evict) whenever a query was added, grew or became unused, and
    /// after each [`tick`](Self::tick).
    pub fn set_limits(&mut self, limits: Limits) {
        self.lru.limits = limits;
        if !core::mem::replace(&mut self.lru.limited, true) {
            for at in 0..self.entries.len() {
                if let Some(query) = self.entries.id_at(at) {
                    self.touch(query);
                }
            }
        }
    }

    /// Sets the size of the query's data, in bytes.
    pub fn set_bytes(&mut self, query: QueryId, bytes: f64) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        self.lru.bytes += bytes - core::mem::replace(&mut entry.last_use.bytes, bytes);
    }

    /// The size of all data, in bytes.
    pub fn bytes(&self) -> f64 {
        self.lru.bytes
    }

    /// Marks the query as the most recently used.
    pub fn touch(&mut self, query: QueryId) {
        if self.lru.limited
            && let Some(entry) = self.entries.get_mut(query)
        {
            self.lru.uses += 1.0;
            let use_number = Instant::from_ms(self.lru.uses);
            self.lru.order.reset(&mut entry.last_use.place, use_number, Due::Evict(query));
        }
    }

    /// The query is expected to get an observer soon: until then it is not evicted for twice as long as its last fetch
    /// took, at least [`MIN_EXPECTATION`] and at most a minute. Twice, so that among several queries that are awaited
    /// together, each is still there when the last has arrived.
    pub fn expect(&mut self, now: Instant, query: QueryId) {
        if let Some(entry) = self.entries.get_mut(query)
            && entry.observers.is_empty()
        {
            let twice = Duration::from_ms(2.0 * entry.last_use.fetch_duration.as_ms());
            entry.last_use.expected_until = now + twice.max(MIN_EXPECTATION).min(MAX_EXPECTATION);
        }
    }

    /// Where the cache is over its limits: the next query to evict, which the host has to [remove](Self::remove). Call
    /// until it gives `None`. It never gives `keep`, which counts as used, nor a query that has an observer, is fetching or
    /// is expected to get an observer. The cost per evicted query hardly depends on the size of the cache.
    pub fn evict(&mut self, now: Instant, keep: Option<QueryId>) -> Option<QueryId> {
        let Limits { entries, bytes } = self.lru.limits;
        if self.entries.len() <= entries && self.lru.bytes <= bytes {
            return None;
        }
        let mut kept = None;
        let mut evicted = None;
        while evicted.is_none() {
            let Some(Due::Evict(query)) = self.lru.order.pop(LAST_USE) else { break };
            #[cfg(test)]
            {
                self.lru.steps += 1;
            }
            // A query in use is listed again when it becomes unused, an expected one when its expectation runs out.
            let entry = self.entries.get_mut(query)?;
            entry.last_use.place = None;
            let idle = entry.is_idle() && entry.leaf.is_some();
            let until = entry.last_use.expected_until;
            if idle && now < until {
                self.deadlines.reset(&mut entry.last_use.due, until, Due::ExpectationOver(query));
            } else if keep == Some(query) {
                kept = keep;
            } else if idle {
                self.stats.evictions += 1;
                evicted = Some(query);
            }
        }
        if let Some(query) = kept {
            self.touch(query);
        }
        evicted
    }

    /// The time in which the query was expected to get an observer is over.
    pub(crate) fn expectation_due(&mut self, now: Instant, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        entry.last_use.due = None;
        if !entry.is_idle() {
            return;
        }
        if now < entry.last_use.expected_until {
            entry.last_use.due =
                self.deadlines.set(entry.last_use.expected_until, Due::ExpectationOver(query));
        } else {
            self.touch(query);
        }
    }

    /// Removes the entry from the order of use, and its bytes from the total.
    pub(crate) fn remove_from_lru(&mut self, query: QueryId) {
        if let Some(entry) = self.entries.get_mut(query) {
            self.lru.order.end(&mut entry.last_use.place);
        }
        self.set_bytes(query, 0.0);
    }
}
