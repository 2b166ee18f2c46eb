//! What may be in the dependency tree, by `deny.toml`.
use crate::project::{Project, find_program};
use anyhow::{Result, bail};
use xshell::cmd;

/// Licences, bans and sources. Advisories come from a git repository, so they are left to those who have a network:
/// `cargo deny check advisories`.
pub fn run(project: &Project) -> Result<()> {
    if find_program(&["cargo-deny"]).is_none() {
        bail!("cargo-deny is needed: `cargo install cargo-deny --locked` takes some minutes");
    }
    Ok(cmd!(project.shell, "cargo deny --offline check --hide-inclusion-graph licenses bans sources")
        .run()?)
}
