//! Who inspects a client, and what they have not heard of yet. In optimised builds, and without the feature `devtools`,
//! nobody does: both files have the same functions, so that the client need not ask which one it has.
#[cfg(not(all(feature = "devtools", debug_assertions)))]
mod off;
#[cfg(all(feature = "devtools", debug_assertions))]
mod on;

#[cfg(not(all(feature = "devtools", debug_assertions)))]
pub(super) use off::Inspectors;
#[cfg(all(feature = "devtools", debug_assertions))]
pub use on::Touched;
#[cfg(all(feature = "devtools", debug_assertions))]
pub(super) use on::{Inspector, Inspectors, Replaced};
