//! Values by the engine's ids. Less code than a hash map has for each type, and no hashing.
use alloc::vec::Vec;
use whippet_engine::query::{Id, slot_of};

/// A map from ids to values.
pub(super) struct ById<I, V> {
    /// By the slot of the id. Where a slot is used again, the value before may still be there: its end is told later.
    slots: Vec<Vec<(I, V)>>,
}

impl<I, V> Default for ById<I, V> {
    fn default() -> Self {
        Self { slots: Vec::new() }
    }
}

impl<I: Id, V> ById<I, V> {
    pub(super) fn get(&self, id: I) -> Option<&V> {
        let known = self.slots.get(slot_of(id))?;
        known.iter().find(|(known, _)| *known == id).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, id: I) -> Option<&mut V> {
        let known = self.slots.get_mut(slot_of(id))?;
        known.iter_mut().find(|(known, _)| *known == id).map(|(_, value)| value)
    }

    /// Sets the value of an id. Gives the one that it had.
    pub(super) fn insert(&mut self, id: I, value: V) -> Option<V> {
        if let Some(known) = self.get_mut(id) {
            return Some(core::mem::replace(known, value));
        }
        let slot = slot_of(id);
        while self.slots.len() <= slot {
            self.slots.push(Vec::new());
        }
        if let Some(known) = self.slots.get_mut(slot) {
            // A slot has one value, nearly always.
            known.reserve_exact(1);
            known.push((id, value));
        }
        None
    }

    pub(super) fn remove(&mut self, id: I) -> Option<V> {
        let known = self.slots.get_mut(slot_of(id))?;
        let at = known.iter().position(|(known, _)| *known == id)?;
        Some(known.swap_remove(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_engine::query::RunId;

    #[test]
    fn ids_of_one_slot_are_told_apart() {
        let (first, second, other) =
            (RunId::from_raw(1 << 22 | 5), RunId::from_raw(2 << 22 | 5), RunId::from_raw(1 << 22 | 6));
        let mut map = ById::default();
        assert_eq!(map.get(first), None);
        map.insert(first, "first");
        map.insert(second, "second");
        assert_eq!(
            (map.get(first), map.get(second), map.get(other)),
            (Some(&"first"), Some(&"second"), None)
        );
        assert_eq!(map.insert(second, "changed"), Some("second"));
        assert_eq!(
            (map.remove(first), map.remove(first), map.remove(second)),
            (Some("first"), None, Some("changed"))
        );
    }
}
