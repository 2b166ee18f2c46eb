//! A list that grows and shrinks: what the machines need of a [`Vec`](alloc::vec::Vec), in a fifth of its wasm.
//!
//! A `Vec` brings its growth once for each size of its values, with an overflow check and an error path for every
//! step. Here one function, which knows bytes only, moves the memory of all lists.
#![expect(unsafe_code, reason = "owns memory that it grows by itself")]
use alloc::alloc::{alloc, dealloc, handle_alloc_error, realloc};
use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::needs_drop;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

/// The alignment of all memory in lists, which is enough for every value that they hold.
const ALIGN: usize = 8;
/// Room for so many values comes first.
const FIRST: usize = 4;
/// A list of at most so many values is not made smaller.
pub(crate) const MIN: usize = 32;

/// A list, whatever it holds.
struct Raw {
    /// Dangling while the capacity is 0.
    at: NonNull<u8>,
    len: usize,
    capacity: usize,
}

pub(crate) struct List<T> {
    raw: Raw,
    owns: PhantomData<T>,
}

// SAFETY: it owns its values, as a `Vec` does.
unsafe impl<T: Send> Send for List<T> {}
// SAFETY: through a shared list its values can only be read.
unsafe impl<T: Sync> Sync for List<T> {}

impl<T> List<T> {
    const SIZE: usize = {
        assert!(align_of::<T>() <= ALIGN && size_of::<T>() > 0);
        size_of::<T>()
    };

    pub(crate) const fn new() -> Self {
        let raw = Raw { at: NonNull::<u64>::dangling().cast(), len: 0, capacity: 0 };
        Self { raw, owns: PhantomData }
    }

    pub(crate) fn push(&mut self, value: T) {
        // SAFETY: the size is that of the values.
        unsafe { self.raw.make_room(Self::SIZE) };
        // SAFETY: there is room for one more value, and nothing lies there.
        unsafe { self.raw.at.cast::<T>().add(self.raw.len).write(value) };
        self.raw.len += 1;
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        let last = self.raw.len.checked_sub(1)?;
        self.raw.len = last;
        // SAFETY: a value lies there, which from now on is not in the list any more.
        Some(unsafe { self.raw.at.cast::<T>().add(last).read() })
    }

    /// Takes out a value, in whose place the last one goes. `None` where there is none.
    pub(crate) fn swap_remove(&mut self, place: usize) -> Option<T> {
        if place >= self.raw.len {
            return None;
        }
        self.raw.len -= 1;
        let at = self.raw.at.cast::<T>();
        // SAFETY: values lie at both places. One is given to the caller, the other comes in its place and is not in the list a
        // second time.
        unsafe {
            let value = at.add(place).read();
            at.add(place).write(at.add(self.raw.len).read());
            Some(value)
        }
    }

    pub(crate) fn clear(&mut self) {
        if needs_drop::<T>() {
            while self.pop().is_some() {}
        }
        self.raw.len = 0;
    }

    /// Gives back memory where the list is a quarter full.
    pub(crate) fn shrink(&mut self) {
        if self.raw.capacity > MIN && 4 * self.raw.len <= self.raw.capacity {
            self.resize(2 * self.raw.len);
        }
    }

    /// Makes room for exactly `capacity` values, which is not below the length.
    pub(crate) fn resize(&mut self, capacity: usize) {
        // SAFETY: the size is that of the values.
        unsafe { self.raw.resize(capacity, Self::SIZE) };
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.raw.capacity
    }
}

impl Raw {
    /// # Safety
    /// As of [`resize`](Self::resize).
    #[inline(never)]
    unsafe fn make_room(&mut self, size: usize) {
        if self.len == self.capacity {
            // SAFETY: as said above.
            unsafe { self.resize((2 * self.len).max(FIRST), size) };
        }
    }

    /// # Safety
    /// `size` is that of the values, in bytes, each time.
    #[inline(never)]
    unsafe fn resize(&mut self, capacity: usize, size: usize) {
        let layout = |count: usize| match Layout::from_size_align(count * size, ALIGN) {
            Ok(layout) => layout,
            // No memory is as large.
            Err(_) => handle_alloc_error(Layout::new::<u64>()),
        };
        let (from, to) = (layout(self.capacity), layout(capacity));
        // SAFETY: the block is as large as the capacity says, and belongs to this list alone. Sizes that are passed on are not 0.
        let moved = unsafe {
            if from.size() == 0 {
                alloc(to)
            } else if to.size() == 0 {
                dealloc(self.at.as_ptr(), from);
                self.at.as_ptr()
            } else {
                realloc(self.at.as_ptr(), from, to.size())
            }
        };
        self.at = NonNull::new(moved).unwrap_or_else(|| handle_alloc_error(to));
        self.capacity = capacity;
    }
}

impl<T: Copy> List<T> {
    /// Lengthens the list with copies of `value`.
    pub(crate) fn lengthen(&mut self, length: usize, value: T) {
        while self.raw.len < length {
            self.push(value);
        }
    }

    /// Takes out a value; those behind it move up.
    pub(crate) fn remove(&mut self, place: usize) {
        self.copy_within(place + 1.., place);
        self.raw.len -= 1;
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: so many values lie there, and borrowing the list keeps them there.
        unsafe { core::slice::from_raw_parts(self.raw.at.cast().as_ptr(), self.raw.len) }
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and nobody else has the list.
        unsafe { core::slice::from_raw_parts_mut(self.raw.at.cast().as_ptr(), self.raw.len) }
    }
}

impl<T> Drop for List<T> {
    fn drop(&mut self) {
        self.clear();
        if self.raw.capacity > 0 {
            self.resize(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::rc::Rc;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        /// Compared with a `Vec`; values that are not dropped, or dropped twice, show in the count of their owners.
        #[test]
        fn a_list_behaves_as_a_vec(steps in prop::collection::vec((0..8u8, 0..100usize), 0..400)) {
            let owner = Rc::new(());
            let mut list = List::new();
            let mut model = Vec::new();
            for (step, (what, which)) in steps.into_iter().enumerate() {
                match what {
                    0 => prop_assert_eq!(list.pop().map(|(value, _)| value), model.pop()),
                    1 => {
                        let removed = list.swap_remove(which).map(|(value, _)| value);
                        let expected = (which < model.len()).then(|| model.swap_remove(which));
                        prop_assert_eq!(removed, expected);
                    }
                    2 if which < 10 => {
                        list.clear();
                        model.clear();
                    }
                    3 => list.shrink(),
                    _ => {
                        list.push((step, Rc::clone(&owner)));
                        model.push(step);
                    }
                }
                prop_assert_eq!(list.iter().map(|(value, _)| *value).collect::<Vec<_>>(), model.clone());
                prop_assert_eq!(Rc::strong_count(&owner), 1 + model.len());
            }
            drop(list);
            prop_assert_eq!(Rc::strong_count(&owner), 1);
        }
    }

    #[test]
    fn memory_is_given_back() {
        let mut list = List::new();
        list.lengthen(1_000, 1u8);
        while list.pop().is_some() {
            list.shrink();
        }
        assert!(list.capacity() <= MIN);
        list.resize(0);
        list.push(2);
        list.push(3);
        list.push(4);
        list.remove(1);
        assert_eq!(*list, [2, 4]);
    }
}
