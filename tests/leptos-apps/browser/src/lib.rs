//! Hydrates a page of the shop, as its address says which kind it is.
use leptos::mount::{hydrate_body, hydrate_islands, mount_to_body};
use leptos::prelude::*;
use shop::{App, Basket};
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_leptos::provide_query_client;

/// Called where no server has rendered anything.
#[wasm_bindgen]
pub fn mount() {
    console_error_panic_hook::set_once();
    mount_to_body(App);
}

/// Called by the script that the server renders, once the module is there.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let path = window().location().pathname().unwrap_or_default();
    if path.starts_with("/islands") {
        // Named, or the linker leaves out what only JavaScript calls.
        let _ = Basket;
        hydrate_islands();
        // One cache for all islands of the page.
        provide_query_client();
    } else {
        hydrate_body(App);
    }
}
