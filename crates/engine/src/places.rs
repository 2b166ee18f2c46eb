//! Numbered places for things that come and go, and where each thing lies now.
//!
//! A thing is named by its place and a generation, which tells it from those that had the place before. It lies in a list
//! of its owner's, without gaps; so the list shrinks with what it holds, though places stay where they are.
use alloc::vec::Vec;

/// Marks a place that is free; the rest of its number is the next free one.
const FREE: u32 = 1 << 31;
const NO_PLACE: u32 = FREE - 1;
/// A table of so few places is not made smaller.
const FEW: usize = 32;

#[derive(Clone, Copy)]
struct Place {
    generation: u32,
    /// Where the thing lies, or [`FREE`] and the next free place.
    at: u32,
}

/// The places of a table.
pub(crate) struct Places {
    places: Vec<Place>,
    free: u32,
    len: u32,
    /// How many things have a place in the upper half, that is, from this number on.
    upper: u32,
    half: usize,
    /// What generations are counted by, so that a face may keep the lower bits for the place.
    step: u32,
    /// The generation of a new place: no lower than any of those that were given up had.
    first: u32,
}

impl Places {
    pub(crate) fn new(step: u32) -> Self {
        Self { places: Vec::new(), free: NO_PLACE, len: 0, upper: 0, half: FEW, step, first: step }
    }

    /// A place for a thing that lies at `at`, and its generation.
    pub(crate) fn insert(&mut self, at: usize) -> (u32, u32) {
        let mut place = self.free;
        if place == NO_PLACE {
            place = self.places.len() as u32;
            self.places.push(Place { generation: self.first, at: FREE | NO_PLACE });
            if place as usize == 2 * self.half {
                (self.half, self.upper) = (2 * self.half, 0);
            }
        }
        let known = &mut self.places[place as usize];
        self.free = known.at & !FREE;
        known.at = at as u32;
        self.len += 1;
        self.upper += u32::from(place as usize >= self.half);
        (place, known.generation)
    }

    /// Where the thing lies; `None` where its place was given to another, or is free.
    pub(crate) fn get(&self, place: u32, generation: u32) -> Option<usize> {
        let known = self.places.get(place as usize)?;
        (known.generation == generation && known.at & FREE == 0).then_some(known.at as usize)
    }

    /// The generation of a place that is taken.
    pub(crate) fn generation(&self, place: u32) -> u32 {
        self.places.get(place as usize).map_or(0, |known| known.generation)
    }

    /// The thing lies elsewhere now.
    pub(crate) fn moved(&mut self, place: u32, at: usize) {
        if let Some(known) = self.places.get_mut(place as usize) {
            known.at = at as u32;
        }
    }

    /// The thing is gone; gives where it lay.
    pub(crate) fn remove(&mut self, place: u32, generation: u32) -> Option<usize> {
        let at = self.get(place, generation)?;
        let next = generation.wrapping_add(self.step);
        self.places[place as usize] =
            Place { generation: if next == 0 { self.step } else { next }, at: FREE | self.free };
        self.free = place;
        self.len -= 1;
        self.upper -= u32::from(place as usize >= self.half);
        // A quarter full, and nothing in the upper half.
        while self.upper == 0 && self.places.len() > FEW && 4 * self.len as usize <= self.places.len() {
            self.halve();
        }
        Some(at)
    }

    fn halve(&mut self) {
        while self.places.len() > self.half {
            let gone = self.places.pop().map_or(0, |known| known.generation);
            self.first = self.first.max(gone);
        }
        self.places.shrink_to_fit();
        self.half = (self.half / 2).max(FEW);
        // Low places first, so that the upper half stays empty.
        (self.free, self.upper) = (NO_PLACE, 0);
        for place in (0..self.places.len()).rev() {
            let known = &mut self.places[place];
            if known.at & FREE != 0 {
                known.at = FREE | core::mem::replace(&mut self.free, place as u32);
            } else {
                self.upper += u32::from(place >= self.half);
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.places.capacity()
    }
}

/// Gives back what a list does not need where it is a quarter full.
pub(crate) fn shrink<T>(list: &mut Vec<T>) {
    if list.capacity() > FEW && 4 * list.len() <= list.capacity() {
        list.shrink_to(2 * list.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        /// Against a map; what is gone stays gone, whoever has its place.
        #[test]
        fn behaves_as_a_map(steps in prop::collection::vec((any::<bool>(), 0..200usize), 0..600)) {
            let mut places = Places::new(1);
            let mut model: HashMap<(u32, u32), usize> = HashMap::new();
            let mut given: Vec<(u32, u32)> = Vec::new();
            for (i, (insert, which)) in steps.into_iter().enumerate() {
                // Grows in the first half, so that it shrinks in the second.
                if insert && i < 400 || given.is_empty() {
                    let name = places.insert(i);
                    prop_assert!(!given.contains(&name), "given away twice");
                    given.push(name);
                    model.insert(name, i);
                } else {
                    let (place, generation) = given[which % given.len()];
                    prop_assert_eq!(places.remove(place, generation), model.remove(&(place, generation)));
                }
            }
            for &(place, generation) in &given {
                prop_assert_eq!(places.get(place, generation), model.get(&(place, generation)).copied());
            }
            let live: Vec<_> = model.keys().copied().collect();
            for (place, generation) in live {
                places.remove(place, generation);
            }
            prop_assert!(places.capacity() <= 2 * FEW);
        }
    }

    #[test]
    fn in_the_end_no_more_than_a_few_places_are_kept() {
        let mut places = Places::new(1);
        let names: Vec<_> = (0..10_000).map(|at| places.insert(at)).collect();
        let mut steps = 0;
        for &(place, generation) in names.iter().skip(1) {
            places.remove(place, generation);
            steps = steps.max(places.capacity());
        }
        assert!(steps >= 10_000 && places.capacity() <= FEW);
        assert_eq!(places.get(names[0].0, names[0].1), Some(0));
    }
}
