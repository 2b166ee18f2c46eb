//! The scripts that `whippet-leptos` has in it: bundled from the npm package's sources. The published crate has them, so that apps build
//! it without Node.
use crate::project::Project;
use anyhow::Result;
use std::fs;
use xshell::cmd;

/// Where `crates/leptos/build.rs` looks for them, and what they are made of.
pub const SCRIPTS: [(&str, &str); 2] =
    [("js/devtools.js", "pkg/src/devtools/leptos.ts"), ("js/otlp.js", "pkg/src/rum/otlp/leptos.ts")];

/// The path of one in the repository.
pub fn path(script: &str) -> String {
    format!("crates/leptos/{script}")
}

/// Writes them. What is the same stays as old as it is, so that nothing is built again.
pub fn write(project: &Project) -> Result<()> {
    let options = ["--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--log-level=warning"];
    for (script, source) in SCRIPTS {
        let code = cmd!(project.shell, "esbuild {source} {options...}").quiet().read()?;
        let code = format!("// Written by `cargo xtask build` from {source}.\n{code}\n");
        if !fs::read_to_string(project.path(&path(script))).is_ok_and(|there| there == code) {
            project.shell.write_file(path(script), code)?;
        }
    }
    Ok(())
}
