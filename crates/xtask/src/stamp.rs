//! Skips what was done before: a step's inputs are hashed, and the hash is kept where it succeeded.
use crate::project::Project;
use anyhow::Result;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// One step that need not run again while its inputs stay the same and its outputs are there.
pub struct Stamp<'a> {
    /// Names the step.
    pub name: &'a str,
    /// Files and folders that are read, relative to the root.
    pub inputs: &'a [&'a str],
    /// What else decides: flags, versions.
    pub with: &'a [&'a str],
    /// Files that are made, relative to the root.
    pub outputs: &'a [&'a str],
}

impl Stamp<'_> {
    /// Runs `work` unless it was done for just these inputs.
    pub fn unless_fresh(&self, project: &Project, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let file = project.path("target/xtask").join(self.name);
        let hash = format!("{:016x}", self.hash(project)?);
        let there = self.outputs.iter().all(|output| project.path(output).exists());
        if there && fs::read_to_string(&file).is_ok_and(|kept| kept == hash) {
            println!("  {}: nothing changed", self.name);
            return Ok(());
        }
        work()?;
        fs::create_dir_all(project.path("target/xtask"))?;
        fs::write(file, hash)?;
        Ok(())
    }

    fn hash(&self, project: &Project) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        self.with.hash(&mut hasher);
        for input in self.inputs {
            hash_tree(&project.path(input), &mut hasher)?;
        }
        Ok(hasher.finish())
    }
}

fn hash_tree(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            if !["node_modules", "dist", "target", "out"].iter().any(|skip| name == *skip) {
                hash_tree(&entry.path(), hasher)?;
            }
        }
    } else if path.is_file() {
        path.hash(hasher);
        fs::read(path)?.hash(hasher);
    }
    Ok(())
}
