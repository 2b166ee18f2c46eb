//! What of `whippet-web` only a browser can show.
#![cfg(target_arch = "wasm32")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "web/lazy.rs"]
mod lazy;
#[path = "web/query.rs"]
mod query;
#[path = "web/rum.rs"]
mod rum;
#[path = "web/timing.rs"]
mod timing;
