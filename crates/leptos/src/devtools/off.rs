//! Without devtools.
#[cfg(all(feature = "devtools", not(all(devtools_missing, debug_assertions))))]
use super::place::Place;
#[cfg(all(feature = "devtools", not(all(devtools_missing, debug_assertions))))]
use crate::QueryClient;

#[cfg(all(feature = "devtools", not(all(devtools_missing, debug_assertions))))]
pub(super) fn open(_: QueryClient, _: Place) {}

/// What types of values are known, for hooks to say.
pub(crate) mod known {
    pub(crate) fn serialized<T>() {}

    pub(crate) fn named<T>() {}

    pub(crate) fn errors<E>() {}

    #[cfg(feature = "json")]
    pub(crate) fn json<T>() {}

    #[cfg(feature = "json")]
    pub(crate) fn json_errors() {}
}
