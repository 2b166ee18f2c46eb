//! Leptos apps on a server, apart from all others: Leptos is built for a server here, for a browser there.
use crate::project::Project;
use anyhow::Result;
use xshell::cmd;

/// The crates that render pages. They are built together, so that all of them share what they are made of.
pub const CRATES: [&str; 5] =
    ["whippet-web", "whippet-leptos", "whippet-leptos-ssr", "whippet-leptos-shop", "whippet-leptos-server"];

/// Their lints.
pub fn clippy(project: &Project) -> Result<()> {
    let crates = CRATES.map(|name| ["--package", name]).concat();
    let shell = &project.shell;
    Ok(cmd!(
        shell,
        "cargo clippy {crates...} --lib --bins --tests --features whippet-leptos/ssr -- -D warnings"
    )
    .run()?)
}

/// The parts of `whippet-leptos`, each without the others, and none of them. What is below them is built once, for all.
pub fn features(project: &Project) -> Result<()> {
    for part in ["ssr", "ssr,query", "ssr,json", "ssr,timing", "ssr,lazy", "ssr,rum"] {
        cmd!(
            project.shell,
            "cargo check --quiet --package whippet-leptos --no-default-features --features whippet-web/default,{part}"
        )
        .run()?;
    }
    Ok(())
}

/// Pages rendered natively; the server of the end-to-end tests is built with them.
pub fn test(project: &Project, flags: &[&str]) -> Result<()> {
    let crates = CRATES.map(|name| ["--package", name]).concat();
    Ok(cmd!(project.shell, "cargo test {crates...} --features whippet-leptos/ssr {flags...}").run()?)
}
