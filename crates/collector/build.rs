//! Builds the collector again whenever the dashboard it embeds was built again.
use std::path::Path;

fn main() {
    let dashboard = Path::new("../dashboard");
    let dist = dashboard.join("dist");
    // A path that does not exist would count as changed at every build; its folder shows when it comes.
    let watched = if dist.is_dir() { dist } else { dashboard.to_owned() };
    println!("cargo::rerun-if-changed={}", watched.display());
    println!("cargo::rerun-if-changed=build.rs");
}
