//! What devtools see of a client, and do to it. In optimised builds, and without the feature `devtools`, nothing of this is
//! left.
#[cfg(not(all(feature = "devtools", debug_assertions)))]
mod off;
#[cfg(all(feature = "devtools", debug_assertions))]
mod on;
#[cfg(all(feature = "devtools", debug_assertions))]
mod simulate;

#[cfg(all(feature = "devtools", debug_assertions))]
pub use on::{Details, Inspected, Inspection};
