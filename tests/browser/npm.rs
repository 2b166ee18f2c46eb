//! What of `whippet-npm` only a browser can show.
#![cfg(target_arch = "wasm32")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "npm/json.rs"]
mod json;
#[path = "npm/lazy.rs"]
mod lazy;
#[path = "npm/query.rs"]
mod query;
#[path = "npm/rum.rs"]
mod rum;
#[path = "npm/timing.rs"]
mod timing;
