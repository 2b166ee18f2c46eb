//! What runs on the machine itself. One command builds all of it, Leptos on a server included, so that what it is made of is built once.
use crate::leptos_server;
use crate::project::Project;
use anyhow::Result;
use xshell::cmd;

const CRATES: [&str; 12] = [
    "whippet-engine",
    "whippet-boundary",
    "whippet-api",
    "whippet-catalogue",
    "whippet-store",
    "whippet-watch",
    "whippet-collector",
    "whippet-delta",
    "whippet-demo-backend",
    "whippet-load",
    "whippet-test-postgres",
    "xtask",
];

/// All features of these crates, and Leptos' for a server.
const FEATURES: &str = "whippet-engine/decode,whippet-watch/simulate,whippet-leptos/ssr";

/// What selects them, for every command of cargo.
pub fn selection() -> Vec<&'static str> {
    let crates = CRATES.iter().chain(&leptos_server::CRATES);
    crates.flat_map(|name| ["--package", name]).chain(["--features", FEATURES]).collect()
}

/// Their lints.
pub fn clippy(project: &Project) -> Result<()> {
    let selection = selection();
    Ok(cmd!(project.shell, "cargo clippy {selection...} --all-targets -- -D warnings").run()?)
}

/// Builds their tests, and the binaries.
pub fn build(project: &Project) -> Result<()> {
    let selection = selection();
    Ok(cmd!(project.shell, "cargo test {selection...} --no-run").run()?)
}

/// Runs their tests.
pub fn test(project: &Project) -> Result<()> {
    let selection = selection();
    Ok(cmd!(project.shell, "cargo test {selection...}").run()?)
}
