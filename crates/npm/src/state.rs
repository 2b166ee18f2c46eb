//! What a module keeps between calls of its exports.
//!
//! One call at a time borrows a value. Whatever tests or develops runs with a check of that; what is shipped does without,
//! since the check would add a tenth to every export.

/// Wasm without atomics has one thread.
#[cfg(target_arch = "wasm32")]
#[expect(
    unsafe_code,
    reason = "a static must be Sync, and without std there is neither Mutex nor thread_local!"
)]
mod cell {
    #[cfg(not(feature = "bare"))]
    use core::cell::RefCell;
    use core::cell::UnsafeCell;

    pub(crate) struct Lock<T> {
        value: UnsafeCell<T>,
        #[cfg(not(feature = "bare"))]
        borrow: RefCell<()>,
    }

    #[cfg(target_feature = "atomics")]
    compile_error!("a module with threads needs another Lock");

    // SAFETY: there is one thread, so no two threads can have a reference to the same static.
    unsafe impl<T> Sync for Lock<T> {}

    impl<T> Lock<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self {
                value: UnsafeCell::new(value),
                #[cfg(not(feature = "bare"))]
                borrow: RefCell::new(()),
            }
        }

        pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
            #[cfg(not(feature = "bare"))]
            let _borrow = self.borrow.borrow_mut();
            // SAFETY: `f` calls the engine, which calls nobody, so it cannot come back here. The tests call every export,
            // and in them a second borrow panics.
            f(unsafe { &mut *self.value.get() })
        }
    }
}

/// Tests run in several threads. A borrow inside another one never ends.
#[cfg(not(target_arch = "wasm32"))]
mod cell {
    use std::sync::{Mutex, PoisonError};

    pub(crate) struct Lock<T>(Mutex<T>);

    impl<T> Lock<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(Mutex::new(value))
        }

        pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
            f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
        }
    }
}

/// A static.
pub(crate) struct State<T>(cell::Lock<T>);

impl<T> State<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(cell::Lock::new(value))
    }

    /// Calls `f` with the value. `f` must not come back here.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        self.0.with(f)
    }
}
