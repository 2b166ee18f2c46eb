//! Slices whose bounds are checked without a message.
use core::ops::{Deref, Index};
use core::slice::SliceIndex;

/// A slice. An index out of bounds is a trap in wasm, and a panic elsewhere. The panic of a plain slice would carry the place
/// in the source code, and all places together would be a tenth of the module.
#[repr(transparent)]
pub(super) struct Checked<T>([T]);

impl<T> Checked<T> {
    #[expect(unsafe_code, reason = "a wrapper of an unsized type is made from a pointer")]
    pub(super) fn of(slice: &[T]) -> &Self {
        // SAFETY: `Checked` is transparent, so both references are the same.
        unsafe { &*(core::ptr::from_ref(slice) as *const Self) }
    }
}

impl<T, I: SliceIndex<[T]>> Index<I> for Checked<T> {
    type Output = I::Output;

    #[inline(always)]
    fn index(&self, index: I) -> &I::Output {
        some(self.0.get(index))
    }
}

impl<T> Deref for Checked<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

/// What is there. If nothing is, that is a trap in wasm, and a panic elsewhere.
#[inline(always)]
pub(super) fn some<T>(value: Option<T>) -> T {
    match value {
        Some(value) => value,
        #[cfg(target_arch = "wasm32")]
        None => core::arch::wasm32::unreachable(),
        #[cfg(not(target_arch = "wasm32"))]
        None => panic!("out of bounds"),
    }
}
