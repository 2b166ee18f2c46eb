//! Who takes what belongs to names and errors that were dropped.
use std::collections::{BTreeMap, HashMap};

/// The targets of all evictions, by the evicted number. 0: the rows are deleted.
#[derive(Debug, Default)]
pub struct Targets {
    /// Of names.
    pub names: HashMap<i64, i64>,
    /// Of errors.
    pub errors: HashMap<i64, i64>,
}

impl Targets {
    /// The name that takes what belongs to `id`: itself if it was not evicted; `None` where that is deleted.
    pub fn name(&self, id: i64) -> Option<i64> {
        follow(&self.names, id)
    }

    /// The same for an error.
    pub fn error(&self, id: i64) -> Option<i64> {
        follow(&self.errors, id)
    }
}

/// A target may have been evicted later itself: then its own target counts.
fn follow(targets: &HashMap<i64, i64>, mut id: i64) -> Option<i64> {
    // Each step leads to a later eviction, so there is no circle. The bound is for a file that was tampered with.
    for _ in 0..=targets.len() {
        match targets.get(&id) {
            None => return Some(id),
            Some(0) => return None,
            Some(target) => id = *target,
        }
    }
    None
}

/// Moves the entries of a map to other keys. Where two get one key, `merge` adds the second to the first.
pub fn rekey<K: Ord + Copy, V>(
    map: &mut BTreeMap<K, V>,
    moved: impl Fn(K) -> Option<K>,
    merge: impl Fn(&mut V, &V),
) {
    if map.keys().all(|key| moved(*key) == Some(*key)) {
        return;
    }
    for (key, value) in std::mem::take(map) {
        let Some(key) = moved(key) else { continue };
        match map.entry(key) {
            std::collections::btree_map::Entry::Vacant(free) => drop(free.insert(value)),
            std::collections::btree_map::Entry::Occupied(mut held) => merge(held.get_mut(), &value),
        }
    }
}
