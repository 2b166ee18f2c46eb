//! What of `whippet-leptos` only a browser can show.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "leptos/client.rs"]
mod client;
#[cfg(feature = "devtools")]
#[path = "leptos/devtools.rs"]
mod devtools;
#[path = "leptos/infinite.rs"]
mod infinite;
#[path = "leptos/json.rs"]
mod json;
#[path = "leptos/lazy_image.rs"]
mod lazy_image;
#[path = "leptos/mutation.rs"]
mod mutation;
#[cfg(feature = "otlp")]
#[path = "leptos/otlp.rs"]
mod otlp;
#[path = "leptos/pacing.rs"]
mod pacing;
#[path = "leptos/query.rs"]
mod query;
#[path = "leptos/rum.rs"]
mod rum;
#[path = "leptos/stage.rs"]
mod stage;
#[path = "leptos/suspense.rs"]
mod suspense;
