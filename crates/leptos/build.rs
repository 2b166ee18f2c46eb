//! Looks for the panel of the devtools: the published crate has it, and in the repository `cargo xtask build` makes it.
use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=js");
    println!("cargo::rustc-check-cfg=cfg(devtools_panel, devtools_missing)");
    let families = env::var("CARGO_CFG_TARGET_FAMILY").unwrap_or_default();
    let in_browser =
        families.split(',').any(|family| family == "wasm") && env::var_os("CARGO_FEATURE_SSR").is_none();
    if in_browser && env::var_os("CARGO_FEATURE_DEVTOOLS").is_some() {
        let is_there = Path::new("js/devtools.js").exists();
        println!("cargo::rustc-cfg={}", if is_there { "devtools_panel" } else { "devtools_missing" });
    }
}
