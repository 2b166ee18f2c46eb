//! A module's memory as one table of rows, for a module that allocates nothing else: no allocator, and no code that moves what
//! grows.

/// A type for which all zeros are a value, as memory is that nobody has written to.
///
/// # Safety
///
/// Bytes that are all zero must be a valid value.
#[expect(unsafe_code, reason = "says something of the type that the compiler cannot check")]
pub(crate) unsafe trait Zeroed: Default {}

/// Shipped: from the end of all statics to the end of memory. The module must have one table: two would lie in the same place.
#[cfg(all(feature = "bare", target_arch = "wasm32"))]
mod memory {
    #![expect(unsafe_code, reason = "the linker gives the address as a static")]
    use core::arch::wasm32::{memory_grow, memory_size};

    unsafe extern "C" {
        /// The linker puts it at the end of all statics, aligned to 16 bytes.
        static __heap_base: u8;
    }

    const PAGE: usize = 65_536;

    /// The place of a row, which may not exist yet.
    pub(crate) fn place<T>(number: usize) -> *mut T {
        // Only the address is taken.
        (&raw const __heap_base).cast_mut().cast::<T>().wrapping_add(number)
    }

    /// Grows memory so that it has `count` rows, one more than before. Returns whether it does.
    pub(crate) fn reserve<T>(count: usize) -> bool {
        place::<T>(count) as usize <= memory_size(0) * PAGE || memory_grow(0, 1) != usize::MAX
    }
}

#[cfg(all(feature = "bare", target_arch = "wasm32"))]
pub(crate) use memory::{place, reserve};
