//! What of `whippet-web` only a browser can show.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg(feature = "lazy")]
#[path = "web/lazy.rs"]
mod lazy;
#[cfg(feature = "query")]
#[path = "web/query.rs"]
mod query;
#[cfg(feature = "rum")]
#[path = "web/rum.rs"]
mod rum;
#[cfg(feature = "rum")]
#[path = "web/sending.rs"]
mod sending;
#[cfg(feature = "timing")]
#[path = "web/timing.rs"]
mod timing;
#[cfg(feature = "rum")]
#[path = "web/trace.rs"]
mod trace;
