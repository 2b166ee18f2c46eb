//! Rows in the module's own memory, for a module that allocates nothing else: no allocator, and no code that moves what
//! grows.

/// What a row may be.
///
/// # Safety
/// Zero bytes, as new memory has, are a value.
#[expect(unsafe_code, reason = "each type has to say why that holds")]
pub(crate) unsafe trait Zeroed: Default {}

/// Shipped: from the end of all statics to the end of memory.
#[cfg(all(feature = "bare", target_arch = "wasm32"))]
mod linear {
    #![expect(unsafe_code, reason = "memory that nobody else uses becomes a table of rows")]
    use super::Zeroed;
    use core::marker::PhantomData;
    use whippet_engine::pace::Rows;

    unsafe extern "C" {
        /// The linker puts it at the end of all statics.
        static __heap_base: u8;
    }

    const PAGE: usize = 65_536;

    /// The one table of its module: two would lie in the same place.
    pub(crate) struct LinearRows<T> {
        last: u32,
        rows: PhantomData<T>,
    }

    impl<T: Zeroed> LinearRows<T> {
        pub(crate) const fn new() -> Self {
            Self { last: 0, rows: PhantomData }
        }

        fn address(number: u32) -> usize {
            // The linker aligns it to 16 bytes.
            (&raw const __heap_base) as usize + number as usize * size_of::<T>()
        }
    }

    impl<T: Zeroed> Rows<T> for LinearRows<T> {
        // Inlined, it would be a third of the module.
        #[inline(never)]
        fn row(&mut self, number: u32) -> &mut T {
            let number = if number > self.last { 0 } else { number };
            // SAFETY: memory ends after row `last`. Nobody else has a reference to it while `self` is borrowed, there is no
            // allocator, and bytes that were never written are zero, which is a valid row.
            unsafe { &mut *(Self::address(number) as *mut T) }
        }

        fn push(&mut self) -> u32 {
            let end = Self::address(self.last + 2);
            if end > core::arch::wasm32::memory_size(0) * PAGE
                && core::arch::wasm32::memory_grow(0, 1) == usize::MAX
            {
                // As where an allocator finds no memory: JavaScript goes on without this module.
                core::arch::wasm32::unreachable();
            }
            self.last += 1;
            self.last
        }
    }
}

/// In tests and in development other modules share the memory.
#[cfg(not(all(feature = "bare", target_arch = "wasm32")))]
mod linear {
    use super::Zeroed;
    use whippet_engine::pace::{RowVec, Rows};

    pub(crate) struct LinearRows<T>(Option<RowVec<T>>);

    impl<T: Zeroed> LinearRows<T> {
        pub(crate) const fn new() -> Self {
            Self(None)
        }
    }

    impl<T: Zeroed> Rows<T> for LinearRows<T> {
        fn row(&mut self, number: u32) -> &mut T {
            self.0.get_or_insert_default().row(number)
        }

        fn push(&mut self) -> u32 {
            self.0.get_or_insert_default().push()
        }
    }
}

pub(crate) use linear::LinearRows;
