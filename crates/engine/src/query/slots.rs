//! Numbered places for things that come and go, and the ids that name them.
use crate::places::{Places, shrink};
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
/// thousand times. What it holds lies without gaps, and takes no more than twice the memory it needs.
pub(crate) struct Slots<I, T> {
    places: Places,
    values: Vec<(u32, T)>,
    id: PhantomData<I>,
}

impl<I, T> Default for Slots<I, T> {
    fn default() -> Self {
        // Ids start at generation one, so that no id is ever zero.
        Self { places: Places::new(1 << PLACE_BITS), values: Vec::new(), id: PhantomData }
    }
}

impl<I: Id, T> Slots<I, T> {
    pub(crate) fn insert(&mut self, value: T) -> I {
        let (place, generation) = self.places.insert(self.values.len());
        self.values.push((place, value));
        I::from_raw(generation | place)
    }

    pub(crate) fn remove(&mut self, id: I) -> Option<T> {
        let at = self.places.remove(id.raw() & PLACE, id.raw() & !PLACE)?;
        let (_, value) = self.values.swap_remove(at);
        if let Some((moved, _)) = self.values.get(at) {
            self.places.moved(*moved, at);
        }
        shrink(&mut self.values);
        Some(value)
    }

    pub(crate) fn get(&self, id: I) -> Option<&T> {
        let at = self.places.get(id.raw() & PLACE, id.raw() & !PLACE)?;
        self.values.get(at).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        let at = self.places.get(id.raw() & PLACE, id.raw() & !PLACE)?;
        self.values.get_mut(at).map(|(_, value)| value)
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.values.iter().map(|(place, value)| (I::from_raw(self.places.generation(*place) | place), value))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut().map(|(_, value)| value)
    }

    /// How many things there is memory for.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.values.capacity().max(self.places.capacity())
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
