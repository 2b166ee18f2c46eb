//! How much a cache holds, and what it evicts when that is too much: unused queries, least recently used first.
use super::cache::Cache;
use super::due::Due;
use super::ids::QueryId;
use super::lru::{LastUse, Limits, Lru, MAX_EXPECTATION, MIN_EXPECTATION};
use crate::time::{Duration, Instant};

impl Cache {
    /// Sets the limits. From now on, call [`evict`](Self::evict) whenever a query was added, grew or became unused, and
    /// after each [`tick`](Self::tick).
    pub fn set_limits(&mut self, limits: Limits) {
        self.lru.limits = limits;
        if !core::mem::replace(&mut self.lru.limited, true) {
            let known: alloc::vec::Vec<QueryId> = self.queries().collect();
            known.into_iter().for_each(|query| self.touch(query));
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
        if !self.lru.limited || self.lru.newest == Some(query) || self.entries.get(query).is_none() {
            return;
        }
        self.unlist(query);
        let older = self.lru.newest.replace(query);
        if let Some(entry) = self.entries.get_mut(query) {
            (entry.last_use.listed, entry.last_use.older) = (true, older);
        }
        match older.and_then(|older| self.entries.get_mut(older)) {
            Some(entry) => entry.last_use.newer = Some(query),
            None => self.lru.oldest = Some(query),
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
    /// until it gives `None`. It never gives `keep`, nor a query that has an observer, is fetching or is expected to get
    /// an observer. The cost per evicted query does not depend on the size of the cache.
    pub fn evict(&mut self, now: Instant, keep: Option<QueryId>) -> Option<QueryId> {
        let Lru { limits, bytes, .. } = self.lru;
        if self.entries.len() <= limits.entries && bytes <= limits.bytes {
            return None;
        }
        let mut next = self.lru.oldest;
        while let Some(query) = next {
            #[cfg(test)]
            {
                self.lru.steps += 1;
            }
            let entry = self.entries.get_mut(query)?;
            next = entry.last_use.newer;
            let idle = entry.is_idle() && entry.leaf.is_some();
            let expected = idle && now < entry.last_use.expected_until;
            if keep == Some(query) && !expected {
                continue;
            }
            if expected {
                self.deadlines.reset(
                    &mut entry.last_use.due,
                    entry.last_use.expected_until,
                    Due::ExpectationOver(query),
                );
            }
            // A query in use is listed again when it becomes unused, an expected one when its expectation runs out.
            self.unlist(query);
            if idle && !expected {
                self.stats.evictions += 1;
                return Some(query);
            }
        }
        None
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
        self.unlist(query);
        self.set_bytes(query, 0.0);
    }

    fn unlist(&mut self, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        if !entry.last_use.listed {
            return;
        }
        let (older, newer) = (entry.last_use.older, entry.last_use.newer);
        entry.last_use = LastUse { listed: false, older: None, newer: None, ..entry.last_use };
        match older.and_then(|older| self.entries.get_mut(older)) {
            Some(entry) => entry.last_use.newer = newer,
            None => self.lru.oldest = newer,
        }
        match newer.and_then(|newer| self.entries.get_mut(newer)) {
            Some(entry) => entry.last_use.older = older,
            None => self.lru.newest = older,
        }
    }
}
