//! Devtools: a panel in the page with what the app's queries do. In optimised builds, on servers, and without the feature
//! `devtools`, there is nothing of it: `off` has the functions that hooks call, and they do nothing.
#[cfg(all(devtools_missing, debug_assertions))]
mod missing;
#[cfg(not(all(devtools_script, debug_assertions)))]
mod off;
#[cfg(all(devtools_script, debug_assertions))]
mod on;
#[cfg(feature = "devtools")]
mod place;
#[cfg(feature = "devtools")]
mod query_devtools;

#[cfg(not(all(devtools_script, debug_assertions)))]
pub(crate) use off::known;
#[cfg(all(devtools_script, debug_assertions))]
pub(crate) use on::known;
#[cfg(feature = "devtools")]
pub use place::{DevtoolsButtonPosition, DevtoolsPosition};
#[cfg(feature = "devtools")]
pub use query_devtools::QueryDevtools;
