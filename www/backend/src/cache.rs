//! Hot answers in memory, so that a repeated question does not reach the database.
use lru::LruCache;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A bounded cache, least recently used out first, that never keeps an answer older than the last
/// invalidation.
pub struct Cache<K, V> {
    inner: Mutex<Inner<K, V>>,
}

struct Inner<K, V> {
    entries: LruCache<K, V>,
    /// Grows with each invalidation.
    generation: u64,
}

/// What a look-up gave.
#[derive(Debug, PartialEq)]
pub enum Lookup<V> {
    /// The answer.
    Hit(V),
    /// Nothing; an answer computed now is stored with this ticket.
    Miss(Ticket),
}

/// The moment of a miss: an answer begun before an invalidation must not be stored after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ticket(u64);

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// A cache of at most `capacity` answers.
    pub fn new(capacity: NonZeroUsize) -> Self {
        Self { inner: Mutex::new(Inner { entries: LruCache::new(capacity), generation: 0 }) }
    }

    /// The answer for `key`.
    pub fn get(&self, key: &K) -> Lookup<V> {
        let mut inner = self.lock();
        match inner.entries.get(key) {
            Some(value) => Lookup::Hit(value.clone()),
            None => Lookup::Miss(Ticket(inner.generation)),
        }
    }

    /// Keeps `value`, unless the cache was invalidated since `ticket`.
    pub fn put(&self, ticket: Ticket, key: K, value: V) {
        let mut inner = self.lock();
        if inner.generation == ticket.0 {
            inner.entries.put(key, value);
        }
    }

    /// Forgets everything, and refuses the answers that are being computed.
    pub fn invalidate(&self) {
        let mut inner = self.lock();
        inner.generation += 1;
        inner.entries.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Inner<K, V>> {
        // Nothing in here panics half-way, so a poisoned lock guards whole data.
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
