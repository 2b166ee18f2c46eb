//! Rows by number for the machines that are made of them: row 0 stands in for any that does not exist.

/// Shipped: in linear memory.
#[cfg(all(feature = "bare", target_arch = "wasm32"))]
mod linear {
    #![expect(unsafe_code, reason = "memory that nobody else uses becomes a table of rows")]
    use crate::linear::{Zeroed, place, reserve};
    use core::marker::PhantomData;
    use whippet_engine::rows::Rows;

    pub(crate) struct LinearRows<T> {
        last: u32,
        rows: PhantomData<T>,
    }

    impl<T: Zeroed> LinearRows<T> {
        pub(crate) const fn new() -> Self {
            Self { last: 0, rows: PhantomData }
        }
    }

    impl<T: Zeroed> Rows<T> for LinearRows<T> {
        // Inlined, it would be a third of the module.
        #[inline(never)]
        fn row(&mut self, number: u32) -> &mut T {
            let number = if number > self.last { 0 } else { number };
            // SAFETY: memory ends after row `last`. Nobody else has a reference to it while `self` is borrowed, there is no
            // allocator, and bytes that were never written are zero, which is a valid row.
            unsafe { &mut *place::<T>(number as usize) }
        }

        fn push(&mut self) -> u32 {
            if !reserve::<T>(self.last as usize + 2) {
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
    use crate::linear::Zeroed;
    use whippet_engine::rows::{RowVec, Rows};

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
