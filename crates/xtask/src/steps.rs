//! Which steps of the tests run, and which files they test.
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::report::Report;

/// The steps whose name has `only` in it.
pub struct Steps<'a> {
    /// Where steps are reported.
    pub report: &'a Report,
    /// `None`: all steps.
    pub only: Option<&'a str>,
}

impl Steps<'_> {
    /// Runs a step, if it is one of them.
    pub fn run(&self, name: &str, run: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.has(name) { self.report.step(name, run) } else { Ok(()) }
    }

    /// Whether a step of this name is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.only.is_none_or(|part| name.contains(part))
    }
}

/// Every `*.test.mjs` below `folder`; Node 20 does not expand patterns itself.
pub fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            files.extend(test_files(&path)?);
        } else if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
