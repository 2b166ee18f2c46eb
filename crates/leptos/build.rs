//! Looks for the scripts that are made from the npm package: the published crate has them, and in the repository
//! `cargo xtask build` makes them.
use std::env;
use std::path::Path;

/// Each is named after the feature that needs it.
const SCRIPTS: [&str; 2] = ["devtools", "otlp"];

fn main() {
    println!("cargo::rerun-if-changed=js");
    let families = env::var("CARGO_CFG_TARGET_FAMILY").unwrap_or_default();
    let in_browser =
        families.split(',').any(|family| family == "wasm") && env::var_os("CARGO_FEATURE_SSR").is_none();
    for name in SCRIPTS {
        println!("cargo::rustc-check-cfg=cfg({name}_script, {name}_missing)");
        if in_browser && env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase())).is_some() {
            let is_there = Path::new(&format!("js/{name}.js")).exists();
            println!("cargo::rustc-cfg={name}_{}", if is_there { "script" } else { "missing" });
        }
    }
}
