//! What the npm package calls, and nothing else: an export here is in every module that links it. `lazy`, `pacer`, `query` and `timing`
//! are not linked: `cargo xtask boundary` translates them to JavaScript.
//!
//! Each subpath of the package is a module of its own, chosen by a feature. Numbers and handles cross the
//! boundary; strings and objects stay on the side that owns them.
#![cfg_attr(feature = "bare", no_std)]

extern crate alloc;
#[cfg(not(target_arch = "wasm32"))]
extern crate std;

#[cfg(test)]
extern crate self as whippet_npm;

#[cfg(feature = "bare")]
mod bare;
#[cfg(all(test, target_arch = "wasm32"))]
#[path = "../../../tests/browser/npm.rs"]
mod browser;
#[cfg(feature = "query")]
pub mod due;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "lazy")]
pub mod lazy;
#[cfg(all(test, feature = "query", not(feature = "bare"), not(target_arch = "wasm32")))]
#[path = "../../../tests/sim/misuse.rs"]
mod misuse;
#[cfg(feature = "pacer")]
pub mod pacer;
#[cfg(all(
    test,
    feature = "lazy",
    feature = "pacer",
    feature = "timing",
    not(feature = "json"),
    not(target_arch = "wasm32")
))]
#[path = "../../../tests/sim/pacing.rs"]
mod pacing;
#[cfg(feature = "query")]
pub mod query;
#[cfg(all(test, feature = "query", not(feature = "bare"), not(target_arch = "wasm32")))]
#[path = "../../../tests/sim/replay.rs"]
mod replay;
#[cfg(any(feature = "lazy", feature = "pacer", feature = "timing"))]
mod rows;
#[cfg(any(feature = "json", feature = "lazy", feature = "pacer", feature = "thumbhash", feature = "timing"))]
mod state;
#[cfg(feature = "thumbhash")]
pub mod thumbhash;
#[cfg(feature = "timing")]
pub mod timing;

#[cfg(feature = "console")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}
