//! The dashboard: what browsers and backends measured, from the collector's JSON.
//!
//! A client-side rendered Leptos app. Its data comes through `whippet-leptos`, so it is kept, refreshed and
//! shared between pages by the same engine that the npm package runs on.
//!
//! [`view`] is what the URL says, [`data`] asks the collector, [`chart`] draws, [`format`] writes figures,
//! [`parts`] are what pages are made of, and [`pages`] are the pages.
mod app;
pub mod chart;
pub mod data;
pub mod format;
pub mod pages;
pub mod parts;
pub mod theme;
pub mod view;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the app in the page's body.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
