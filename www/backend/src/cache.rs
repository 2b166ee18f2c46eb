//! A cache of answers in memory, so that repeated requests do not reach the database.
use lru::LruCache;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A bounded cache that evicts the least recently used answer. It never holds an answer that was computed before the last
/// invalidation.
pub struct Cache<K, V> {
    inner: Mutex<Inner<K, V>>,
}

struct Inner<K, V> {
    entries: LruCache<K, V>,
    /// The number of invalidations.
    generation: u64,
}

/// The result of a look-up.
#[derive(Debug, PartialEq)]
pub enum Lookup<V> {
    /// The answer.
    Hit(V),
    /// There is none. The ticket allows to store an answer that is computed from now on.
    Miss(Ticket),
}

/// The number of invalidations at the time of a miss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ticket(u64);

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// A cache of at most `capacity` answers.
    pub fn new(capacity: NonZeroUsize) -> Self {
        Self { inner: Mutex::new(Inner { entries: LruCache::new(capacity), generation: 0 }) }
    }

    /// Looks up the answer for `key`.
    pub fn get(&self, key: &K) -> Lookup<V> {
        let mut inner = self.lock();
        match inner.entries.get(key) {
            Some(value) => Lookup::Hit(value.clone()),
            None => Lookup::Miss(Ticket(inner.generation)),
        }
    }

    /// Stores `value`, unless the cache was invalidated since `ticket`.
    pub fn put(&self, ticket: Ticket, key: K, value: V) {
        let mut inner = self.lock();
        if inner.generation == ticket.0 {
            inner.entries.put(key, value);
        }
    }

    /// Drops all answers, also those that are being computed.
    pub fn invalidate(&self) {
        let mut inner = self.lock();
        inner.generation += 1;
        inner.entries.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Inner<K, V>> {
        // No code panics while the cache is only half changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(capacity: usize) -> Cache<u32, &'static str> {
        Cache::new(NonZeroUsize::new(capacity).unwrap())
    }

    fn put(cache: &Cache<u32, &'static str>, key: u32, value: &'static str) {
        let Lookup::Miss(ticket) = cache.get(&key) else { panic!("there already") };
        cache.put(ticket, key, value);
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let cache = cache(2);
        put(&cache, 1, "a");
        put(&cache, 2, "b");
        assert_eq!(cache.get(&1), Lookup::Hit("a"));
        put(&cache, 3, "c");
        assert!(matches!(cache.get(&2), Lookup::Miss(_)));
        assert_eq!(cache.get(&1), Lookup::Hit("a"));
    }

    #[test]
    fn an_answer_begun_before_an_invalidation_is_not_kept() {
        let cache = cache(2);
        let Lookup::Miss(before) = cache.get(&1) else { panic!() };
        cache.invalidate();
        cache.put(before, 1, "old");
        let Lookup::Miss(after) = cache.get(&1) else { panic!("kept") };
        cache.put(after, 1, "new");
        assert_eq!(cache.get(&1), Lookup::Hit("new"));
    }
}
