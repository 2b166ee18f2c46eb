//! Which type of errors a query function has, for devtools. In optimised builds, and without the feature `devtools`, nobody
//! knows, and nothing is stored.
#[cfg(all(feature = "devtools", debug_assertions))]
use core::any::TypeId;

/// A type of errors.
#[cfg(all(feature = "devtools", debug_assertions))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorType(TypeId);

#[cfg(all(feature = "devtools", debug_assertions))]
impl ErrorType {
    pub(super) fn of<E: 'static>() -> Self {
        Self(TypeId::of::<E>())
    }

    /// The type's id.
    pub fn id(self) -> TypeId {
        self.0
    }
}

#[cfg(not(all(feature = "devtools", debug_assertions)))]
#[derive(Clone, Copy)]
pub(super) struct ErrorType;

#[cfg(not(all(feature = "devtools", debug_assertions)))]
impl ErrorType {
    #[expect(clippy::extra_unused_type_parameters, reason = "with devtools the type is stored")]
    pub(super) fn of<E>() -> Self {
        Self
    }
}
