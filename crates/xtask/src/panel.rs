//! The panel of the devtools as `whippet-leptos` has it: bundled from the npm package's sources. The published crate has it in it,
//! so that apps build it without Node.
use crate::project::Project;
use anyhow::Result;
use std::fs;
use xshell::cmd;

/// Where `crates/leptos/build.rs` looks for it.
pub const PANEL: &str = "crates/leptos/js/devtools.js";

/// Writes it. What is the same stays as old as it is, so that nothing is built again.
pub fn write(project: &Project) -> Result<()> {
    let options = ["--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--log-level=warning"];
    let code = cmd!(project.shell, "esbuild pkg/src/devtools/leptos.ts {options...}").quiet().read()?;
    let panel = format!("// Written by `cargo xtask build` from pkg/src/devtools.\n{code}\n");
    if fs::read_to_string(project.path(PANEL)).is_ok_and(|there| there == panel) {
        return Ok(());
    }
    Ok(project.shell.write_file(PANEL, panel)?)
}
