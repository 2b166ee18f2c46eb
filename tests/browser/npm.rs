//! What of `whippet-npm` only a browser can show.
#![cfg(target_arch = "wasm32")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg(feature = "json")]
#[path = "npm/json.rs"]
mod json;
#[cfg(feature = "lazy")]
#[path = "npm/lazy.rs"]
mod lazy;
#[cfg(feature = "pacer")]
#[path = "npm/timing.rs"]
mod timing;
