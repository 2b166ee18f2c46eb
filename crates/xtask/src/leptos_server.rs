//! Leptos apps on a server. Leptos is built for a server here, for a browser elsewhere.
use crate::project::Project;
use anyhow::Result;
use xshell::cmd;

/// The crates that render pages. They are built together, so that all of them share what they are made of.
pub const CRATES: [&str; 5] =
    ["whippet-web", "whippet-leptos", "whippet-leptos-ssr", "whippet-leptos-shop", "whippet-leptos-server"];

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

/// The server of the end-to-end tests.
pub fn build(project: &Project) -> Result<()> {
    Ok(cmd!(project.shell, "cargo build --package whippet-leptos-server").run()?)
}
