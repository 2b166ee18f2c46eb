//! Cells of one type in memory.
use std::collections::HashMap;

use super::codec;
use super::level::Level;
use super::section::{Cell, Section};

/// Which cell of this collector, in the order of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Its table.
    pub level: Level,
    /// The beginning of its bucket, ms since the epoch.
    pub time: i64,
    /// What it holds.
    pub section: Section,
    /// The application's number.
    pub app: i64,
    /// The page's number, or 0.
    pub page: i64,
}

/// A cell in memory.
struct Slot<T> {
    value: T,
    /// Whether all that its row holds is in the value.
    is_known: bool,
    /// Whether it was added to since it was written.
    is_changed: bool,
    memory: usize,
}

impl<T: Default> Default for Slot<T> {
    fn default() -> Self {
        Self { value: T::default(), is_known: false, is_changed: false, memory: 0 }
    }
}

/// Cells of one type in memory.
pub struct Shelf<T> {
    slots: HashMap<Key, Slot<T>>,
    changed: Vec<Key>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { slots: HashMap::new(), changed: Vec::new() }
    }
}

impl<T: Cell> Shelf<T> {
    /// Adds to all of the cells.
    pub fn add(&mut self, keys: impl Iterator<Item = Key>, mut add: impl FnMut(&mut T)) {
        for key in keys {
            add(self.change(key));
        }
    }

    /// Adds the bytes of a value to a cell.
    pub fn merge(&mut self, key: Key, bytes: &[u8]) {
        codec::merge_bytes(self.change(key), bytes);
    }

    fn change(&mut self, key: Key) -> &mut T {
        let slot = self.slots.entry(key).or_default();
        if !slot.is_changed {
            slot.is_changed = true;
            self.changed.push(key);
        }
        &mut slot.value
    }

    /// Adds the changed cells whose rows are not known to `unknown`, and takes them for known: the caller adds what their
    /// rows hold.
    pub fn unknown(&mut self, unknown: &mut Vec<Key>) {
        for key in &self.changed {
            if let Some(slot) = self.slots.get_mut(key).filter(|slot| !slot.is_known) {
                slot.is_known = true;
                unknown.push(*key);
            }
        }
    }

    /// Adds the changed cells to `changed`: the caller writes them.
    pub fn take_changed(&mut self, changed: &mut Vec<Key>) {
        for key in self.changed.drain(..) {
            if let Some(slot) = self.slots.get_mut(&key) {
                slot.is_changed = false;
                slot.memory = slot.value.memory();
                changed.push(key);
            }
        }
    }

    /// Puts a cell as bytes in the place of what `bytes` has; nothing where it is not there.
    pub fn encode(&self, key: Key, bytes: &mut Vec<u8>) {
        bytes.clear();
        if let Some(slot) = self.slots.get(&key) {
            codec::encode_into(&slot.value, bytes);
        }
    }

    /// The newest minute.
    pub fn newest(&self) -> i64 {
        self.slots
            .keys()
            .filter(|key| key.level == Level::Minute)
            .map(|key| key.time)
            .max()
            .unwrap_or(i64::MIN)
    }

    /// Forgets cells before `since` and those of hours and days. Returns the memory of the others, bytes.
    pub fn forget(&mut self, since: i64) -> usize {
        self.slots.retain(|key, _| key.level == Level::Minute && key.time >= since);
        self.slots.values().map(|slot| slot.memory).sum()
    }
}
