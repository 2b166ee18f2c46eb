//! A slab: values that come and go, each named by a number that is recognised when it is spent.
//!
//! A value has a slot, which is reused, and a generation, which tells it from earlier values of that slot. The values
//! themselves lie in one list without gaps, so its memory shrinks with what it holds although slots keep their numbers.
use crate::list::{List, MIN};
use alloc::boxed::Box;
use core::marker::PhantomData;

/// Marks a free slot; the other bits of `at` are the next free one.
const FREE: u32 = 1 << 31;
const NO_SLOT: u32 = FREE - 1;
/// The place of a value that is not there. Cheaper than an `Option` of a place, which wasm returns through memory.
pub(crate) const NOWHERE: usize = usize::MAX;

/// An id's low bits are its slot, its high bits its generation.
const SLOT_BITS: u32 = 22;
const SLOT: u32 = (1 << SLOT_BITS) - 1;

/// A number that names a value in a table.
pub trait Id: Copy + Eq {
    /// From the number that crosses to another language.
    fn from_raw(raw: u32) -> Self;
    /// The number that crosses to another language.
    fn raw(self) -> u32;
}

/// The slot of an id: a small number, which is used again.
pub fn slot_of(id: impl Id) -> usize {
    (id.raw() & SLOT) as usize
}

/// Defines id types, so that the id of one kind of value is not taken for that of another.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(core::num::NonZeroU32);

        impl $crate::slab::Id for $name {
            fn from_raw(raw: u32) -> Self {
                // Like 0, 1 names nothing: generations begin above it.
                Self(core::num::NonZeroU32::new(raw).unwrap_or(core::num::NonZeroU32::MIN))
            }
            fn raw(self) -> u32 {
                self.0.get()
            }
        }
    )*};
}

pub(crate) use ids;

#[derive(Clone, Copy)]
struct Slot {
    generation: u32,
    /// Where the value lies, or [`FREE`] and the next free slot.
    at: u32,
}

/// The slots of a slab: which are taken, and where the value of each lies.
pub(crate) struct Slots {
    slots: List<Slot>,
    free: u32,
    len: u32,
    /// How many values have a slot in the upper half of the table, that is, from `half` on.
    upper: u32,
    half: usize,
    /// A generation grows by this much, so that an id can hold the slot in the bits below.
    step: u32,
    /// The generation of a new slot: at least that of any slot that was given up.
    first: u32,
}

impl Slots {
    pub(crate) const fn new(step: u32) -> Self {
        Self { slots: List::new(), free: NO_SLOT, len: 0, upper: 0, half: MIN, step, first: step }
    }

    /// A slot for a value that lies at `at`.
    pub(crate) fn insert(&mut self, at: usize) -> u32 {
        let mut slot = self.free;
        if slot == NO_SLOT {
            slot = self.slots.len() as u32;
            self.slots.push(Slot { generation: self.first, at: FREE | NO_SLOT });
            if slot as usize == 2 * self.half {
                (self.half, self.upper) = (2 * self.half, 0);
            }
        }
        let known = &mut self.slots[slot as usize];
        self.free = known.at & !FREE;
        known.at = at as u32;
        self.len += 1;
        self.upper += u32::from(slot as usize >= self.half);
        slot
    }

    /// Where the value lies; [`NOWHERE`] where the slot is free or holds a value of another generation.
    pub(crate) fn get(&self, slot: u32, generation: u32) -> usize {
        match self.slots.get(slot as usize) {
            Some(known) if known.generation == generation && known.at & FREE == 0 => known.at as usize,
            _ => NOWHERE,
        }
    }

    /// The generation of a slot that is taken.
    pub(crate) fn generation(&self, slot: u32) -> u32 {
        self.slots.get(slot as usize).map_or(0, |known| known.generation)
    }

    /// The value of a slot that is taken lies at `at` from now on.
    pub(crate) fn moved(&mut self, slot: u32, at: usize) {
        if let Some(known) = self.slots.get_mut(slot as usize) {
            known.at = at as u32;
        }
    }

    /// Frees a slot; gives where its value lay, or [`NOWHERE`].
    pub(crate) fn remove(&mut self, slot: u32, generation: u32) -> usize {
        let at = self.get(slot, generation);
        if at == NOWHERE {
            return at;
        }
        let next = generation.wrapping_add(self.step);
        self.slots[slot as usize] =
            Slot { generation: if next == 0 { self.step } else { next }, at: FREE | self.free };
        self.free = slot;
        self.len -= 1;
        self.upper -= u32::from(slot as usize >= self.half);
        // A quarter full, and nothing in the upper half.
        while self.upper == 0 && self.slots.len() > MIN && 4 * self.len as usize <= self.slots.len() {
            self.halve();
        }
        at
    }

    fn halve(&mut self) {
        while self.slots.len() > self.half {
            let gone = self.slots.pop().map_or(0, |known| known.generation);
            self.first = self.first.max(gone);
        }
        self.slots.resize(self.slots.len());
        self.half = (self.half / 2).max(MIN);
        // Low slots are given out first, so that the upper half stays empty.
        (self.free, self.upper) = (NO_SLOT, 0);
        for slot in (0..self.slots.len()).rev() {
            let known = &mut self.slots[slot];
            if known.at & FREE != 0 {
                known.at = FREE | core::mem::replace(&mut self.free, slot as u32);
            } else {
                self.upper += u32::from(slot >= self.half);
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.slots.capacity()
    }
}

/// Values by id, each operation in constant time. An id that is spent, or was never given out, finds nothing; a slot
/// repeats its ids after a thousand values. Values take at most twice the memory that they need.
pub struct Slab<I, T> {
    slots: Slots,
    // In boxes, so that the code is the same for values of all sizes, once per module, and none is copied when the list
    // grows.
    values: List<(u32, Box<T>)>,
    id: PhantomData<I>,
}

impl<I, T> Default for Slab<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I, T> Slab<I, T> {
    /// An empty slab.
    pub const fn new() -> Self {
        // Generations start at one, so that no id is ever zero.
        Self { slots: Slots::new(1 << SLOT_BITS), values: List::new(), id: PhantomData }
    }
}

impl<I: Id, T> Slab<I, T> {
    /// Keeps a value; gives its id.
    pub fn insert(&mut self, value: T) -> I {
        self.insert_box(Box::new(value))
    }

    #[inline(never)]
    fn insert_box(&mut self, value: Box<T>) -> I {
        let slot = self.slots.insert(self.values.len());
        self.values.push((slot, value));
        I::from_raw(self.slots.generation(slot) | slot)
    }

    /// Takes a value out; its id is spent.
    #[inline(never)]
    pub fn remove(&mut self, id: I) -> Option<Box<T>> {
        let at = self.slots.remove(id.raw() & SLOT, id.raw() & !SLOT);
        let (_, value) = self.values.swap_remove(at)?;
        if let Some((moved, _)) = self.values.get(at) {
            self.slots.moved(*moved, at);
        }
        self.values.shrink();
        Some(value)
    }

    /// The value of an id.
    pub fn get(&self, id: I) -> Option<&T> {
        let at = self.slots.get(id.raw() & SLOT, id.raw() & !SLOT);
        self.values.get(at).map(|(_, value)| &**value)
    }

    /// The value of an id, to change it.
    pub fn get_mut(&mut self, id: I) -> Option<&mut T> {
        let at = self.slots.get(id.raw() & SLOT, id.raw() & !SLOT);
        self.values.get_mut(at).map(|(_, value)| &mut **value)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.values.iter().map(|(slot, value)| (I::from_raw(self.slots.generation(*slot) | slot), &**value))
    }

    /// The id of the value at a place below [`len`](Self::len). Places change when a value is removed.
    pub(crate) fn id_at(&self, at: usize) -> Option<I> {
        self.values.get(at).map(|(slot, _)| I::from_raw(self.slots.generation(*slot) | slot))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut().map(|(_, value)| &mut **value)
    }

    /// How many values there is memory for.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.values.capacity().max(self.slots.capacity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;
    use std::vec::Vec;

    ids! {
        /// Names a value of the tests.
        TestId
    }

    proptest! {
        /// Compared with a map. A spent id stays spent, whatever has its slot now.
        #[test]
        fn slots_behave_as_a_map(steps in prop::collection::vec((any::<bool>(), 0..200usize), 0..600)) {
            let mut slots = Slots::new(1);
            let mut model: HashMap<(u32, u32), usize> = HashMap::new();
            let mut given: Vec<(u32, u32)> = Vec::new();
            for (i, (insert, which)) in steps.into_iter().enumerate() {
                // It grows in the first half, so that it shrinks in the second.
                if insert && i < 400 || given.is_empty() {
                    let slot = slots.insert(i);
                    let id = (slot, slots.generation(slot));
                    prop_assert!(!given.contains(&id), "an id was given out twice");
                    given.push(id);
                    model.insert(id, i);
                } else {
                    let (slot, generation) = given[which % given.len()];
                    let at = model.remove(&(slot, generation)).unwrap_or(NOWHERE);
                    prop_assert_eq!(slots.remove(slot, generation), at);
                }
            }
            for &(slot, generation) in &given {
                let at = model.get(&(slot, generation)).copied().unwrap_or(NOWHERE);
                prop_assert_eq!(slots.get(slot, generation), at);
            }
            let live: Vec<_> = model.keys().copied().collect();
            for (slot, generation) in live {
                slots.remove(slot, generation);
            }
            prop_assert!(slots.capacity() <= 2 * MIN);
        }
    }

    #[test]
    fn slots_shrink_when_nearly_all_values_are_gone() {
        let mut slots = Slots::new(1);
        let ids: Vec<_> = (0..10_000)
            .map(|at| {
                let slot = slots.insert(at);
                (slot, slots.generation(slot))
            })
            .collect();
        let mut most = 0;
        for &(slot, generation) in ids.iter().skip(1) {
            slots.remove(slot, generation);
            most = most.max(slots.capacity());
        }
        assert!(most >= 10_000 && slots.capacity() <= MIN);
        assert_eq!(slots.get(ids[0].0, ids[0].1), 0);
    }

    #[test]
    fn a_spent_id_does_not_name_its_successor() {
        let mut slab: Slab<TestId, char> = Slab::default();
        let first = slab.insert('a');
        assert_eq!(slab.remove(first), Some(Box::new('a')));
        let second = slab.insert('b');
        assert_ne!(first, second);
        assert_eq!((slab.get(first), slab.get(second)), (None, Some(&'b')));
        assert_eq!((slab.remove(first), slab.len()), (None, 1));
    }

    #[test]
    fn no_id_is_zero_however_often_a_slot_is_reused() {
        let mut slab: Slab<TestId, ()> = Slab::default();
        for _ in 0..5_000 {
            let id = slab.insert(());
            assert_ne!(id.raw(), 0);
            slab.remove(id);
        }
    }
}
