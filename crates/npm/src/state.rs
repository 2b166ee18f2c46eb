//! What a module keeps between calls. Wasm here has one thread, and no export calls out to JavaScript while it holds
//! the value, so there is never a second borrow.
use core::cell::UnsafeCell;

/// A static.
pub(crate) struct State<T>(UnsafeCell<T>);

// SAFETY: the module has one thread; natively the crate is only checked, never run.
unsafe impl<T> Sync for State<T> {}

impl<T> State<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// Does something with the value. `f` must not come back here.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: one thread, and `f` is always a call into the engine, which calls nobody.
        f(unsafe { &mut *self.0.get() })
    }
}

/// A static that is made when first used, of what cannot be made with the module.
#[cfg(any(feature = "json", feature = "timing"))]
pub(crate) struct Late<T>(State<Option<T>>);

#[cfg(any(feature = "json", feature = "timing"))]
impl<T: Default> Late<T> {
    pub(crate) const fn new() -> Self {
        Self(State::new(None))
    }

    /// As [`State::with`].
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        self.0.with(|value| f(value.get_or_insert_with(T::default)))
    }
}
