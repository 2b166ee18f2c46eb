//! The rules of the house that a program can check. Each file of this folder is one kind of rule.
mod binary;
mod boundary;
mod crates;
mod exceptions;
mod graph;
mod rust;
mod rust_tokens;
mod source;
mod text;
mod typescript;

use crate::project::Project;
use anyhow::{Result, bail};
use graph::Import;
use source::Source;
use std::path::Path;
use xshell::cmd;

/// Checks every file that git tracks, and those that it would track.
pub fn run(project: &Project) -> Result<()> {
    let files = cmd!(project.shell, "git ls-files --cached --others --exclude-standard").quiet().read()?;
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for file in files.lines().filter(|file| project.path(file).is_file()) {
        binary::check(file, &project.path(file), &mut faults)?;
        let kind = Path::new(file).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if ["rs", "ts", "mjs", "js", "css"].contains(&kind) || file.ends_with("Cargo.toml") {
            sources.push(Source { path: file.to_owned(), text: project.shell.read_file(file)? });
        }
    }
    faults.extend(self::faults(&sources));
    if faults.is_empty() { Ok(()) } else { bail!("{} faults:\n  {}", faults.len(), faults.join("\n  ")) }
}

fn faults(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for Source { path, text } in sources.iter().filter(|source| !source.path.ends_with(".toml")) {
        text::check(path, text, &mut faults);
    }
    let imports: Vec<Import> = [rust::imports(sources), typescript::imports(sources)].concat();
    faults.extend(graph::circles(&imports, exceptions::CIRCLES));
    faults.extend(crates::faults(sources));
    faults.extend(boundary::faults(sources, whippet_boundary::FILES, exceptions::NUMBERS));
    faults
}
