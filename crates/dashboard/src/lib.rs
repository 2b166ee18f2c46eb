//! The dashboard: shows the collector's reports about browsers and backends.
//!
//! A client-side rendered Leptos app. `whippet-leptos` caches, refetches and shares its data, on the same engine as the
//! npm package.
//!
//! [`view_state`] reads and writes the range and filters in the URL, [`data`] fetches reports, [`chart`] draws, [`format`]
//! formats numbers, [`components`] are reusable pieces of interface, and [`pages`] are the pages.
mod app;
pub mod base;
pub mod chart;
pub mod components;
pub mod data;
pub mod format;
pub mod pages;
pub mod theme;
pub mod view_state;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the app in the page's body.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
