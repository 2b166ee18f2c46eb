//! Numbered places for things that come and go, and the ids that name them.
use alloc::vec::Vec;
use core::marker::PhantomData;

/// An id's low bits say where, its high bits how often the place was given away before.
const PLACE_BITS: u32 = 22;
const PLACE: u32 = (1 << PLACE_BITS) - 1;

/// A number that names a thing, and knows when it no longer does.
pub trait Id: Copy + Eq {
    /// From the number that crosses to another language.
    fn from_raw(raw: u32) -> Self;
    /// The number that crosses to another language.
    fn raw(self) -> u32;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u32);

        impl Id for $name {
            fn from_raw(raw: u32) -> Self {
                Self(raw)
            }
            fn raw(self) -> u32 {
                self.0
            }
        }
    )*};
}

ids! {
    /// Names a query. Spent when the query is removed or collected; a spent id is recognised and ignored.
    QueryId
    /// Names an observer of a query, from [`Cache::observe`](super::Cache::observe) to `unobserve`.
    ObserverId
    /// Names one run of a query's or mutation's function, all its attempts. Spent when the run ends.
    RunId
    /// Names a mutation.
    MutationId
}

/// Like a slot map: constant time, no id is taken for its successor's until a place was given away a
/// thousand times.
pub(crate) struct Slots<I, T> {
    slots: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
    id: PhantomData<I>,
}

impl<I, T> Default for Slots<I, T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), id: PhantomData }
    }
}

impl<I: Id, T> Slots<I, T> {
    pub(crate) fn insert(&mut self, value: T) -> I {
        let place = match self.free.pop() {
            Some(place) => place,
            None => {
                // Ids start at generation one, so that no id is ever zero.
                self.slots.push((1 << PLACE_BITS, None));
                (self.slots.len() - 1) as u32
            }
        };
        let slot = &mut self.slots[place as usize];
        slot.1 = Some(value);
        I::from_raw(slot.0 | place)
    }

    pub(crate) fn remove(&mut self, id: I) -> Option<T> {
        let (place, generation) = (id.raw() & PLACE, id.raw() & !PLACE);
        let slot = self.slots.get_mut(place as usize)?;
        if slot.0 != generation {
            return None;
        }
        let value = slot.1.take()?;
        slot.0 = match slot.0.wrapping_add(1 << PLACE_BITS) {
            0 => 1 << PLACE_BITS,
            next => next,
        };
        self.free.push(place);
        Some(value)
    }

    pub(crate) fn get(&self, id: I) -> Option<&T> {
        match self.slots.get((id.raw() & PLACE) as usize) {
            Some((generation, value)) if *generation == id.raw() & !PLACE => value.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        match self.slots.get_mut((id.raw() & PLACE) as usize) {
            Some((generation, value)) if *generation == id.raw() & !PLACE => value.as_mut(),
            _ => None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.slots.iter().enumerate().filter_map(|(place, (generation, value))| {
            value.as_ref().map(|value| (I::from_raw(generation | place as u32), value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_id_does_not_name_its_successor() {
        let mut slots: Slots<QueryId, char> = Slots::default();
        let first = slots.insert('a');
        assert_eq!(slots.remove(first), Some('a'));
        let second = slots.insert('b');
        assert_ne!(first, second);
        assert_eq!((slots.get(first), slots.get(second)), (None, Some(&'b')));
        assert_eq!((slots.remove(first), slots.len()), (None, 1));
    }

    #[test]
    fn no_id_is_zero_however_often_a_place_is_given_away() {
        let mut slots: Slots<QueryId, ()> = Slots::default();
        for _ in 0..5_000 {
            let id = slots.insert(());
            assert_ne!(id.raw(), 0);
            slots.remove(id);
        }
    }
}
