//! What a module keeps between calls.
use core::cell::UnsafeCell;

/// A static that is made when first used. Wasm here has one thread, and no export calls out to JavaScript
/// while it holds the value, so there is never a second borrow.
pub(crate) struct State<T>(UnsafeCell<Option<T>>);

// SAFETY: the module has one thread; natively the crate is only checked, never run.
unsafe impl<T> Sync for State<T> {}

impl<T: Default> State<T> {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(None))
    }

    /// Does something with the value. `f` must not come back here.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: one thread, and `f` is always a call into the engine, which calls nobody.
        let value = unsafe { &mut *self.0.get() };
        f(value.get_or_insert_with(T::default))
    }
}
