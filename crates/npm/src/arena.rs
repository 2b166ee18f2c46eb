//! Items by number, which are never removed. A shipped module with an arena has no allocator: the arena has all of its memory.

#[cfg(all(target_arch = "wasm32", feature = "bare"))]
#[expect(unsafe_code, reason = "the items stand in linear memory, from where the linker ends on")]
mod items {
    use crate::linear::{Zeroed, place, reserve};
    use core::marker::PhantomData;

    pub(crate) struct Arena<T> {
        length: usize,
        items: PhantomData<T>,
    }

    impl<T: Zeroed> Arena<T> {
        pub(crate) const fn new() -> Self {
            Self { length: 0, items: PhantomData }
        }

        /// Adds a new item and returns its number. Out of memory: a number that finds nothing.
        pub(crate) fn push(&mut self) -> usize {
            let number = self.length;
            if !reserve::<T>(number + 1) {
                return usize::MAX;
            }
            self.length = number + 1;
            number
        }

        // Inlined into every export it would take more.
        #[inline(never)]
        pub(crate) fn get_mut(&mut self, number: usize) -> Option<&mut T> {
            // SAFETY: it is within memory, which nothing else uses, and began as zeros. `self` is borrowed as long as the item.
            (number < self.length).then(|| unsafe { &mut *place::<T>(number) })
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", feature = "bare")))]
mod items {
    use crate::linear::Zeroed;
    use alloc::vec::Vec;

    pub(crate) struct Arena<T>(Vec<T>);

    impl<T: Zeroed> Arena<T> {
        pub(crate) const fn new() -> Self {
            Self(Vec::new())
        }

        pub(crate) fn push(&mut self) -> usize {
            self.0.push(T::default());
            self.0.len() - 1
        }

        pub(crate) fn get_mut(&mut self, number: usize) -> Option<&mut T> {
            self.0.get_mut(number)
        }
    }
}

use crate::linear::Zeroed;
pub(crate) use items::Arena;

// SAFETY: a tracker is made of numbers and of an `Option` of one.
#[cfg(feature = "vitals")]
#[expect(unsafe_code, reason = "see above")]
unsafe impl Zeroed for whippet_engine::vitals::Tracker {}

// SAFETY: a histogram is made of numbers. A new one is not all zeros, and is cleared first.
#[cfg(feature = "rum")]
#[expect(unsafe_code, reason = "see above")]
unsafe impl Zeroed for whippet_engine::stats::DenseHistogram {}
